#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# `insmod lower=A,B` makes a disk for each entry, with the values of the other parameters. rmmod
# frees the lower devices.

. ./lib.sh

requires module=null_blk
null_add nullb0 memory_backed=1 size=64
null_add nullb1 memory_backed=1 size=32
zcblk_load lower=/dev/nullb0,/dev/nullb1 path=copy bounce=kmalloc stats=counters

check "the first disk has the size of its lower device" same_size /dev/zcblk0 /dev/nullb0
check "the second disk has the size of its lower device" same_size /dev/zcblk1 /dev/nullb1
for disk in zcblk0 zcblk1; do
	check_eq "$disk: path" copy "$(zcblk_get $disk path)"
	check_eq "$disk: bounce" kmalloc "$(zcblk_get $disk bounce)"
	check_eq "$disk: stats" counters "$(zcblk_get $disk stats)"
	check_eq "$disk: power" 1 "$(zcblk_get $disk power)"
	check_eq "$disk: state" live "$(zcblk_get $disk state)"
	check_fails "$disk is not removed by rmdir" "not permitted" \
		rmdir "$ZCFS/$disk"
done
check_eq "lower reads back" /dev/nullb1 "$(zcblk_get zcblk1 lower)"

check_fails "the lower device is claimed" busy wipefs -a /dev/nullb0
check "a third disk can be made beside them" mkdir "$ZCFS/zcblk2"
check_fails "the third disk holds the module" "in use" rmmod zcblk
check "the third is removed" rmdir "$ZCFS/zcblk2"
check "rmmod removes the disks" rmmod zcblk
check "the disks are gone" test ! -e /dev/zcblk0 -a ! -e /dev/zcblk1
check "the lower device is free" wipefs -a /dev/nullb0

zcblk_load lower=/dev/nullb0 read_only=1
check_eq "read_only=1 makes a read-only disk" 1 "$(blockdev --getro /dev/zcblk0)"
