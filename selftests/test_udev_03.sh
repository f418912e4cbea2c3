#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests, with udev, XFS on a disk, and btrfs on two disks. After the disks are removed, both file
# systems are found on the lower devices.
#
# timeout=120

. ./lib.sh
. ./lib-udev.sh

requires tool device=2 program=mkfs.xfs program=mkfs.btrfs program=findmnt module=xfs module=btrfs

udev_start
zcblk_load
scratch 0
first=$SCRATCH
scratch 1
second=$SCRATCH
defer wipefs -aq "$first" "$second"

# paths: prints the devices of the mounted file system
paths() {
	btrfs filesystem show "$TMP/mnt" | sed -n 's/.* path //p' | sort | xargs
}

disk_add "$first"
mkfs.xfs -qf -L zcxfs /dev/zcblk0
settle
write_data LABEL=zcxfs
check_eq "XFS is mounted from the disk" /dev/zcblk0 "$SOURCE"
disk_del zcblk0
check "it is found on the lower device" data_is_on "$first" LABEL=zcxfs

disk_add "$first"
disk_add "$second" zcblk1
mkfs.btrfs -qf -L zcbtrfs -m raid1 -d raid1 /dev/zcblk0 /dev/zcblk1 >"$TMP/mkfs"
settle
write_data LABEL=zcbtrfs
check "btrfs is mounted from a disk: $SOURCE" grep -q '^/dev/zcblk[01]$' <<<"$SOURCE"
mount LABEL=zcbtrfs "$TMP/mnt"
check_eq "it is on both disks" "/dev/zcblk0 /dev/zcblk1" "$(paths)"
umount "$TMP/mnt"
is_member "the first lower device" "$first"
is_member "the second lower device" "$second"
disk_del zcblk0
disk_del zcblk1
check_eq "the lower devices are complete" "1 1" \
	"$(property "$first" ID_BTRFS_READY) $(property "$second" ID_BTRFS_READY)"
mount LABEL=zcbtrfs "$TMP/mnt"
check_eq "btrfs is on both lower devices" "$first $second" "$(paths)"
check "with its data" cmp "$TMP/sum" <(sha256sum <"$TMP/mnt/data")
umount "$TMP/mnt"
