#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# With stable=1, file systems do not change pages that are being written. So the disk reports no
# write whose data has changed.

. ./lib.sh

requires module=null_blk program=mkfs.ext4 program=fio
null_add nullb0 memory_backed=1 size=64 irqmode=2 completion_nsec=20000000
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0

for value in 1 0 1; do
	zcblk_set zcblk0 stable "$value"
	check_eq "stable=$value: stable_writes" "$value" "$(queue_limit zcblk0 stable_writes)"
done
mkfs.ext4 -qF /dev/zcblk0
mount_add /dev/zcblk0 "$TMP/mnt"
zcblk_set zcblk0 reset_stats 1
check "a file is written to while it is written back" \
	fio_run "$TMP/fio" --name=rewrite --filename="$TMP/mnt/file" --ioengine=psync \
	--rw=randwrite --bs=4k --size=256k --time_based --runtime=5 \
	--sync_file_range=write:8 --fallocate=none
check "writes were watched" test "$(stat_ios zcblk0 all write)" -gt 10
check_eq "none is reported" 0 "$(stat_value zcblk0 unstable)"
umount "$TMP/mnt"
zcblk_del zcblk0

zcblk_add zcblk0 lower=/dev/nullb0 stable=1
check_eq "stable=1 from the start: stable_writes" 1 "$(queue_limit zcblk0 stable_writes)"
zcblk_set zcblk0 stable 0
echo 1 >/sys/block/nullb0/queue/stable_writes
stable() {
	[ "$(queue_limit zcblk0 stable_writes)" = 1 ]
}
check "stable=0: the lower device's flag is followed" wait_for 3 stable
