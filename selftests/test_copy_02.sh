#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Large I/Os are copied in bounded pieces, and the extra pieces are counted as splits. The data is
# correct. The zerocopy path does not split.

. ./lib.sh

requires module=null_blk
null_add nullb0 memory_backed=1 size=64 max_sectors=8192
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0
echo 2 >/sys/block/nullb0/queue/nomerges

writes() {
	awk '{ print $5 }' "/sys/block/$1/stat"
}

head -c 16777216 /dev/urandom >"$TMP/data"

for setting in copy/page copy/kmalloc copy/vmalloc ab/page; do
	zcblk_set zcblk0 path "${setting%/*}"
	zcblk_set zcblk0 bounce "${setting#*/}"
	zcblk_set zcblk0 reset_stats 1
	before=$(writes nullb0)
	dd if="$TMP/data" of=/dev/zcblk0 bs=4M oflag=direct status=none
	# Path ab is not checked here. It sends some bios by path zerocopy, and the lower device
	# splits these.
	[ "$setting" = ab/page ] ||
		check_eq "$setting: the lower device counts as many writes as I/Os and splits" \
			$(($(writes nullb0) - before)) \
			$(($(stat_ios zcblk0 all write) + $(stat_value zcblk0 splits)))
	check "$setting: 4 MiB at once, correct on the lower device" \
		cmp -n 16777216 "$TMP/data" /dev/nullb0
	check "$setting: read back at once" cmp -n 16777216 "$TMP/data" \
		<(dd if=/dev/zcblk0 bs=4M count=4 iflag=direct status=none)
	check_eq "$setting: each byte is counted once" $((2 << 24)) \
		$(($(stat_bytes zcblk0 all read) + $(stat_bytes zcblk0 all write)))
	blockdev --flushbufs /dev/nullb0
	# Path ab is not checked here, because it may have sent the only large bio by path zerocopy
	[ "$setting" = ab/page ] ||
		check "$setting: pieces beyond the first are counted as splits" \
		test "$(stat_value zcblk0 splits)" -gt 0
done

zcblk_set zcblk0 path zerocopy
zcblk_set zcblk0 reset_stats 1
dd if="$TMP/data" of=/dev/zcblk0 bs=4M oflag=direct status=none
check_eq "zerocopy splits nothing" 0 "$(stat_value zcblk0 splits)"
check_eq "zerocopy copies nothing" 0 "$(stat_copied zcblk0 copy)"
