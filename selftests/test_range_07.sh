#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The order of two requests, seen in the data: the lower device keeps the first one and
# would let the second one pass. Without a range lock it does pass, or nothing would be
# shown here; with each of them it does not.
#
# timeout=240

. ./lib.sh
. ./lib-range.sh

requires module=null_blk module=dm_mod module=dm_delay program=dmsetup program=xfs_io \
	"feature=range_lock slot"

# late_table reads|writes|nothing: of /dev/mapper/late, which keeps these for ten minutes, but
# never flushes
late_table() {
	local reads=0 writes=0

	[ "$1" != reads ] || reads=600000
	[ "$1" != writes ] || writes=600000
	echo "0 131072 delay /dev/nullb0 0 $reads /dev/nullb0 0 $writes /dev/nullb0 0 0"
}

# late_keep reads|writes|nothing: from now on; what it has kept goes on
late_keep() {
	dmsetup reload late --table "$(late_table "$1")"
	dmsetup suspend --noflush --nolockfs --noudevsync late
	dmsetup resume --noudevrules --noudevsync late
}

# it keeps one
late_has() {
	grep -qE ' delay (1 0|0 1) 0$' <<<"$(dmsetup status late)"
}

# put DEVICE LETTER: 4 KiB of it
put() {
	head -c 4096 /dev/zero | tr '\0' "$2" |
		dd of="$1" bs=4k iflag=fullblock oflag=direct status=none
}

# get DEVICE: the letter that its first 4 KiB are
get() {
	dd if="$1" bs=4k count=1 iflag=direct status=none | tr -s "no"
}

write_new() {
	put /dev/zcblk0 n
}

read_it() {
	get /dev/zcblk0
}

# told NAME CMD: what it says is in $TMP/NAME when it has ended
told() {
	"$2" >"$TMP/$1.part"
	mv "$TMP/$1.part" "$TMP/$1"
}

# in_turn DESC FIRST SECOND: with old data (o) below. FIRST is kept there, SECOND would
# not be, but ends or waits.
in_turn() {
	local desc=$1 op=${3%_*}

	rm -f "$TMP/first" "$TMP/second"
	put /dev/nullb0 o
	late_keep "${2%_*}s"
	job told first "$2"
	check "$desc: the first one is kept" wait_for 10 late_has
	job told second "$3"
	if [ "$engine" = off ]; then
		check "$desc: it is overtaken" wait_for 10 test -e "$TMP/second"
	else
		check "$desc: it is waited for" wait_for 10 range_has "waiter $op "
	fi
	check "$desc: and still kept" late_has
	late_keep nothing
	check_jobs "$desc: both end well" 0
}

# in_turns ENGINE-AND-PATH LATER EARLIER: what the later one finds, old or new data, and
# what the earlier one does
in_turns() {
	in_turn "$1, read after write" write_new read_it
	check_eq "$1, read after write: it finds $2 data" "${2:0:1}" "$(<"$TMP/second")"
	in_turn "$1, write after read" read_it write_new
	check_eq "$1, write after read: it had found $3 data" "${3:0:1}" "$(<"$TMP/first")"
	check_eq "$1, write after read: there is new data" n "$(get /dev/zcblk0)"
}

null_add nullb0 memory_backed=1 size=64 cache_size=8
dm_add late "$(late_table nothing)"
zcblk_load
for engine in off $(engines); do
	zcblk_add zcblk0 lower=/dev/mapper/late "range_lock=$engine"
	defer late_keep nothing	# first, or what is kept there could not end
	for path in zerocopy copy; do
		zcblk_set zcblk0 path "$path"
		if [ "$engine" = off ]; then
			in_turns "$engine, $path" old new
		else
			in_turns "$engine, $path" new old
		fi
	done
	zcblk_del zcblk0
done
