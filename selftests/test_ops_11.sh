#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# SECURE_ERASE fails on a disk whose lower device does not support it, with the same error as on the
# lower device. The disk does not count it.

. ./lib.sh

requires module=null_blk
null_add nullb0 memory_backed=1 size=16 discard=1
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0

error_of() {
	blkdiscard -fs -o 0 -l 65536 "$1" 2>&1 | sed 's/.*: //'
}

check_fails "the disk refuses secure erase, as its lower device does" "not supported" \
	blkdiscard -fs -o 0 -l 65536 /dev/zcblk0
check_eq "with the same error" "$(error_of /dev/nullb0 || true)" \
	"$(error_of /dev/zcblk0 || true)"
check_eq "nothing was erased or counted" 0 "$(stat_ios zcblk0 all secure_erase)"
