#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each attribute of a job takes the values that it should, refuses others with a
# message that names them, and keeps what it had.
#
# timeout=120

. ./lib.sh
. ./lib-exerciser.sh

exerciser_load
job_add job /dev/none

# takes ATTRIBUTE READS-BACK VALUE
takes() {
	check "$1 takes $3" job_set job "$1=$3"
	check_eq "$1: reads back" "$2" "$(<"$EXFS/job/$1")"
}

# refuses ATTRIBUTE VALUE ACCEPTED
refuses() {
	local before

	before=$(<"$EXFS/job/$1")
	dmesg_mark
	check_fails "$1 refuses '$2'" "cannot write" job_set job "$1=$2"
	check "$1: the log names what it takes" dmesg_has "$3"
	check_eq "$1: is as before" "$before" "$(<"$EXFS/job/$1")"
}

for word in engine buffer op; do
	for value in $(exerciser_features "$word"); do
		takes "$word" "$value" "$value"
	done
	refuses "$word" "${value}x" "job: "
	refuses "$word" "" "job: "
done
refuses buffer foo "must be one of kmalloc vmalloc vmalloc_huge kvmalloc pages"
refuses engine foo "unknown engine 'foo'"
refuses engine a-name-that-is-too-long-for-any-engine "unknown engine"

takes target /dev/nowhere /dev/nowhere
takes destroy /dev/nowhere /dev/nowhere
takes size 65536 64k
takes size 1048576 1M
for value in 0 511 65m -1 4kk foo ""; do
	refuses size "$value" "must be a number from 512 to 67108864"
done
takes offset 4095 4095
refuses offset 4096 "must be a number from 0 to 4095"
takes depth 32 32
refuses depth 0 "must be a number from 1 to 4096"
takes threads 3 3
refuses threads 0 "must be a number from 1 to 1024"
takes span 1073741824 1g
takes count 0 0
takes batch 1024 1k
takes time_ms 86400000 86400000
refuses time_ms 86400001 "must be a number from 0"
takes seed 18446744073709551615 18446744073709551615
for flag in verify stable latency; do
	takes "$flag" 1 1
	refuses "$flag" 2 "must be a number from 0 to 1"
	takes "$flag" 0 0
done
check_fails "run takes 0 and 1" "cannot write" job_set job run=2
check_eq "a job that has not run" "version 1
state idle" "$(<"$EXFS/job/result")"
entries=("$EXFS"/job/*)
check_eq "it has no more attributes than these" 19 "${#entries[@]}"
