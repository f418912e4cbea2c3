#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# io_uring needs no worker threads for zcblk on a lower device with NOWAIT, on any path. The test
# first makes io_uring use worker threads, to prove that the test would see them.
#
# timeout=90

. ./lib.sh

requires module=null_blk program=fio
null_add nullb0 size=64 irqmode=2 completion_nsec=50000
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0

# fio_start FIO-OPTIONS...: starts fio, which uses io_uring, on zcblk0
fio_start() {
	fio --name=uring --filename=/dev/zcblk0 --ioengine=io_uring --iodepth=16 \
		--direct=1 --time_based --size=64M --bs=4k "$@" >"$TMP/fio" 2>&1 &
	FIO=$!
}

fio_start --rw=randread --runtime=100 --force_async=1
check "forced workers are seen" wait_for 40 task_named 'iou-wrk*'
stop "$FIO"

for path in zerocopy copy ab; do
	zcblk_set zcblk0 path $path
	fio_start --rw=randrw --runtime=3
	seen=0 looks=0
	while kill -0 "$FIO" 2>/dev/null; do
		! task_named 'iou-wrk*' || seen=$((seen + 1))
		looks=$((looks + 1))
	done
	wait "$FIO"
	check "$path: the task list was read while fio ran ($looks times)" \
		test "$looks" -ge 5
	check_eq "$path: no worker in any of these" 0 "$seen"
	check "$path: fio did I/O" test "$(stat_ios zcblk0 all all)" -gt 100
	zcblk_set zcblk0 reset_stats 1
done
