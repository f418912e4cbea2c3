#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs the tool on real disks. First, add loads the module. Then set, list, show, stat and del run.
# A command that fails leaves no disk behind.

. ./lib.sh

requires tool program=jq module=null_blk module=configfs
null_add nullb0 memory_backed=1 size=64
null_add nullb1 memory_backed=1 size=32
! module_loaded zcblk || zcblk_unload
defer zcblk_unload

list() {
	"$ZCBLK" list -n -o "$1"
}

# count NAME PATH OP COLUMN: prints COLUMN of the row of PATH and OP that `zcblk stat` prints
count() {
	"$ZCBLK" stat -J -o "path,op,$4" "$1" |
		jq ".zcblk[] | select(.path == \"$2\" and .op == \"$3\") | .$4"
}

read_some() {
	dd if="$1" of=/dev/null bs=64k count=10 iflag=direct status=none
}

check_fails "list without the module" "not loaded" "$ZCBLK" list
check_eq "add loads the module, and prints the disk" /dev/zcblk0 \
	"$("$ZCBLK" add --module "$(zcblk_module)" --lower /dev/nullb0)"
check "the disk is there" test -b /dev/zcblk0
check_eq "it has the defaults" "zcblk0 /dev/nullb0 zerocopy page latency 0 live 64M" \
	"$("$ZCBLK" list -n | tr -s ' ')"

check_eq "completion offers the same without the module" "$(<"$ZCFS/features")" \
	"$(sed -n '/<<-END$/,/^\tEND$/s/^\t\t//p' ../userspace/zcblk.bash)"
check_fails "a claimed device: the tool says so" \
	"cannot bring up zcblk1 on /dev/nullb0: device is in use" \
	"$ZCBLK" add --lower /dev/nullb0
check_fails "a bad value: the tool names the accepted ones" \
	"invalid value 'foo' for path of zcblk1: must be one of zerocopy, copy, ab" \
	"$ZCBLK" add --lower /dev/nullb1 --path foo
check_fails "overlap without a range lock: the tool says what to set first" \
	"cannot set overlap of zcblk1 to 'reject': the disk has no range lock; first set range_lock=on" \
	"$ZCBLK" add --lower /dev/nullb1 --overlap reject
check_fails "the same on a disk that is up" \
	"cannot set overlap of zcblk0 to 'reject': the disk has no range lock; first set range_lock=on" \
	"$ZCBLK" set zcblk0 overlap=reject
check_fails "a bad value of overlap on a disk with a range lock" \
	"invalid value 'foo' for overlap of zcblk1: must be one of serialize, reject, detect" \
	"$ZCBLK" add --lower /dev/nullb1 --range-lock on --overlap foo
check_fails "an attribute that does not exist: the tool names those that do" " reset_stats " \
	"$ZCBLK" add --lower /dev/nullb1 colour=red
check_fails "a name that is in use" "cannot make zcblk0: it exists" \
	"$ZCBLK" add --lower /dev/nullb1 --name zcblk0
check_eq "none of them left a disk" zcblk0 "$(list NAME)"

check_eq "add with options, from a relative path" /dev/zcblkx \
	"$(cd /dev && "$ZCBLK" add --name /dev/zcblkx --lower nullb1 --path copy \
		--bounce vmalloc --stats counters --read-only)"
check_eq "they are set" "zcblkx /dev/nullb1 copy vmalloc counters 1 live 32M" \
	"$("$ZCBLK" list -n | tr -s ' ' | grep zcblkx)"

check "reset" "$ZCBLK" set zcblk0 reset_stats=1
read_some /dev/zcblk0
check "set two attributes" "$ZCBLK" set /dev/zcblk0 path=copy bounce=kmalloc
read_some /dev/zcblk0
check_eq "both are set" "copy kmalloc" "$(list PATH,BOUNCE | head -n 1 | tr -s ' ')"
check_eq "zerocopy copied nothing" 0 "$(count zcblk0 zerocopy all copied)"
check_eq "copy copied what it moved" "$(count zcblk0 copy all bytes)" \
	"$(count zcblk0 copy all copied)"
check_eq "stat has what was read" "$(stat_bytes zcblk0 copy read)" \
	"$(count zcblk0 copy read bytes)"
check "there are latencies" test "$(count zcblk0 copy read p50_us)" != null
check "show" grep -q 'copy *read' <("$ZCBLK" show zcblk0)
check_fails "lower while the disk is up" "first run 'zcblk set zcblk0 power=0'" \
	"$ZCBLK" set zcblk0 lower=/dev/nullb1
check_fails "an attribute that only reads" "read-only" "$ZCBLK" set zcblk0 state=off

exec {held}</dev/zcblk0
check_fails "del of an open disk" "cannot shut down zcblk0: it is open" \
	"$ZCBLK" del zcblk0
check "del --force of an open disk" "$ZCBLK" del --force zcblk0
exec {held}<&-
check "set power=0" "$ZCBLK" set zcblkx power=0
check_eq "the disk is off" off "$(list STATE)"
check "del" "$ZCBLK" del zcblkx
check_eq "no disk is left" "" "$(list NAME)"

zcblk_load lower=/dev/nullb0
check "del of the module's own disk" grep -q "until 'rmmod zcblk'" \
	<("$ZCBLK" del zcblk0 2>&1)
check_eq "it is off" off "$(list STATE)"
check "set power=1 brings it back" "$ZCBLK" set zcblk0 power=1
check "it can be read again" read_some /dev/zcblk0
