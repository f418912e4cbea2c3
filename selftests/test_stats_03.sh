#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The attribute stats: off counts nothing, counters counts without a histogram, and latency counts
# with a histogram. The level can change while the disk is up.

. ./lib.sh

requires module=null_blk
null_add nullb0 memory_backed=1 size=16
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0

# counted LEVEL IOSTATS PATH: prints I/Os and entries of the histogram after four writes
counted() {
	zcblk_set zcblk0 stats "$1"
	echo "$2" >/sys/block/zcblk0/queue/iostats
	zcblk_set zcblk0 path "$3"
	zcblk_set zcblk0 reset_stats 1
	dd if=/dev/zero of=/dev/zcblk0 bs=4k count=4 oflag=direct status=none
	echo "$(stat_ios zcblk0 all write) $(hist_total zcblk0 all write)"
}

for path in zerocopy copy ab; do
	for iostats in 0 1; do
		desc="$path, iostats $iostats"
		check_eq "$desc: off" "0 0" "$(counted off $iostats $path)"
		check_eq "$desc: counters" "4 0" "$(counted counters $iostats $path)"
		check_eq "$desc: latency" "4 4" "$(counted latency $iostats $path)"
	done
done
check_eq "nothing is left in flight" 0 "$(stat_value zcblk0 inflight)"
