#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Numbers that are too large are refused. A job of many threads lasts about as long as it is
# told to, and threads that had no time to run do not keep the next job from its end.
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
	check_eq "$attribute stays as it was" "$before" "$(<"$EXFS/job/$attribute")"
done
check "a unit is one of three letters, small or large" job_set job span=32M depth=1
check_eq "it counts" $((32 << 20)) "$(<"$EXFS/job/span")"
for size in 18014398509481985k 18446744073709551616 -512; do
	check_fails "zcblk exercise --size=$size is refused" "invalid value" \
		"$ZCBLK" exercise --destroy /dev/nullb0 "--size=$size"
done

# ms_of ATTRIBUTE=VALUE...: how long a job takes
ms_of() {
	local start=${EPOCHREALTIME/.}

	job_run job "$@" || return 1
	echo $(((${EPOCHREALTIME/.} - start) / 1000))
}

# Each thread of the first job does one I/O; those of the second do as many as they can.
job_set job threads=1024 depth=1
short=$(ms_of count=1024 time_ms=0)
timed=$(ms_of count=0 time_ms=1)
check "1,024 threads for 1 ms need $timed ms, for an I/O each $short ms" \
	test "$timed" -lt $((short * 8 + 5000))

# job_ends: within a minute, a job that ends after some I/Os
job_ends() {
	(job_run job threads=2 count=10 time_ms=0 && : >"$TMP/ended") &
	wait_for 60 test -e "$TMP/ended" && return
	job_set job run=0
	return 1
}

check "a job ends by its count after one with threads that did not run" job_ends
check_eq "and did it" 10 "$(job_result job ios)"
