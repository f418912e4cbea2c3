#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# io_uring needs no worker threads on zcblk over a lower device with NOWAIT, on
# any path. That a worker would be seen is shown by forcing some.
#
# timeout=90

. ./lib.sh

requires module=null_blk program=fio
null_add nullb0 size=64 irqmode=2 completion_nsec=50000
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0

# workers_during FIO-OPTIONS...: how many looks at the task list saw workers,
# of how many
workers_during() {
	local seen=0 looks=0 job

	fio --name=uring --filename=/dev/zcblk0 --ioengine=io_uring --iodepth=16 \
		--direct=1 --time_based --runtime=3 --size=64M --bs=4k "$@" \
		>"$TMP/fio" 2>&1 &
	job=$!
	while kill -0 "$job" 2>/dev/null; do
		[ -z "$(tasks_named '^iou-wrk')" ] || seen=$((seen + 1))
		looks=$((looks + 1))
	done
	wait "$job" || die "fio fails"
	echo "$seen $looks"
}

read -r seen looks <<<"$(workers_during --rw=randread --force_async=1)"
check "forced workers are seen ($seen of $looks looks)" test "$seen" -gt 0

for path in zerocopy copy ab; do
	zcblk_set zcblk0 path $path
	read -r seen looks <<<"$(workers_during --rw=randrw)"
	check "$path: the task list was read while fio ran" test "$looks" -ge 5
	check_eq "$path: no worker in $looks looks" 0 "$seen"
done
