#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Checks the tracepoints of range locks, for a request that waits, is granted its range, and
# releases its range

. ./lib.sh
. ./lib-range.sh

requires module=null_blk module=dm_mod program=dmsetup "feature=range_lock slot" \
	"file=/sys/kernel/tracing/events"
gate_add
zcblk_load
zcblk_add zcblk0 lower=/dev/mapper/gate range_lock=on
echo >"$TRACEFS/trace"
echo 1 >"$TRACEFS/events/zcblk/enable"
defer sysfs_write 0 "$TRACEFS/events/zcblk/enable"
echo 1 >"$TRACEFS/tracing_on"

dev=$(</sys/block/zcblk0/dev)
dev=${dev/:/,}

events() {
	grep -cE "zcblk_range_$1: $dev write sectors 0 to 7 $2" \
		"$TRACEFS/trace" || true
}

gate_shut
job write_at 4k 0
wait_for 5 range_has "holder "
check_eq "no request has waited yet" 0 "$(events wait '')"
job write_at 4k 0
check "the second write waits" wait_for 5 range_has "waiter "
check_eq "the trace says that it waits for the first write" 1 "$(events wait "for_sector 0")"
check_eq "it is not granted yet" 0 "$(events grant '')"
gate_open
check_jobs "both succeed" 0
check_eq "it is granted, with the time that it waited" 1 "$(events grant "wait_ns [1-9]")"
check_eq "both release their ranges" 2 "$(events release held_ms)"
