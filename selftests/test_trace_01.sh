#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tracepoints fire once for each submission and completion, with the properties of the I/O.

. ./lib.sh

requires module=null_blk "file=/sys/kernel/tracing/events"
null_add nullb0 memory_backed=1 size=16
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0

check_eq "the events" "zcblk_complete zcblk_range_grant zcblk_range_release zcblk_range_wait zcblk_submit zcblk_unstable" \
	"$(cd "$TRACEFS/events/zcblk" && echo zcblk_*)"
echo >"$TRACEFS/trace"
echo 1 >"$TRACEFS/events/zcblk/enable"
defer sysfs_write 0 "$TRACEFS/events/zcblk/enable"
echo 1 >"$TRACEFS/tracing_on"

events() {
	grep -cE "zcblk_$1: .*$2" "$TRACEFS/trace" || true
}

for path in zerocopy copy; do
	zcblk_set zcblk0 path $path
	echo >"$TRACEFS/trace"
	dd if=/dev/zero of=/dev/zcblk0 bs=8k count=4 seek=2 oflag=direct status=none
	dd if=/dev/zcblk0 of=/dev/null bs=4k count=3 iflag=direct status=none
	check_eq "$path: writes submitted" 4 "$(events submit "$path write sector .*8192")"
	check_eq "$path: writes completed" 4 \
		"$(events complete "$path write sector .* error 0")"
	check_eq "$path: reads submitted" 3 "$(events submit "$path read sector .*4096")"
	check_eq "$path: reads completed" 3 \
		"$(events complete "$path read sector .* error 0")"
	check_eq "$path: the first write's sector" 1 \
		"$(events submit "$path write sector 32 ")"
done

zcblk_del zcblk0
zcblk_add zcblk0 lower=/dev/nullb0 range_lock=off stats=off
echo 0 >/sys/block/zcblk0/queue/iostats
echo >"$TRACEFS/trace"
dd if=/dev/zero of=/dev/zcblk0 bs=8k count=4 oflag=direct status=none
check_eq "completions are traced even if nothing else needs them" 4 \
	"$(events complete "zerocopy write sector .* error 0")"
