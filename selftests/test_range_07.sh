#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The data shows the order of two overlapping requests. The lower device keeps the first request,
# and could complete the second one before it. Without a range lock, the second request overtakes
# the first, which proves that the test works. With each range lock, it does not.
#
# timeout=240

. ./lib.sh
. ./lib-range.sh

requires module=null_blk module=dm_mod module=dm_delay program=dmsetup program=xfs_io \
	"feature=range_lock slot"

# late_table reads|writes|nothing: prints the table of /dev/mapper/late. The device keeps these
# requests for ten minutes, but never keeps a flush.
late_table() {
	local reads=0 writes=0

	[ "$1" != reads ] || reads=600000
	[ "$1" != writes ] || writes=600000
	echo "0 131072 delay /dev/nullb0 0 $reads /dev/nullb0 0 $writes /dev/nullb0 0 0"
}

# late_keep reads|writes|nothing: makes the device keep such requests from now on, and complete
# those that it has kept
late_keep() {
	dmsetup reload late --table "$(late_table "$1")"
	dmsetup suspend --noflush --nolockfs --noudevsync late
	dmsetup resume --noudevrules --noudevsync late
}

# late_has: succeeds if the device keeps a request
late_has() {
	grep -qE ' delay (1 0|0 1) 0$' <<<"$(dmsetup status late)"
}

# put DEVICE LETTER: writes 4 KiB of LETTER to DEVICE
put() {
	head -c 4096 /dev/zero | tr '\0' "$2" |
		dd of="$1" bs=4k iflag=fullblock oflag=direct status=none
}

# get DEVICE: prints the letter in the first 4 KiB of DEVICE
get() {
	dd if="$1" bs=4k count=1 iflag=direct status=none | tr -s "no"
}

write_new() {
	put /dev/zcblk0 n
}

read_it() {
	get /dev/zcblk0
}

# output_of NAME CMD: runs CMD. When CMD ends, makes the file $TMP/NAME with the output.
output_of() {
	"$2" >"$TMP/$1.part"
	mv "$TMP/$1.part" "$TMP/$1"
}

# in_turn DESC FIRST SECOND: submits two requests to a disk with old data (o). The lower device
# keeps the request of FIRST. Without a range lock, the request of SECOND completes. With a range
# lock, it waits.
in_turn() {
	local desc=$1 op=${3%_*}

	rm -f "$TMP/first" "$TMP/second"
	put /dev/nullb0 o
	late_keep "${2%_*}s"
	job output_of first "$2"
	check "$desc: the device keeps the first request" wait_for 10 late_has
	job output_of second "$3"
	if [ "$engine" = off ]; then
		check "$desc: the second request overtakes it" wait_for 10 test -e "$TMP/second"
	else
		check "$desc: the second request waits" wait_for 10 range_has "waiter $op "
	fi
	check "$desc: the device still keeps the first request" late_has
	late_keep nothing
	check_jobs "$desc: both succeed" 0
}

# in_turns ENGINE-AND-PATH LATER EARLIER: reads after a write, and writes after a read. LATER is the
# data, old or new, that the read after the write must return. EARLIER is the data of the read
# before the write.
in_turns() {
	in_turn "$1, read after write" write_new read_it
	check_eq "$1, read after write: it returns $2 data" "${2:0:1}" "$(<"$TMP/second")"
	in_turn "$1, write after read" read_it write_new
	check_eq "$1, write after read: the read returned $3 data" "${3:0:1}" "$(<"$TMP/first")"
	check_eq "$1, write after read: the disk has new data" n "$(get /dev/zcblk0)"
}

null_add nullb0 memory_backed=1 size=64 cache_size=8
dm_add late "$(late_table nothing)"
zcblk_load
for engine in off $(engines); do
	zcblk_add zcblk0 lower=/dev/mapper/late "range_lock=$engine"
	defer late_keep nothing	# deferred first: a kept request would block the removal
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
