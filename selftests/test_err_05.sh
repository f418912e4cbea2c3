#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Errors of a lower device are returned unchanged. A failed read stores no foreign data, such as old
# bounce memory, in its buffer. Here the error is EINVAL, which the block layer reports as an I/O
# error before Linux 6.11. The lower device is a loop device, which does direct I/O on a dm device.
# The blocks of the dm device become larger than those of the loop device.

. ./lib.sh
. ./lib-errors.sh

requires module=dm_mod program=dmsetup module=null_blk module=loop helper=read-probe
null_add nullb0 memory_backed=1 size=16
null_add nullb1 memory_backed=1 size=16 blocksize=4096
dm_add grows "0 32768 linear /dev/nullb0 0"
loop=$(losetup --direct-io=on --find --show /dev/mapper/grows)
defer losetup -d "$loop"
check_eq "loop does direct I/O" 1 "$(<"/sys/block/${loop##*/}/loop/dio")"
zcblk_load
zcblk_add zcblk0 "lower=$loop"

grow() {
	dmsetup suspend --noudevsync grows
	dmsetup load grows --table "0 32768 linear /dev/nullb1 0"
	dmsetup resume --noudevrules --noudevsync grows
}
check "the blocks grow" grow

name=ioerr
[[ $("$HELPERS/read-probe" "$loop" 512 512) != EINVAL* ]] || name=inval
note "$loop returns $name"
check_read_error "$loop" 512 512 "$name"
zcblk_set zcblk0 reset_stats 1
check "a whole block can be read" dd if=/dev/zcblk0 of=/dev/null bs=4k count=1 iflag=direct
check_eq "no error is counted any more" 0 "$(stat_errors zcblk0)"
