#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# With each range lock, a request waits only if it overlaps a request in flight. The file
# range_locks shows for which request it waits. In mode reject, the lock refuses an overlapping
# request. In mode detect, the lock only counts the overlap.
#
# timeout=120

. ./lib.sh
. ./lib-range.sh

requires module=null_blk module=dm_mod program=dmsetup program=xfs_io \
	"feature=range_lock slot"
gate_add
zcblk_load

serializes() {
	local engine=$1

	gate_shut
	job write_at 64k 0
	check "$engine: the first write holds its range" wait_for 5 range_has "holder write 0 127 "
	job write_at 4k 4096
	check "$engine: a write inside of it waits, and the list says for which one" \
		wait_for 5 range_has "waiter write 8 15 [0-9]+ for write 0 127"
	job write_at 4k 65536
	check "$engine: a write beside it does not wait" \
		wait_for 5 range_has "holder write 128 135 "
	job write_at 1M 0
	check "$engine: a long write waits" wait_for 5 range_has "waiter write 0 2047 .* for "
	job read_at 4k 1044480
	check "$engine: a read waits for a write that waits" \
		wait_for 5 range_has "waiter read 2040 2047 [0-9]+ for write 0 2047"
	check_fails "$engine: a write with NOWAIT is refused" "temporarily unavailable" \
		xfs_io -d -c "pwrite -q -V 1 -N 0 4k" /dev/zcblk0
	gate_open
	check_jobs "$engine: all of them succeed" 0
	check_eq "$engine: three were parked" 3 "$(range_value parked)"
	check_eq "$engine: one was refused" 1 "$(range_value refused)"
	check "$engine: waits are in the histogram" range_has "wait [0-9]+ [0-9]+ [1-3]"
	check "$engine: the longest wait is recorded" test "$(range_value longest_ns)" -gt 0
	check "$engine: the region is recorded" range_has "hot 0 2047 4"
}

shares() {
	local engine=$1

	gate_shut
	job read_at 8k 0
	job read_at 8k 4096
	check "$engine: overlapping reads hold their ranges at the same time" \
		wait_for 5 range_is 2 "holder read "
	job write_at 4k 4096
	check "$engine: a write waits for both" wait_for 5 range_has "waiter write 8 15 "
	job read_at 4k 4096
	check "$engine: a later read does not overtake it" \
		wait_for 5 range_has "waiter read 8 15 [0-9]+ for write 8 15"
	gate_open
	check_jobs "$engine: all of them succeed" 0
	check "$engine: no range is held then" range_is 0 "(holder|waiter) "
}

rejects() {
	local engine=$1 before

	zcblk_set zcblk0 overlap reject
	before=$(range_value refused)
	gate_shut
	job write_at 4k 0
	wait_for 5 range_has "holder write 0 7 "
	check_fails "$engine: overlap=reject refuses the later write" \
		"Resource temporarily unavailable" write_at 4k 0
	job write_at 4k 4096
	check "$engine: overlap=reject does not refuse a write beside it" \
		wait_for 5 range_has "holder write 8 15 "
	gate_open
	check_jobs "$engine: the writes that were not refused succeed" 0
	check_eq "$engine: one was refused" "$((before + 1))" "$(range_value refused)"
}

detects() {
	local engine=$1 before

	zcblk_set zcblk0 overlap detect
	before=$(range_value contended)
	gate_shut
	job write_at 4k 0
	wait_for 5 range_has "holder write 0 7 "
	job write_at 4k 0
	check "$engine: overlap=detect does not stop the later write" \
		wait_for 5 range_is 2 "holder write 0 7 "
	gate_open
	check_jobs "$engine: both succeed" 0
	check_eq "$engine: the overlap was counted" "$((before + 1))" "$(range_value contended)"
}

for engine in $(engines); do
	zcblk_add zcblk0 lower=/dev/mapper/gate "range_lock=$engine"
	check_eq "$engine: range_locks names the engine" "$engine" "$(range_value engine)"
	check_fails "$engine: cannot be changed while the disk is up" "busy" \
		zcblk_set zcblk0 range_lock off
	serializes "$engine"
	shares "$engine"
	rejects "$engine"
	detects "$engine"
	zcblk_set zcblk0 reset_stats 1
	check_eq "$engine: a reset clears the counters" "0 0" \
		"$(range_value taken) $(range_value longest_ns)"
	zcblk_del zcblk0
done

zcblk_add zcblk0 lower=/dev/mapper/gate range_lock=on
check_eq "on selects engine slot" slot "$(zcblk_get zcblk0 range_lock)"
zcblk_del zcblk0
zcblk_add zcblk0 lower=/dev/mapper/gate
check_eq "the default is off" off "$(zcblk_get zcblk0 range_lock)"
check_eq "without a lock, range_locks says so" "version 1 engine off" "$(range_locks | xargs)"
dmesg_mark
check_fails "without a lock, overlap is refused" "Invalid argument" \
	zcblk_set zcblk0 overlap reject
check "the log says what to do" dmesg_has \
	"zcblk0: overlap needs a range lock; write on to range_lock first"
