#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Errors of a lower device are returned unchanged. A failed read stores no foreign data, such as old
# bounce memory, in its buffer. Here null_blk has bad blocks.

. ./lib.sh
. ./lib-errors.sh

requires module=null_blk helper=read-probe
null_add nullb0 memory_backed=1 size=16 badblocks=+2048-2051
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0

check_read_error /dev/nullb0 $((2048 * 512)) 4096 ioerr
check_write_error /dev/nullb0 256 ioerr
sysfs_write "-2048-2051" "$NULLFS/nullb0/badblocks"
zcblk_set zcblk0 reset_stats 1
check "repaired blocks can be read" dd if=/dev/zcblk0 of=/dev/null bs=4k skip=256 \
	count=1 iflag=direct
check_eq "no error is counted any more" 0 "$(stat_errors zcblk0)"
