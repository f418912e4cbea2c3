#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A disk allocates its reserve for the copy path when its path is copy or ab for the first
# time: by power 1 or by a change of path, once, and never in between by I/O.
#
# timeout=90

. ./lib.sh
. ./lib-data.sh

EVENT=$TRACEFS/events/kmem/mm_page_alloc
RESERVE=512

requires module=null_blk program=fio "file=$EVENT"
null_add nullb0 memory_backed=1 size=16

trace_off() {
	echo 0 >"$EVENT/enable"
	echo 0 >"$EVENT/filter"
	echo >"$TRACEFS/trace"
	echo 1 >"$TRACEFS/tracing_on"
}
defer trace_off
# enabled once: to patch the kernel's text each time is slow
echo 0 >"$TRACEFS/tracing_on"
echo "common_pid == $$" >"$EVENT/filter"
echo 1 >"$EVENT/enable"

# allocates DISK ATTRIBUTE VALUE: sets KIB to what this shell allocates in pages meanwhile
allocates() {
	echo >"$TRACEFS/trace"
	echo 1 >"$TRACEFS/tracing_on"
	zcblk_set "$@"
	echo 0 >"$TRACEFS/tracing_on"
	KIB=$(awk '/mm_page_alloc: / && !/pfn=0x0 / {
			sub(/.* order=/, "")
			sum += 2 ^ $1
		} END { print sum * 4 }' "$TRACEFS/trace")
	note "$*: $KIB KiB"
}

# check_reserves DESC DISK ATTRIBUTE VALUE
check_reserves() {
	local desc=$1
	shift
	allocates "$@"
	check "$desc allocates the reserve" test "$KIB" -ge "$RESERVE"
}

check_spares() {
	local desc=$1
	shift
	allocates "$@"
	check "$desc allocates no reserve" test "$KIB" -lt "$RESERVE"
}

zcblk_load
zcblk_make zcblk0 lower=/dev/nullb0
check_spares "power 1 with path zerocopy" zcblk0 power 1
check_spares "zerocopy again" zcblk0 path zerocopy
verify zerocopy/page --size=2M
check_reserves "the first change to copy" zcblk0 path copy
check_spares "copy again" zcblk0 path copy
check_spares "a change to ab" zcblk0 path ab
verify ab/page --size=2M
zcblk_set zcblk0 path zerocopy
check_spares "a second change to copy" zcblk0 path copy
verify copy/page --size=2M

zcblk_set zcblk0 power 0
check_spares "copy while the disk is down" zcblk0 path copy
check_reserves "power 1 with path copy" zcblk0 power 1
zcblk_set zcblk0 power 0
zcblk_set zcblk0 path zerocopy
check_spares "power 1 with path zerocopy after that" zcblk0 power 1
check_reserves "the first change to ab" zcblk0 path ab
verify ab/page --size=2M
zcblk_del zcblk0

zcblk_load path=copy
zcblk_make zcblk0 lower=/dev/nullb0
check_reserves "power 1 with parameter path=copy" zcblk0 power 1
verify copy/page --size=2M
