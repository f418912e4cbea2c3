#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# inflight rises while the lower device delays the I/O, and falls to 0 again, even if the level of
# statistics changes meanwhile.

. ./lib.sh

requires module=null_blk
null_add nullb0 size=16 irqmode=2 completion_nsec=400000000
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0

busy() {
	[ "$(stat_value zcblk0 inflight)" -gt 0 ]
}

for path in zerocopy copy; do
	for change in "stats off" "stats latency" "path ab" "reset_stats 1"; do
		zcblk_set zcblk0 stats latency
		zcblk_set zcblk0 path $path
		dd if=/dev/zero of=/dev/zcblk0 bs=64k count=5 oflag=direct \
			status=none &
		job=$!
		check "$path: in flight" wait_for 10 busy
		zcblk_set zcblk0 "${change% *}" "${change#* }"
		wait "$job"
		check_eq "$path, then $change: none left" 0 "$(stat_value zcblk0 inflight)"
	done
done
