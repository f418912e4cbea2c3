#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests the table of disks with real disks. After save and stop, restore makes every disk again,
# with its settings. A message names a line that fails, and the other lines are used.

. ./lib.sh

requires tool module=null_blk module=configfs
null_add nullb0 memory_backed=1 size=64
null_add nullb1 memory_backed=1 size=32
! module_loaded zcblk || zcblk_unload
defer zcblk_unload

export ZCBLK_TAB=$TMP/zcblktab
MODULE=$(zcblk_module)

settings() {
	"$ZCBLK" show "$1" | grep -E '^  (bounce|lower|overlap|path|range_lock|read_only|state|stats) '
}

up() {
	"$ZCBLK" list -n -o NAME,STATE | xargs
}

check_eq "restore without a table" "" "$("$ZCBLK" restore --module "$MODULE")"
# The order of the options has no effect: --overlap needs the range lock
"$ZCBLK" add --module "$MODULE" --lower /dev/nullb0 --overlap detect --range-lock on --path copy \
	--stats counters >"$TMP/out"
"$ZCBLK" add --lower /dev/nullb1 --name zcblk-again --read-only >"$TMP/out"
settings zcblk0 >"$TMP/zcblk0"
settings zcblk-again >"$TMP/zcblk-again"

check "save" "$ZCBLK" save
check_eq "the table has a line for each disk" "zcblk-again zcblk0" \
	"$(sed -n 's/^\(zcblk[^\t]*\)\t.*/\1/p' "$ZCBLK_TAB" | sort | xargs)"
check "restore of disks that are up" "$ZCBLK" restore
check "stop" "$ZCBLK" stop
check_eq "no disk is left" "" "$(up)"
check "stop again" "$ZCBLK" stop
check_eq "restore prints the disks" "/dev/zcblk-again /dev/zcblk0" "$("$ZCBLK" restore | sort | xargs)"
check_eq "zcblk0 is as it was" "$(<"$TMP/zcblk0")" "$(settings zcblk0)"
check_eq "zcblk-again is as it was" "$(<"$TMP/zcblk-again")" "$(settings zcblk-again)"

"$ZCBLK" set zcblk0 power=0
check "restore of one that is down" "$ZCBLK" restore zcblk0
check_eq "it is up" "live" "$("$ZCBLK" list -n -o NAME,STATE | awk '$1 == "zcblk0" { print $2 }')"

exec {held}</dev/zcblk0
check_fails "stop of an open disk" "it is open" "$ZCBLK" stop
check_eq "the other disk is stopped" "zcblk0 live" "$(up)"
exec {held}<&-
check "stop by name" "$ZCBLK" stop zcblk0

sed -i '1i zcblkx /dev/missing\nfoo /dev/nullb0' "$ZCBLK_TAB"
check_fails "restore with a device missing" "$ZCBLK_TAB:1: this disk did not come up" "$ZCBLK" restore
check_eq "the others came up" "zcblk-again live zcblk0 live" \
	"$("$ZCBLK" list -n -o NAME,STATE | sort | xargs)"
check_fails "restore of a bad line: the line and what to write" \
	"$ZCBLK_TAB:2: 'foo' cannot be a zcblk disk; write" "$ZCBLK" restore
check_fails "restore of a name that is not there" "unknown disk zcblk9" "$ZCBLK" restore zcblk9
check "stop at the end" "$ZCBLK" stop
