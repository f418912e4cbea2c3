#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# With udev, LABEL and UUID of a file system on a disk lead to the disk, not to the lower device.
# After the disk is removed, even by force, they lead to the lower device.
#
# timeout=90

. ./lib.sh
. ./lib-udev.sh

requires tool program=mkfs.ext4 program=findmnt module=scsi_debug
UUID=5a63626c-6b00-4000-8000-000000000001

udev_start
zcblk_load
scsi_debug_add dev_size_mb=64
lower=$(kname "$SCSI_DEV")

disk_add "$SCSI_DEV"
check_eq "by-id" /dev/zcblk0 "$(leads by-id/zcblk-zcblk0)"
check_eq "by-lower" /dev/zcblk0 "$(leads "by-lower/$lower")"
mkfs.ext4 -qF -L zclabel -U $UUID /dev/zcblk0
settle
check_eq "the watch sees a new file system" ext4 "$(property /dev/zcblk0 ID_FS_TYPE)"
check_eq "the priority is above that of other disks" 110 \
	"$(udevadm info --query=all --name=/dev/zcblk0 | sed -n 's/^L: //p')"

# Process all block devices again, as at the next boot
udevadm trigger --action=change --subsystem-match=block
settle
check_eq "by-label" /dev/zcblk0 "$(leads by-label/zclabel)"
check_eq "by-uuid" /dev/zcblk0 "$(leads by-uuid/$UUID)"
is_member "the lower device" "$SCSI_DEV"
check "the lower device has its own by-id links" test -n "$(links "$SCSI_DEV" by-id)"

write_data LABEL=zclabel
check_eq "mount LABEL=" /dev/zcblk0 "$SOURCE"
check "mount UUID=" data_is_on /dev/zcblk0 UUID=$UUID

disk_del zcblk0
check_eq "the lower device has its own properties again" ext4 "$(property "$SCSI_DEV" ID_FS_TYPE)"
check_eq "no longer below a disk" "" "$(property "$SCSI_DEV" ZCBLK_DISK)"
check "its data is found by LABEL" data_is_on "$SCSI_DEV" LABEL=zclabel

disk_add "$SCSI_DEV"
is_member "the lower device" "$SCSI_DEV"
exec {held}</dev/zcblk0
"$ZCBLK" del --force zcblk0
exec {held}<&-
is_ext4() {
	settle
	[ "$(property "$SCSI_DEV" ID_FS_TYPE)" = ext4 ]
}
check "the last close restores the lower device" wait_for 10 is_ext4
check "its data is found by UUID after a forced removal" data_is_on "$SCSI_DEV" UUID=$UUID
