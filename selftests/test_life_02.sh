#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A disk is removed by force under fio. The I/O ends with errors, the lower device is free after
# the last close, and nothing hangs.
#
# timeout=120

. ./lib.sh

requires module=null_blk program=fio
null_add nullb0 size=64 irqmode=2 completion_nsec=1000000
zcblk_load

moving() {
	[ "$(stat_ios zcblk0 all all)" -gt "$1" ]
}

fio_start() {
	fio --name=victim --filename=/dev/zcblk0 --rw=randrw --bsrange=4k-64k \
		--ioengine="$1" --iodepth=16 --direct=1 --size=64M --time_based \
		--runtime=100 --thread >"$TMP/fio" 2>&1 &
	FIO=$!
	wait_for 30 moving 50
}

count=5
[ "$LONG" = 0 ] || count=50
engines=(io_uring libaio psync)
settings=(zerocopy/page copy/page copy/kmalloc copy/vmalloc ab/page)
for ((i = 0; i < count; i++)); do
	setting=${settings[i % 5]}
	engine=${engines[i % 3]}
	zcblk_add zcblk0 lower=/dev/nullb0 path="${setting%/*}" bounce="${setting#*/}"
	fio_start "$engine"
	check_fails "$i $setting $engine: power 0 is refused" busy \
		zcblk_set zcblk0 power 0
	check "$i $setting $engine: power force" zcblk_set zcblk0 power force
	check_eq "$i $setting $engine: power reads back" 0 "$(zcblk_get zcblk0 power)"
	status=0
	wait "$FIO" || status=$?
	check_eq "$i $setting $engine: fio ends with an error" 1 "$status"
	check "$i $setting $engine: the lower device is free" \
		wait_for 5 wipefs -a /dev/nullb0
	check "$i $setting $engine: the directory can be removed" rmdir "$ZCFS/zcblk0"
done
check "rmmod" zcblk_unload
