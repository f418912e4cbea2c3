#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A disk is removed by force while requests wait for their ranges. The waiting requests fail, and
# end before the removal ends. Requests that hold a range complete. The log names a request once if
# it holds its range for long.
#
# timeout=120

. ./lib.sh
. ./lib-range.sh

requires module=null_blk module=dm_mod program=dmsetup "feature=range_lock slot"
gate_add
zcblk_load

cancels() {
	local engine=$1 removal status=0

	gate_shut
	job write_at 4k 0
	wait_for 5 range_has "holder write 0 7 "
	job write_at 4k 0
	# This write is small enough not to be split. If it were split, only its first part would
	# overlap the other writes and wait.
	job write_at 256k 0
	job read_at 4k 0
	check "$engine: all others wait" wait_for 5 range_is 3 "waiter "
	# The removal ends when the first write ends
	zcblk_set zcblk0 power force &
	removal=$!
	wait "${JOBS[1]}" "${JOBS[2]}" "${JOBS[3]}" || true
	check "$engine: they end while the first write still holds its range" kill -0 "${JOBS[0]}"
	gate_open
	check_jobs "$engine: they failed, and the first write did not" 3
	wait "$removal" || status=$?
	check_eq "$engine: the disk is removed" 0 "$status"
}

is_reported() {
	dmesg_has "zcblk0: write of sectors 8 to 15 holds its range for"
}

for engine in $(engines); do
	zcblk_add zcblk0 lower=/dev/mapper/gate "range_lock=$engine"
	cancels "$engine"
	zcblk_del zcblk0
done

sysfs_write 1 /sys/module/zcblk/parameters/range_watch
zcblk_add zcblk0 lower=/dev/mapper/gate range_lock=on
dmesg_mark
gate_shut
job write_at 4k 4096
check "a request that holds for long is reported" wait_for 20 is_reported
sleep 3
check_eq "it is reported once" 1 "$(dmesg_new | grep -c 'holds its range')"
gate_open
check_jobs "it succeeds" 0
