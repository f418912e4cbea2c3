#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The disk grows or shrinks with its lower device, and sends a uevent.

. ./lib.sh

requires module=loop program=losetup helper=uevents module=dm_mod program=dmsetup
zcblk_load
"$HELPERS/uevents" >"$TMP/uevents" &
defer stop $!
wait_for 5 grep -q ready "$TMP/uevents"

# resized BYTES: succeeds if the disk has this size, and a uevent was sent
resized() {
	[ "$(blockdev --getsize64 /dev/zcblk0)" -eq "$1" ] &&
		grep -q "^change@.*/zcblk0 .*RESIZE=1" "$TMP/uevents"
}

loop_resize() {
	: >"$TMP/uevents"
	truncate -s "$1" "$TMP/loop"
	losetup -c "$LOOP_DEV"
}

loop_add 16
zcblk_add zcblk0 "lower=$LOOP_DEV"
mib=$((1 << 20))
for size in 32 8 16; do
	loop_resize $((size * mib))
	check "loop: the disk has $size MiB and sent a uevent" \
		wait_for 10 resized $((size * mib))
done
check "the new end can be written" dd if=/dev/zero of=/dev/zcblk0 bs=1M seek=15 \
	count=1 oflag=direct
check_fails "nothing can be written after the new end" "No space" dd if=/dev/zero of=/dev/zcblk0 \
	bs=1M seek=16 count=1 oflag=direct
zcblk_del zcblk0

dm_add resizable "0 8192 linear $LOOP_DEV 0"
zcblk_add zcblk0 lower=/dev/mapper/resizable
for sectors in 16384 4096; do
	: >"$TMP/uevents"
	dmsetup reload resizable --table "0 $sectors linear $LOOP_DEV 0"
	dmsetup resume --noudevsync resizable
	check "dm: the disk has $sectors sectors and sent a uevent" \
		wait_for 10 resized $((sectors * 512))
done
