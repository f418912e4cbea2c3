#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each attribute of a job accepts all valid values. It refuses other values with a message that
# names the accepted values, and keeps its value.
#
# timeout=120

. ./lib.sh
. ./lib-exerciser.sh

exerciser_load
job_add job /dev/none

# accepts ATTRIBUTE READS-BACK VALUE: checks that ATTRIBUTE accepts VALUE, and then has the value
# READS-BACK
accepts() {
	check "$1 accepts $3" job_set job "$1=$3"
	check_eq "$1: reads back" "$2" "$(<"$EXFS/job/$1")"
}

# refuses ATTRIBUTE VALUE TEXT: checks that ATTRIBUTE refuses VALUE and keeps its old value. The
# kernel log must contain TEXT, which usually names the accepted values.
refuses() {
	local before

	before=$(<"$EXFS/job/$1")
	dmesg_mark
	check_fails "$1 refuses '$2'" "cannot write" job_set job "$1=$2"
	check "$1: the log names the accepted values" dmesg_has "$3"
	check_eq "$1: keeps its value" "$before" "$(<"$EXFS/job/$1")"
}

for word in engine buffer op; do
	for value in $(exerciser_features "$word"); do
		accepts "$word" "$value" "$value"
	done
	refuses "$word" "${value}x" "job: "
	refuses "$word" "" "job: "
done
refuses buffer foo "must be one of kmalloc vmalloc vmalloc_huge kvmalloc pages"
refuses engine foo "unknown engine 'foo'"
refuses engine a-name-that-is-too-long-for-any-engine "unknown engine"

accepts target /dev/nowhere /dev/nowhere
accepts destroy /dev/nowhere /dev/nowhere
accepts size 65536 64k
accepts size 1048576 1M
for value in 0 511 65m -1 4kk foo ""; do
	refuses size "$value" "must be a number from 512 to 67108864"
done
accepts offset 4095 4095
refuses offset 4096 "must be a number from 0 to 4095"
accepts depth 32 32
refuses depth 0 "must be a number from 1 to 4096"
accepts threads 3 3
refuses threads 0 "must be a number from 1 to 1024"
accepts span 1073741824 1g
accepts count 0 0
accepts batch 1024 1k
accepts time_ms 86400000 86400000
refuses time_ms 86400001 "must be a number from 0"
accepts seed 18446744073709551615 18446744073709551615
for flag in verify stable polled latency; do
	accepts "$flag" 1 1
	refuses "$flag" 2 "must be a number from 0 to 1"
	accepts "$flag" 0 0
done
check_fails "run accepts only 0 and 1" "cannot write" job_set job run=2
check_eq "a job that has not run" "version 1
state idle" "$(<"$EXFS/job/result")"
entries=("$EXFS"/job/*)
check_eq "it has no more attributes than these" 20 "${#entries[@]}"
