#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A read-only disk refuses writes, discards and writes of zeroes. It also refuses them from a driver
# that was stacked on the disk while the disk was writable. The block layer would only warn of
# them. Reads and flushes succeed. The same is true for a disk that blockdev made read-only, and
# for a disk whose lower device became read-only.

. ./lib.sh
. ./lib-data.sh

requires module=null_blk module=dm_mod program=dmsetup
null_add nullb0 memory_backed=1 discard=1 size=64
zcblk_load

# put LETTER DEVICE: writes 4 KiB of LETTER to DEVICE, bypassing the page cache
put() {
	head -c 4096 /dev/zero | tr '\0' "$1" |
		dd of="$2" bs=4k count=1 iflag=fullblock oflag=direct conv=notrunc status=none
}

# get: prints the first byte of the lower device
get() {
	dd if=/dev/nullb0 bs=4k count=1 iflag=direct status=none | head -c 1
}

# stack DISK: makes /dev/mapper/rw on DISK. The table names DISK by its device number, not by its
# path.
stack() {
	dm_add rw "0 $(blockdev --getsz "/dev/$1") linear $(<"/sys/class/block/$1/dev") 0"
}

# refuses DESC DEVICE: checks that DEVICE refuses all writes, but no read and no flush. zcblk must
# log nothing about them.
refuses() {
	dmesg_mark
	check_fails "$1: a write fails" "error" put X "$2"
	check_fails "$1: a write with FUA fails" "error" \
		dd if=/dev/zero of="$2" bs=4k count=1 oflag=direct,dsync status=none
	check_fails "$1: a discard fails" "" blkdiscard -f -l 4096 "$2"
	check_fails "$1: a write of zeroes fails" "" blkdiscard -f -z -l 4096 "$2"
	check_eq "$1: the data is as it was" A "$(get)"
	check "$1: a read passes" dd if="$2" of=/dev/null bs=4k count=1 iflag=direct
	check "$1: a flush passes" sync -d "$2"
	check_eq "$1: zcblk logs nothing about each of them" 0 \
		"$(dmesg_new | grep -c 'zcblk: ' || true)"
}

put A /dev/nullb0
zcblk_add zcblk0 lower=/dev/nullb0 read_only=1
stack zcblk0
for setting in $SETTINGS; do
	use "$setting"
	refuses "read_only=1, $setting" /dev/mapper/rw
done
dm_del rw
zcblk_del zcblk0

zcblk_add zcblk0 lower=/dev/nullb0
stack zcblk0
check "blockdev makes it read-only" blockdev --setro /dev/zcblk0
refuses "blockdev --setro" /dev/mapper/rw
check "blockdev makes it writable again" blockdev --setrw /dev/zcblk0
check "then a write passes" put B /dev/mapper/rw
check_eq "the data is on the lower device" B "$(get)"
put A /dev/nullb0

check "blockdev makes the lower device read-only" blockdev --setro /dev/nullb0
refuses "the lower device is read-only" /dev/mapper/rw
check "blockdev makes the lower device writable again" blockdev --setrw /dev/nullb0
check "the disk follows" wait_for 10 eval '[ "$(blockdev --getro /dev/zcblk0)" = 0 ]'
check "then a write passes" put B /dev/mapper/rw
dm_del rw
