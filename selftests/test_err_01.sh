#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Errors of a lower device are returned unchanged. A failed read stores no foreign data, such as old
# bounce memory, in its buffer. Here dm-error is in the middle of a good device.

. ./lib.sh
. ./lib-errors.sh

requires module=dm_mod program=dmsetup module=null_blk helper=read-probe
null_add nullb0 memory_backed=1 size=16
dm_add partly "0 2048 linear /dev/nullb0 0
2048 8 error
2056 2048 linear /dev/nullb0 2056"
zcblk_load
zcblk_add zcblk0 lower=/dev/mapper/partly

check_read_error /dev/mapper/partly $((2048 * 512)) 4096 ioerr
check_read_error /dev/mapper/partly $((2000 * 512)) 65536 ioerr
check_write_error /dev/mapper/partly 256 ioerr
check "the block before can be read" dd if=/dev/zcblk0 of=/dev/null bs=4k \
	skip=255 count=1 iflag=direct
check "the block after can be read" dd if=/dev/zcblk0 of=/dev/null bs=4k \
	skip=257 count=1 iflag=direct
