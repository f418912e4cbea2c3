#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# With each range lock, a file system is made, filled and read back. fio also verifies what it
# writes while the path changes. Most requests of fio overlap others in flight.
#
# timeout=240

. ./lib.sh
. ./lib-data.sh
. ./lib-range.sh

requires device=1 program=mkfs.ext4 program=fio "feature=range_lock slot"
scratch 0
zcblk_load
tree_sources
io_size=16M
settings=ab/page
filesystems=ext4
if [ "$LONG" = 1 ]; then
	io_size=1G settings=$SETTINGS filesystems="ext4 xfs btrfs"
fi

# flipping DESC: runs fio while the path changes. fio expects that its requests reach the disk in
# the order of submission. libaio keeps that order, but io_uring need not. fio submits many requests
# at a time. Otherwise, each request would complete before fio fills the next one.
flipping() {
	zcblk_set zcblk0 power 1
	wait_for 5 test -b /dev/zcblk0
	flip_start
	check "$1: fio verifies while the path changes" fio_run "$TMP/fio.json" --name=verify \
		--filename=/dev/zcblk0 --rw=randwrite --direct=1 --ioengine=libaio \
		--iodepth=64 --iodepth_batch_submit=32 --iodepth_low=16 --bsrange=512-32k \
		--size=512k --io_size="$io_size" --norandommap --serialize_overlap=0 \
		--verify=crc32c --verify_fatal=1 --verify_state_save=0
	check "$1: some waited" test "$(range_value parked)" -gt 100
	flip_stop
	check "$1: nothing is in flight afterwards" wait_for 5 idle zcblk0
}

for engine in $(engines); do
	zcblk_make zcblk0 "lower=$SCRATCH" "range_lock=$engine"
	for fs in $filesystems; do
		requires "program=mkfs.$fs"
		for setting in $settings; do
			fs_round "$fs" "$SCRATCH" "$setting" flipping
		done
	done
	flipping "$engine"
	zcblk_del zcblk0
done
