#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Partitions of the disk are found, and have the right sectors. A disk with a mounted partition is
# busy. A partition can also be a lower device.

. ./lib.sh

requires module=null_blk program=mkfs.ext4
null_add nullb0 memory_backed=1 size=64

# The MBR has one Linux partition, which begins at sector 2048 and has 32768 sectors
{
	head -c 446 /dev/zero
	printf '\x00\x00\x00\x00\x83\x00\x00\x00\x00\x08\x00\x00\x00\x80\x00\x00'
	head -c 48 /dev/zero
	printf '\x55\xaa'
} | dd of=/dev/nullb0 conv=fsync status=none

zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0
check "the partition appears" wait_for 5 test -b /dev/zcblk0p1
check_eq "the start of the partition" 2048 "$(cat /sys/block/zcblk0/zcblk0p1/start)"
check_eq "the size of the partition" 32768 "$(cat /sys/block/zcblk0/zcblk0p1/size)"
check "the table can be read again" blockdev --rereadpt /dev/zcblk0

head -c 65536 /dev/urandom >"$TMP/data"
for path in zerocopy copy ab; do
	zcblk_set zcblk0 path "$path"
	dd if="$TMP/data" of=/dev/zcblk0p1 bs=16k seek=4 oflag=direct status=none
	check "$path: data written to it is at 1 MiB on the lower device" cmp "$TMP/data" \
		<(dd if=/dev/nullb0 bs=16k skip=68 count=4 iflag=direct status=none)
done

mkfs.ext4 -q /dev/zcblk0p1
mount_add /dev/zcblk0p1 "$TMP/mnt"
check_fails "a mounted partition holds the disk" "busy" zcblk_set zcblk0 power 0
umount "$TMP/mnt"
check "an unmounted partition does not hold the disk" zcblk_set zcblk0 power 0
check "the partition is removed with the disk" test ! -e /dev/zcblk0p1

blockdev --rereadpt /dev/nullb0
wait_for 5 test -b /dev/nullb0p1
zcblk_make zcblk1 lower=/dev/nullb0p1
check "a partition can be a lower device" zcblk_set zcblk1 power 1
check_eq "the disk has the size of the partition" 32768 "$(cat /sys/block/zcblk1/size)"
dd if="$TMP/data" of=/dev/zcblk1 bs=16k oflag=direct status=none
check "the disk writes at the offset of the partition" cmp "$TMP/data" \
	<(dd if=/dev/nullb0 bs=16k skip=64 count=4 iflag=direct status=none)
