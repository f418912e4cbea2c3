#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The disk has every queue limit and flag of its lower device. Here the lower devices are virtio,
# loop, a RAM disk and device-mapper.

. ./lib.sh
. ./lib-limits.sh

requires device=1 module=loop module=brd module=dm_mod program=dmsetup
zcblk_load

scratch 0
check_limits "virtio" "$SCRATCH"
loop_add 16
check_limits "loop" "$LOOP_DEV"
brd_add 16
check_limits "brd" /dev/ram0
dm_add linear "0 16384 linear $SCRATCH 2048"
check_limits "dm-linear" /dev/mapper/linear
