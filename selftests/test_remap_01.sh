#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# If zcblk does not need the completion of a bio, it sends the same bio to the lower device.
# Otherwise, zcblk allocates a second bio. The kernel traces a bio as queued only once, so the
# test sees second bios in the trace.

. ./lib.sh

requires module=null_blk "file=/sys/kernel/tracing/events/block/block_bio_queue"
null_add nullb0 memory_backed=1 size=16
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0 range_lock=off

event=$TRACEFS/events/block/block_bio_queue
echo "dev == $(dev_t nullb0)" >"$event/filter"
echo 1 >"$event/enable"
echo 1 >"$TRACEFS/tracing_on"
defer eval "echo 0 >$event/enable; echo 0 >$event/filter"

# second_bios STATS IOSTATS PATH: prints the number of bios allocated for four writes and four
# reads
second_bios() {
	zcblk_set zcblk0 stats "$1"
	echo "$2" >/sys/block/zcblk0/queue/iostats
	zcblk_set zcblk0 path "$3"
	echo >"$TRACEFS/trace"
	dd if=/dev/zero of=/dev/zcblk0 bs=4k count=4 oflag=direct status=none
	dd if=/dev/zcblk0 of=/dev/null bs=4k count=4 iflag=direct status=none
	grep -c 'block_bio_queue: .*zcblk\|block_bio_queue: .*\[dd\]' "$TRACEFS/trace" || true
}

check_eq "stats off, iostats 0: none" 0 "$(second_bios off 0 zerocopy)"
check_eq "stats counters, iostats 0: none" 0 "$(second_bios counters 0 zerocopy)"
check_eq "stats latency, iostats 0: one each" 8 "$(second_bios latency 0 zerocopy)"
check_eq "stats counters, iostats 1: one each" 8 "$(second_bios counters 1 zerocopy)"
check_eq "copy: one each" 8 "$(second_bios off 0 copy)"
check_eq "ab: one each for half of them" 4 "$(second_bios off 0 ab)"
zcblk_del zcblk0
zcblk_add zcblk0 lower=/dev/nullb0 range_lock=on
check_eq "with a range lock: one each" 8 "$(second_bios off 0 zerocopy)"
