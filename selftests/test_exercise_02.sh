#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Verification finds a sector that another writer has changed, and a sector that is in the wrong
# place. The log names the sector. Errors of the device are counted as errors.
#
# timeout=120

. ./lib.sh
. ./lib-exerciser.sh

requires module=null_blk module=dm_mod program=dmsetup
null_add nullb0 memory_backed=1 size=64
exerciser_load
SECTOR=$((RANDOM % 2048))
note "sector $SECTOR"

# reads_beyond N: succeeds if the device has done more than N reads
reads_beyond() {
	[ "$(disk_counter nullb0 1)" -gt "$1" ]
}

# run_with ACTION...: runs ACTION while a job reads, then waits until the job has read all data
# again
run_with() {
	local job reads status=0

	reads=$(disk_counter nullb0 1)
	(job_run job op=read) &
	job=$!
	wait_for 20 reads_beyond "$reads"
	"$@" || status=$?
	reads=$(disk_counter nullb0 1)
	wait_for 20 reads_beyond $((reads + 40))
	job_set job run=0
	wait "$job" && return "$status"
}

overwrite() {
	head -c 512 /dev/urandom |
		dd of=/dev/nullb0 bs=512 seek="$SECTOR" oflag=direct conv=notrunc status=none
}

# move_sector FROM TO: copies sector FROM of the device to sector TO
move_sector() {
	dd if=/dev/nullb0 of="$TMP/sector" bs=512 count=1 skip="$1" iflag=direct status=none
	dd if="$TMP/sector" of=/dev/nullb0 bs=512 seek="$2" oflag=direct status=none
}

# found WHAT: checks that at least one read, and the check at the end of the job, found the error.
# The kernel log must name SECTOR.
found() {
	local errors

	errors=$(job_result job verify_errors)
	check "$1: found ($errors times)" test "$errors" -ge 2
	check "$1: the log says where" dmesg_has "sector $SECTOR of generation 1 should be"
	dmesg_mark
}

job_add job /dev/nullb0 size=64k span=1m time_ms=0 verify=1 seed=7
for engine in map registered copy; do
	job_set job engine="$engine"
	check "$engine runs" run_with true
	check_eq "$engine: no error is found" 0 "$(job_result job verify_errors)"
	check "$engine: continues after a sector was overwritten" run_with overwrite
	found "$engine, a sector overwritten"
done
check "continues after a sector was moved" run_with move_sector $(((SECTOR + 1) % 2048)) "$SECTOR"
found "a sector in another's place"

job_del job
dm_add bad "0 2048 error"
job_add failing /dev/mapper/bad size=64k span=1m count=10 time_ms=0
for engine in map registered copy dm-io; do
	check "$engine: a job on a device that fails" job_run failing engine="$engine"
	check_eq "$engine: all I/Os fail" 10 "$(job_result failing errors)"
	check_eq "$engine: with the error of the device" -5 "$(job_result failing first_error)"
done
job_del failing
dm_del bad
