#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Polled reads hold a range, and the task that should poll for them is stopped. There are more of
# these reads than a workqueue runs works at once, and than the lower device has tags. A write that
# waits for the reads ends all the same, and power force succeeds.
#
# timeout=180

. ./lib.sh
. ./lib-range.sh

READS=400

requires module=null_blk program=fio "feature=range_lock slot"
case $(uname -r) in
6.1.*) skip "Linux 6.1 submits polled I/O of io_uring only with REQ_NOWAIT, which does not wait" ;;
esac
# Only writes use the queue for interrupts, and last 2 s. A polled read ends when its task polls.
null_add nullb0 memory_backed=1 size=1 submit_queues=1 poll_queues=1 hw_queue_depth=16 irqmode=2 \
	completion_nsec=2000000000
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0 range_lock=on

reads_wait() {
	[ "$(range_count "waiter read")" -ge $READS ]
}

# Ten writes of a block last 20 s, one after the other
for ((i = 0; i < 10; i++)); do
	write_at 4k 0 &
	defer stop $!
done
check "writes wait" wait_for 2 range_is 9 "waiter write"
fio --name=polled --filename=/dev/zcblk0 --rw=read --bs=4k --size=4k --io_size=100M --direct=1 \
	--ioengine=io_uring --hipri --iodepth=$READS --time_based --runtime=1000 --thread \
	>"$TMP/fio" 2>&1 &
fio=$!
defer stop $fio
defer kill -CONT $fio
check "at least $READS polled reads wait behind the writes" wait_for 4 reads_wait
kill -STOP $fio

check "a write behind them ends" timeout $((60 * ${TIME_SCALE:-1})) \
	dd if=/dev/zero of=/dev/zcblk0 bs=4k count=1 oflag=direct status=none
check_eq "no read is left" 0 "$(range_count "[a-z]* read")"
check "power force" zcblk_set zcblk0 power force
