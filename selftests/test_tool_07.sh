#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# add prints the path of the new disk, and skips names that are in use. del of a busy disk causes
# one line in the kernel log. After a removal, the tool makes the kernel read the partitions of the
# lower device again.
#
# timeout=90

. ./lib.sh

requires tool module=null_blk program=sfdisk
null_add nullb0 memory_backed=1 size=64
zcblk_load

start_of() {
	cat "/sys/block/nullb0/nullb0p1/start"
}

echo not a disk >/dev/zcblk0
defer rm -f /dev/zcblk0
check_eq "add skips the name of a file" /dev/zcblk1 \
	"$("$ZCBLK" add --lower /dev/nullb0 2>"$TMP/err")"
check "and says so" grep -q "/dev/zcblk0 is not a block device" "$TMP/err"
"$ZCBLK" del zcblk1
check_fails "add refuses this name" "/dev/zcblk0 is not a block device" \
	"$ZCBLK" add --lower /dev/nullb0 --name zcblk0
check "no disk is left" test ! -e "$ZCFS/zcblk0"
rm /dev/zcblk0
mknod /dev/zcblk0 b 7 200
check_fails "add refuses the name of another block device" "another block device has this name" \
	"$ZCBLK" add --lower /dev/nullb0 --name zcblk0
rm /dev/zcblk0

echo 2048,8192 | sfdisk -q /dev/nullb0
blockdev --rereadpt /dev/nullb0
check_eq "a partition of the lower device" 2048 "$(start_of)"
check_eq "add" /dev/zcblk0 "$("$ZCBLK" add --lower /dev/nullb0)"
echo 8192,16384 | sfdisk -q --wipe never /dev/zcblk0
exec {held}</dev/zcblk0
dmesg_mark
check_fails "del of an open disk says what to do" "del --deferred zcblk0" "$ZCBLK" del zcblk0
check_eq "that is one line in the kernel log" 1 "$(dmesg_new | grep -c 'zcblk: ')"
exec {held}<&-
check "del" "$ZCBLK" del zcblk0
check_eq "the lower device's partitions are the new ones" 8192 "$(start_of)"
