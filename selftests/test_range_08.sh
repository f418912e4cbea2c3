#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A flush does not use the range lock. With each lock and each mode, it does not wait for a write in
# flight, is not refused and is not counted. A write with FUA uses the range lock like other writes.
#
# timeout=120

. ./lib.sh
. ./lib-range.sh

requires module=null_blk module=dm_mod program=dmsetup program=xfs_io \
	"feature=range_lock slot"
gate_add
zcblk_load

# counted: prints the requests, overlaps, waits and refusals that the lock has counted
counted() {
	echo "$(range_value taken) $(range_value contended) $(range_value parked)" \
		"$(range_value refused)"
}

# flushes DESC: checks that a flush does not wait for a write in flight. The gate stops the flush as
# well as the write, so the test compares the counters of the lock.
flushes() {
	local before

	gate_shut
	job write_at 4k 0
	check "$1: a write holds its range" wait_for 10 range_has "holder write 0 7 "
	before=$(counted)
	job xfs_io -c fsync /dev/zcblk0
	check "$1: a flush is sent beside it" wait_for 10 below 2
	check_eq "$1: the lock does not count the flush" "$before" "$(counted)"
	check "$1: the lock has one request" range_is 1 "(holder|waiter) "
	gate_open
	check_jobs "$1: both succeed" 0
}

# below N: succeeds if zcblk0 has N bios in flight
below() {
	[ "$(stat_value zcblk0 inflight)" = "$1" ]
}

# many_flushes DESC: flushes the disk while dd writes blocks. Checks that no flush fails, and that
# the range lock counts no overlap.
many_flushes() {
	local i failed=0 writer

	dd if=/dev/zero of=/dev/zcblk0 bs=4k count=100 oflag=direct status=none &
	writer=$!
	for ((i = 0; i < 10; i++)); do
		sync -d /dev/zcblk0 || failed=$((failed + 1))
	done
	wait "$writer" || failed=writer
	check_eq "$1: no flush fails beside writes" 0 "$failed"
	check_eq "$1: nothing overlaps" "0 0 0" \
		"$(range_value contended) $(range_value parked) $(range_value refused)"
}

for engine in $(engines); do
	zcblk_add zcblk0 lower=/dev/mapper/gate "range_lock=$engine" stats=counters
	for mode in serialize reject detect; do
		zcblk_set zcblk0 overlap "$mode"
		flushes "$engine, $mode"
		zcblk_set zcblk0 reset_stats 1
		many_flushes "$engine, $mode"
	done
	zcblk_set zcblk0 overlap serialize
	gate_shut
	job write_at 4k 0
	wait_for 10 range_has "holder write 0 7 "
	job dd if=/dev/zero of=/dev/zcblk0 bs=4k count=1 oflag=direct,dsync conv=notrunc status=none
	check "$engine: a write that flushes waits for a write" \
		wait_for 10 range_has "waiter write 0 7 .* for write 0 7"
	gate_open
	check_jobs "$engine: both succeed" 0
	zcblk_del zcblk0
done
