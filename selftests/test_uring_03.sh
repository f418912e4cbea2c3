#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# No large I/O of io_uring fails if the lower device has few tags. A worker submits the I/O that
# cannot be submitted at once.

. ./lib.sh

requires module=null_blk program=fio
null_add nullb0 size=64 submit_queues=1 hw_queue_depth=2 irqmode=2 completion_nsec=1000000
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0

for path in zerocopy copy ab; do
	zcblk_set zcblk0 path $path
	check "$path: large I/O, more than there are tags" \
		fio_run "$TMP/fio.json" --name=job --filename=/dev/zcblk0 --direct=1 \
		--rw=randrw --bsrange=4k-512k --size=64M --io_size=128M \
		--ioengine=io_uring --iodepth=64
done
