#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A disk allocates the reserve of the copy path once, when its path first becomes copy or ab, or
# when unreferenced first becomes copy. This happens at power 1, or when the attribute is set. The
# disk frees the reserve at power 0.
#
# timeout=90

. ./lib.sh
. ./lib-data.sh

RESERVE=512

requires module=null_blk program=fio file=/proc/vmallocinfo
null_add nullb0 memory_backed=1 size=16

# reserves: prints the KiB of all vmalloc areas of 128 KiB, which is the size of an element of a
# reserve
reserves() {
	echo $(($(grep -c ' pages=32 vmalloc' /proc/vmallocinfo) * 128))
}

# allocates DISK ATTRIBUTE VALUE: sets the attribute, and sets KIB to the increase of the reserves
allocates() {
	local before
	before=$(reserves)
	zcblk_set "$@"
	KIB=$(($(reserves) - before))
	note "$*: $KIB KiB"
}

# check_reserves DESC DISK ATTRIBUTE VALUE: sets the attribute, and checks that this allocates the
# reserve
check_reserves() {
	local desc=$1
	shift
	allocates "$@"
	check "$desc allocates the reserve" test "$KIB" = "$RESERVE"
}

check_spares() {
	local desc=$1
	shift
	allocates "$@"
	check "$desc allocates no reserve" test "$KIB" = 0
}

check_frees() {
	local desc=$1
	shift
	allocates "$@"
	check "$desc frees the reserve" test "$KIB" = "-$RESERVE"
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

check_frees "power 0" zcblk0 power 0
check_spares "copy while the disk is down" zcblk0 path copy
check_reserves "power 1 with path copy" zcblk0 power 1
check_frees "power 0 again" zcblk0 power 0
zcblk_set zcblk0 path zerocopy
check_spares "power 1 with path zerocopy after that" zcblk0 power 1
check_reserves "the first change to ab" zcblk0 path ab
check_spares "unreferenced=copy beside it" zcblk0 unreferenced copy
verify ab/page --size=2M
zcblk_del zcblk0

zcblk_make zcblk0 lower=/dev/nullb0
check_spares "power 1" zcblk0 power 1
check_reserves "the first unreferenced=copy" zcblk0 unreferenced copy
zcblk_del zcblk0

zcblk_load path=copy
zcblk_make zcblk0 lower=/dev/nullb0
check_reserves "power 1 with parameter path=copy" zcblk0 power 1
verify copy/page --size=2M
