#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Statistics count each I/O, byte and segment once, by operation and path. The histogram has as many
# entries as there are I/Os. reset_stats clears the statistics.

. ./lib.sh

requires module=null_blk
null_add nullb0 memory_backed=1 size=16 cache_size=4
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0

io() {
	dd if=/dev/zero of=/dev/zcblk0 bs=16k count=6 oflag=direct status=none
	dd if=/dev/zcblk0 of=/dev/null bs=4k count=10 iflag=direct status=none
	sync -d /dev/zcblk0
}

for path in zerocopy copy; do
	zcblk_set zcblk0 path "$path"
	zcblk_set zcblk0 reset_stats 1
	io
	check_eq "$path: writes" "6 98304" \
		"$(stat_ios zcblk0 $path write) $(stat_bytes zcblk0 $path write)"
	check_eq "$path: reads" "10 40960" \
		"$(stat_ios zcblk0 $path read) $(stat_bytes zcblk0 $path read)"
	check_eq "$path: flushes" "1 0" \
		"$(stat_ios zcblk0 all flush) $(stat_bytes zcblk0 all flush)"
	check_eq "$path: no other operation" 17 "$(stat_ios zcblk0 all all)"
	check "$path: between one and four segments a write" test \
		"$(stat_segments zcblk0 $path write)" -ge 6 -a \
		"$(stat_segments zcblk0 $path write)" -le 24
	for op in read write flush; do
		check_eq "$path: the histogram of ${op}s sums to their number" \
			"$(stat_ios zcblk0 all $op)" "$(hist_total zcblk0 all $op)"
	done
done
check_eq "copied" 139264 "$(stat_copied zcblk0 copy)"

bucket_bounds() {
	awk '$1 == "latency" && ($5 <= $4 || $6 == 0) { bad = 1 }
		$1 == "latency" { lines++ }
		END { exit bad || !lines }' "$DEBUGFS/zcblk/zcblk0/latency"
}
check "each bucket has a low below its high, and a count" bucket_bounds

zcblk_set zcblk0 reset_stats 1
check_eq "reset_stats clears the I/Os" 0 "$(stat_ios zcblk0 all all)"
check_eq "reset_stats clears the bytes copied" 0 "$(stat_copied zcblk0 copy)"
check_eq "reset_stats clears the histogram" 0 "$(hist_total zcblk0 all all)"
