#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# lsblk shows the stack. Holder and slave links appear and disappear with the disk, and the lower
# device is claimed.

. ./lib.sh

requires module=null_blk program=lsblk
null_add nullb0 memory_backed=1 size=64
zcblk_load

links() {
	echo "$(ls /sys/block/nullb0/holders) $(ls /sys/block/zcblk0/slaves)"
}

for round in 1 2; do
	zcblk_add zcblk0 lower=/dev/nullb0
	check_eq "holder and slave, round $round" "zcblk0 nullb0" "$(links)"
	check_eq "lsblk shows the disk under its lower device" "zcblk0 nullb0" \
		"$(lsblk -snro NAME /dev/zcblk0 | xargs)"
	check_fails "the lower device cannot be claimed by another program" busy \
		wipefs -a /dev/nullb0
	zcblk_del zcblk0
	check_eq "no holder is left, round $round" "" \
		"$(ls /sys/block/nullb0/holders)"
done
check "the lower device is free again" wipefs -a /dev/nullb0
