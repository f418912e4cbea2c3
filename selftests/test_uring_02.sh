#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# NOWAIT and polled I/O go through to a lower device that has them; with a range lock,
# what is polled completes by interrupt.

. ./lib.sh

requires module=null_blk program=fio "file=/sys/kernel/tracing/set_ftrace_filter"
null_add nullb0 size=64 submit_queues=1 poll_queues=1
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0 range_lock=off

uring() {
	fio_run "$TMP/fio.json" --name=job --filename=/dev/zcblk0 --direct=1 \
		--rw=randrw --bs=4k --size=2M --ioengine="$1" "${@:2}"
}

# polls: calls of null_blk's poll operation during the last run
polls() {
	grep -c null_poll "$TRACEFS/trace" || true
}

echo null_poll >"$TRACEFS/set_ftrace_filter"
defer eval "echo >'$TRACEFS/set_ftrace_filter'"
echo function >"$TRACEFS/current_tracer"
defer eval "echo nop >'$TRACEFS/current_tracer'"
echo 1 >"$TRACEFS/tracing_on"

check_eq "the disk tells that it can be polled" \
	"$(queue_limit nullb0 io_poll)" "$(queue_limit zcblk0 io_poll)"
for path in zerocopy copy ab; do
	zcblk_set zcblk0 path $path
	check "$path: RWF_NOWAIT" uring pvsync2 --nowait=1
	echo >"$TRACEFS/trace"
	check "$path: polled io_uring" uring io_uring --hipri --iodepth=4
	# A bounce bio is none that the submitter could poll for
	[ "$path" = copy ] ||
		check "$path: the lower device was polled" test "$(polls)" -gt 0
done

zcblk_del zcblk0
zcblk_add zcblk0 lower=/dev/nullb0 range_lock=on
echo >"$TRACEFS/trace"
check "range lock: RWF_NOWAIT" uring pvsync2 --nowait=1
check "range lock: polled io_uring" uring io_uring --hipri --iodepth=4
check_eq "range lock: nothing was polled" 0 "$(polls)"
