#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Zoned lower devices are refused with a reason.

. ./lib.sh
. ./lib-bad.sh

requires module=null_blk
null_add nullb0 memory_backed=1 size=16
mkdir "$NULLFS/nullb1"
defer null_del nullb1
requires "file=$NULLFS/nullb1/zoned"
for setting in memory_backed=1 size=64 zone_size=4 zoned=1 power=1; do
	sysfs_write "${setting#*=}" "$NULLFS/nullb1/${setting%=*}" ||
		skip "the kernel has no zoned null_blk"
done
zcblk_load
zcblk_make zcblk0
check_lower_refused "a zoned device" "Operation not supported" /dev/nullb1
zcblk_set zcblk0 lower /dev/nullb1
dmesg_mark
zcblk_set zcblk0 power 1 2>/dev/null || true
check "the reason names zones" dmesg_has "zoned"
