#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each engine transfers data to and from each kind of buffer. All data is in the right place, and no
# other data changes. The exerciser counts the same I/O as the device.
#
# timeout=240

. ./lib.sh
. ./lib-exerciser.sh

requires module=null_blk
null_add nullb0 memory_backed=1 size=64
exerciser_load
job_add job /dev/nullb0 size=16k span=256k depth=4 threads=2 count=40 time_ms=0 seed=$RANDOM
note "seed $(<"$EXFS/job/seed")"

# verified ENGINE BUFFER OP OFFSET: runs a job that verifies data, and fails if one of the counts in
# its result is wrong
verified() {
	job_run job engine="$1" buffer="$2" op="$3" offset="$4" verify=1 || return 1
	[ "$(job_result job ios)" -eq 40 ] &&
		[ "$(job_result job errors)" -eq 0 ] &&
		[ "$(job_result job checked)" -gt 0 ] &&
		[ "$(job_result job verify_errors)" -eq 0 ] &&
		[ "$(job_result job guard_errors)" -eq 0 ] && return 0
	cat "$EXFS/job/result"
	return 1
}

# counted ENGINE BUFFER: runs a job that reads and a job that writes, and fails if the device counts
# other I/O
counted() {
	local read write

	job_set job engine="$1" buffer="$2" verify=0 offset=0
	read=$(disk_counter nullb0 3) write=$(disk_counter nullb0 7)
	job_run job op=read && job_run job op=write || return 1
	[ $(($(disk_counter nullb0 3) - read)) -eq $((40 * 32)) ] &&
		[ $(($(disk_counter nullb0 7) - write)) -eq $((40 * 32)) ] &&
		[ "$(job_result job writes)" -eq 40 ] && return 0
	cat "/sys/block/nullb0/stat" "$EXFS/job/result"
	return 1
}

# each_op ENGINE BUFFER: verifies each operation. Two buffers begin inside of a page. Their offsets
# are multiples of a sector, because dm_io() accepts no others.
each_op() {
	verified "$1" "$2" read 0 && verified "$1" "$2" write 512 &&
		verified "$1" "$2" mixed 3584
}

# depth_of ENGINE: prints the depth of a job. The depth is 4, but 1 for the engine rw-virt, because
# bdev_rw_virt() waits for each I/O.
depth_of() {
	[ "$1" = rw-virt ] && echo 1 || echo 4
}

for engine in $(exerciser_features engine); do
	job_set job depth="$(depth_of "$engine")"
	for buffer in $(exerciser_features buffer); do
		can_do "$engine" "$buffer" || continue
		check "$engine, $buffer: read, write, mixed" each_op "$engine" "$buffer"
		check "$engine, $buffer: as the device counts" counted "$engine" "$buffer"
	done
done

for engine in map registered copy; do
	check "$engine: a buffer at an odd address" verified "$engine" vmalloc mixed 3
done
check_eq "copy: each I/O was copied because it was asked for" 40 \
	"$(job_result job reason copied-forced)"
