#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The attributes lower and read_only cannot be changed while the disk is powered

. ./lib.sh
. ./lib-bad.sh

requires module=null_blk
null_add nullb0 memory_backed=1 size=16
null_add nullb1 memory_backed=1 size=16
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0

check_refused "lower while powered" busy "zcblk: zcblk0: cannot change lower while" lower /dev/nullb1
check_refused "read_only while powered" busy "zcblk: zcblk0: cannot change read_only while" read_only 1
check_refused "the same lower again" busy "zcblk: zcblk0: cannot change lower while" lower /dev/nullb0
zcblk_set zcblk0 power 0
check "lower while off" zcblk_set zcblk0 lower /dev/nullb1
check "read_only while off" zcblk_set zcblk0 read_only 1
zcblk_set zcblk0 power 1
check_eq "the new lower is used" nullb1 "$(ls /sys/block/zcblk0/slaves)"
check "the old one is free" wipefs -aq /dev/nullb0
