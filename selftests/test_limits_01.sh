#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The disk has every queue limit and flag of its lower device. Here the lower device is null_blk.

. ./lib.sh
. ./lib-limits.sh

requires module=null_blk
zcblk_load

limits_over_null() {
	null_add nullb0 size=64 "$@"
	check_limits "null_blk $*" /dev/nullb0
	null_del nullb0
}

limits_over_null blocksize=512
limits_over_null blocksize=4096
limits_over_null memory_backed=1 discard=1
limits_over_null memory_backed=1 cache_size=8
limits_over_null virt_boundary=1
limits_over_null max_sectors=64
limits_over_null submit_queues=1 poll_queues=1

null_add nullb0 size=64
echo 1 >/sys/block/nullb0/queue/rotational
check_limits "null_blk, rotational" /dev/nullb0
echo 1 >/sys/block/nullb0/queue/stable_writes
check_limits "null_blk, stable writes" /dev/nullb0
