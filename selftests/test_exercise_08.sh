#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Numbers that are too large are refused. A job of many threads lasts about as long as its settings
# say. Threads that had no time to run do not delay the end of the next job.
#
# timeout=180

. ./lib.sh
. ./lib-exerciser.sh

requires module=null_blk tool
null_add nullb0 size=64
exerciser_load
job_add job /dev/nullb0 size=4k span=64m op=read

for attribute in size offset span depth threads count time_ms verify seed stable latency batch; do
	before=$(<"$EXFS/job/$attribute")
	for value in 18014398509481985k 18446744073709551616 17179869184g -1 1x 1kk k ""; do
		check_fails "$attribute: '$value' is refused" "Invalid argument" \
			job_set job "$attribute=$value"
	done
	check_eq "$attribute keeps its value" "$before" "$(<"$EXFS/job/$attribute")"
done
check "a number with a unit in upper case is accepted" job_set job span=32M depth=1
check_eq "the unit is a factor of the number" $((32 << 20)) "$(<"$EXFS/job/span")"
for size in 18014398509481985k 18446744073709551616 -512; do
	check_fails "zcblk exercise --size=$size is refused" "invalid value" \
		"$ZCBLK" exercise --destroy /dev/nullb0 "--size=$size"
done

# ms_of ATTRIBUTE=VALUE...: prints how long a job lasts
ms_of() {
	local start=${EPOCHREALTIME/.}

	job_run job "$@" || return 1
	echo $(((${EPOCHREALTIME/.} - start) / 1000))
}

# Each thread of the first job does one I/O. The threads of the second job do as many I/Os as they
# can.
job_set job threads=1024 depth=1
short=$(ms_of count=1024 time_ms=0)
timed=$(ms_of count=0 time_ms=1)
check "1,024 threads need $timed ms for a job of 1 ms, and $short ms for one I/O each" \
	test "$timed" -lt $((short * 8 + 5000))

# job_ends: runs a job that ends after 10 I/Os. If the job does not end in time, stops it and fails.
job_ends() {
	(job_run job threads=2 count=10 time_ms=0 && : >"$TMP/ended") &
	wait_for 60 test -e "$TMP/ended" && return
	job_set job run=0
	return 1
}

check "a job ends by its count after one with threads that did not run" job_ends
check_eq "it did its I/Os" 10 "$(job_result job ios)"
