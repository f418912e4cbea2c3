#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Lower devices that cannot be used are refused with a reason. A failed attempt leaves nothing
# behind.
#
# timeout=120

. ./lib.sh
. ./lib-bad.sh

requires module=null_blk program=mkfs.ext4
null_add nullb0 memory_backed=1 size=64
null_add nullb1 memory_backed=1 size=64
zcblk_load
zcblk_make zcblk0
touch "$TMP/file"

check_fails "no lower set: power 1 is refused" "Invalid argument" \
	zcblk_set zcblk0 power 1
check_lower_refused "a path that does not exist" "No such file" /dev/none
check_lower_refused "an empty path" "Invalid argument" ""
check_lower_refused "a file" "Block device required" "$TMP/file"
check_lower_refused "a directory" "Block device required" "$TMP"
check_lower_refused "a character device" "Block device required" /dev/null
check_lower_refused "a path below a file" "Not a directory" "$TMP/file/x"

mkfs.ext4 -q /dev/nullb1
mount_add /dev/nullb1 "$TMP/mnt"
check_lower_refused "a mounted device" "busy" /dev/nullb1
umount "$TMP/mnt"

zcblk_add zcblk1 lower=/dev/nullb1
check_lower_refused "a device of another zcblk disk" "busy" /dev/nullb1
check_lower_refused "a zcblk disk" "Too many levels of symbolic links" /dev/zcblk1
zcblk_del zcblk1
check "the claimed device is free again" wipefs -aq /dev/nullb1

blockdev --setro /dev/nullb1
check_lower_refused "a read-only device" "Read-only file system" /dev/nullb1
zcblk_set zcblk0 lower /dev/nullb1
zcblk_set zcblk0 read_only 1
check "a read-only disk can be used on it" zcblk_set zcblk0 power 1
check_fails "that disk cannot be written" "" dd if=/dev/zero of=/dev/zcblk0 count=1
check_eq "it reports that it is read-only" 1 "$(cat /sys/block/zcblk0/ro)"
