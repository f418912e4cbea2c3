#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests, with udev, a partition table on a disk, and a disk on a partition
#
# timeout=90

. ./lib.sh
. ./lib-udev.sh

requires tool program=mkfs.ext4 program=sfdisk program=findmnt module=scsi_debug
PART=5a63626c-6b00-4000-8000-000000000002

udev_start
zcblk_load
scsi_debug_add dev_size_mb=64
lower=$(kname "$SCSI_DEV")

disk_add "$SCSI_DEV"
printf 'label: gpt\nsize=20M, uuid=%s, name=zcpart\n,\n' $PART | sfdisk -q --wipe=always /dev/zcblk0
wait_for 10 test -b /dev/zcblk0p1
mkfs.ext4 -qF -L parted /dev/zcblk0p1
settle
check_eq "by-id" /dev/zcblk0p1 "$(leads by-id/zcblk-zcblk0-part1)"
check_eq "by-lower" /dev/zcblk0p1 "$(leads "by-lower/$lower-part1")"
check_eq "by-partuuid" /dev/zcblk0p1 "$(leads by-partuuid/$PART)"
check_eq "by-partlabel" /dev/zcblk0p1 "$(leads by-partlabel/zcpart)"
write_data LABEL=parted
check_eq "mount LABEL=" /dev/zcblk0p1 "$SOURCE"

disk_del zcblk0
blockdev --rereadpt "$SCSI_DEV"
wait_for 10 test -b "${SCSI_DEV}1"
settle
check_eq "the partition is found on the lower device" "${SCSI_DEV}1" "$(leads by-partuuid/$PART)"
check "its data is found, too" data_is_on "${SCSI_DEV}1" LABEL=parted

disk_add "$SCSI_DEV"
is_member "a partition of the lower device" "${SCSI_DEV}1"
check_eq "the partition of the disk is found, by its UUID" /dev/zcblk0p1 "$(leads by-partuuid/$PART)"
check "its data is found by LABEL" data_is_on /dev/zcblk0p1 LABEL=parted
disk_del zcblk0

disk_add "${SCSI_DEV}1"
is_member "a partition that is a lower device" "${SCSI_DEV}1"
check_eq "the lower device is still found by the partition's UUID" "${SCSI_DEV}1" \
	"$(leads by-partuuid/$PART)"
check_eq "the other partition is as it was" "" "$(property "${SCSI_DEV}2" ID_FS_TYPE)"
check_eq "so is the whole device" gpt "$(property "$SCSI_DEV" ID_PART_TABLE_TYPE)"
check "the data is on the disk" data_is_on /dev/zcblk0 LABEL=parted
disk_del zcblk0
check "and on the partition afterwards" data_is_on "${SCSI_DEV}1" LABEL=parted
