#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# insmod fails if an entry of lower= cannot be used. Then insmod makes none of the disks.

. ./lib.sh

requires module=null_blk module=loop
null_add nullb0 memory_backed=1 size=64
null_add nullb1 memory_backed=1 size=64
module_load configfs
touch "$TMP/file"
mkfs.ext4 -q /dev/nullb1

nothing_stays() {
	module_loaded zcblk && return 1
	[ ! -e /dev/zcblk0 ]
	wipefs -a /dev/nullb0
}

refused() {
	dmesg_mark
	check_fails "insmod lower=$1 is refused" "" zcblk_insmod "lower=$1"
	check "insmod lower=$1: the log says why" dmesg_has "zcblk: zcblk"
	check "insmod lower=$1: nothing is left" nothing_stays
}

refused /dev/none
refused "$TMP/file"
refused "$TMP"
refused /dev/null
refused /dev/nullb0,/dev/none
refused /dev/nullb0,/dev/nullb0
refused nullb0

mount_add /dev/nullb1 "$TMP/mnt"
refused /dev/nullb1
refused /dev/nullb0,/dev/nullb1
umount "$TMP/mnt"

blockdev --setro /dev/nullb1
refused /dev/nullb1
check "a read-only disk may have a read-only lower device" \
	zcblk_insmod lower=/dev/nullb1 read_only=1
defer zcblk_unload
