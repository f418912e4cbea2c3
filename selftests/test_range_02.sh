#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fio submits many overlapping requests at a time, with each range lock, on both paths and on path
# ab. The data is correct. Then the disk is removed by force under these requests.
#
# timeout=360

. ./lib.sh
. ./lib-data.sh
. ./lib-range.sh

requires module=null_blk program=fio "feature=range_lock slot"
null_add nullb0 memory_backed=1 size=64 irqmode=2 completion_nsec=2000000
zcblk_load

# overlapping OPTION...: runs fio with overlapping requests. It uses libaio, because io_uring first
# submits requests with NOWAIT, and the range lock refuses such a request instead of parking it.
# After the disk is removed, fio must not create a file in its place.
overlapping() {
	fio --name=overlap --filename=/dev/zcblk0 --allow_file_create=0 --ioengine=libaio \
		--iodepth=64 --direct=1 --norandommap --serialize_overlap=0 --randseed=1 \
		--thread "$@"
}

is_busy() {
	[ "$(range_count "waiter ")" -gt 16 ]
}

forced() {
	local engine=$1 job status=0

	overlapping --rw=randrw --bs=4k --size=32k --time_based --runtime=100 \
		>"$TMP/fio" 2>&1 &
	job=$!
	check "$engine: many requests wait" wait_for 30 is_busy
	check "$engine: the disk is removed by force" zcblk_set zcblk0 power force
	wait "$job" || status=$?
	check "$engine: fio ended with an error" test "$status" -ne 0
}

for engine in $(engines); do
	zcblk_add zcblk0 lower=/dev/nullb0 "range_lock=$engine"
	for path in zerocopy copy ab; do
		zcblk_set zcblk0 path "$path"
		check "$engine, $path: overlaps of 4 KiB" overlapping --rw=randwrite --bs=4k \
			--size=1M --io_size=8M --verify=crc32c --do_verify=1
		check "$engine, $path: overlaps of all lengths" overlapping --rw=randrw \
			--bsrange=512-512k --size=2M --io_size=16M --fsync=16
	done
	check "$engine: some waited" test "$(range_value parked)" -gt 0
	check "$engine: nothing is in flight" wait_for 5 idle zcblk0
	forced "$engine"
	zcblk_del zcblk0
done
