#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Eight disks are up at the same time. Each has its own lower device, statistics and settings.

. ./lib.sh

requires module=null_blk
zcblk_load
count=8
for ((i = 0; i < count; i++)); do
	null_add "nullb$i" memory_backed=1 size=16
	zcblk_add "zcblk$i" "lower=/dev/nullb$i"
done
zcblk_set zcblk3 path copy
for ((i = 0; i < count; i++)); do
	head -c 4096 /dev/urandom >"$TMP/data$i"
	dd if="$TMP/data$i" of="/dev/zcblk$i" bs=4k oflag=direct status=none
done
for ((i = 0; i < count; i++)); do
	check "zcblk$i: its data is on its lower device" \
		cmp -n 4096 "$TMP/data$i" "/dev/nullb$i"
	check_eq "zcblk$i: one write" 1 "$(stat_ios "zcblk$i" all write)"
	check_eq "zcblk$i: lower" "nullb$i" "$(stat_value "zcblk$i" lower)"
done
check_eq "the disk with path copy copied" 4096 "$(stat_copied zcblk3 copy)"
check_eq "its neighbour copied nothing" 0 "$(stat_copied zcblk4 copy)"

zcblk_make zcblk-other.1 lower=/dev/nullb0
zcblk_del zcblk0
check "a disk with another name can use the device after it is free" \
	zcblk_set zcblk-other.1 power 1
check "the disk appears under that name" wait_for 5 test -b /dev/zcblk-other.1
