#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# NOWAIT and polled I/O reach a lower device that supports them. Polled I/O completes in the task
# that polls, even if the I/O is tracked, was parked, or is copied.
#
# timeout=300

. ./lib.sh
. ./lib-api.sh
. ./lib-range.sh

requires module=null_blk program=fio file=/sys/kernel/tracing/events/block/block_rq_complete \
	"feature=range_lock slot"
api_requires zcblk-io
# A request of nullb0 that is not polled completes in an interrupt
null_add nullb0 memory_backed=1 size=64 submit_queues=1 poll_queues=1 irqmode=2 \
	completion_nsec=20000
null_fill nullb0
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0

event=$TRACEFS/events/block/block_rq_complete
sysfs_write "dev == $(dev_t nullb0)" "$event/filter"
sysfs_write 1 "$event/enable"
sysfs_write 1 "$TRACEFS/tracing_on"
defer eval "echo 0 >$event/enable; echo 0 >$event/filter"

uring() {
	fio_run "$TMP/fio.json" --name=job --filename=/dev/zcblk0 --direct=1 --rw=randwrite \
		--bs=4k --size=4M --io_size=2M --norandommap "$@"
}

# writes: prints the number of writes that zcblk0 has counted, and the number of their latencies
writes() {
	echo "$(stat_ios zcblk0 all write)" \
		$(($(hist_total zcblk0 zerocopy write) + $(hist_total zcblk0 copy write)))
}

# polled WHAT ARGUMENT...: runs fio with polling. Checks that all completions are in the context of
# fio, outside of interrupts.
polled() {
	local what=$1 lines
	shift
	zcblk_set zcblk0 reset_stats 1
	echo >"$TRACEFS/trace"
	check "$what: polled io_uring" uring --ioengine=io_uring --hipri --iodepth=4 "$@"
	lines=$(grep -c 'block_rq_complete: .* W' "$TRACEFS/trace")
	check "$what: completions were seen" test "$lines" -gt 100
	check_eq "$what: no completion is elsewhere" 0 \
		"$(grep 'block_rq_complete: .* W' "$TRACEFS/trace" |
			grep -cvE '^ *fio-[0-9]+ +\[[0-9]+\] ..\.' || true)"
	check_eq "$what: each is counted once, with its latency" "512 512" "$(writes)"
	check_eq "$what: nothing is in flight" 0 "$(stat_value zcblk0 inflight)"
}

check_eq "the disk says that it can be polled" \
	"$(queue_limit nullb0 io_poll)" "$(queue_limit zcblk0 io_poll)"
for lock in off on; do
	zcblk_del zcblk0
	zcblk_add zcblk0 lower=/dev/nullb0 "range_lock=$lock"
	for path in zerocopy copy ab; do
		zcblk_set zcblk0 path "$path"
		check "lock $lock, $path: RWF_NOWAIT" uring --ioengine=pvsync2 --nowait=1
		polled "lock $lock, $path"
	done
done
# A bio that is copied in several pieces is not polled, because its pieces may be in several queues
zcblk_set zcblk0 path copy
check "large copies end" uring --ioengine=io_uring --hipri --iodepth=4 --bs=512k

# An I/O that the range lock refuses ends at once
zcblk_set zcblk0 path zerocopy
zcblk_set zcblk0 overlap reject
uring --ioengine=io_uring --hipri --iodepth=4 --size=4k --continue_on_error=io >/dev/null || true
check "overlaps were refused" test "$(stat_value zcblk0 error again)" -gt 0
check_eq "nothing is in flight" 0 "$(stat_value zcblk0 inflight)"
zcblk_set zcblk0 overlap serialize

# in_flight N: succeeds if at least N bios are tracked
in_flight() {
	[ "$(stat_value zcblk0 inflight)" -ge "$1" ]
}

# A slow write holds the range. The polled write is parked, and later a worker submits it.
zcblk_del zcblk0
null_add nullb1 memory_backed=1 size=64 submit_queues=1 poll_queues=1 irqmode=2 \
	completion_nsec=2000000000
zcblk_add zcblk0 lower=/dev/nullb1 range_lock=on
api_io device=/dev/nullb0 bytes=4096	# loads its module, which needs a while
write_at 4096 0 2>"$TMP/holder" &
holder=$!
wait_for 10 in_flight 1
api_io device=/dev/zcblk0 bytes=4096 flags=polled
check "it was parked" test "$(range_value parked)" -ge 1
check_eq "it succeeded" 0 "$(api_io_result err)"
status=0
wait "$holder" || status=$?
check_eq "the write that held the range succeeded, too" "0 " "$status $(<"$TMP/holder")"

# The task that polls is stopped, so a worker must poll for the requests that other requests wait
# for
zcblk_del zcblk0
zcblk_add zcblk0 lower=/dev/nullb0 range_lock=on
echo 60000 >/sys/block/nullb0/queue/io_timeout
uring --ioengine=io_uring --hipri --iodepth=16 --size=4k --io_size=1T --thread >/dev/null 2>&1 &
poller=$!
wait_for 10 in_flight 1
pkill -STOP -P "$poller" fio
check "a write of the same block ends" timeout 20 dd if=/dev/zero of=/dev/zcblk0 bs=4k \
	count=1 oflag=direct conv=notrunc status=none
check "the disk can be removed by force" timeout 20 \
	sh -c "echo force >$ZCFS/zcblk0/power"
pkill -CONT -P "$poller" fio
wait "$poller" || true
check_eq "it is off" off "$(zcblk_get zcblk0 state)"

zcblk_del zcblk0
dm_add dm0 "0 131072 linear /dev/nullb0 0"
zcblk_add zcblk0 lower=/dev/mapper/dm0
check_eq "a disk on a bio-based device does not say that it can be polled" 0 \
	"$(queue_limit zcblk0 io_poll)"
