#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# DISCARD and WRITE_ZEROES reach the lower device once each, and are counted.

. ./lib.sh

requires module=scsi_debug
scsi_debug_add lbpu=1 lbpws=1 lbprz=1 dev_size_mb=16
zcblk_load
zcblk_add zcblk0 "lower=$SCSI_DEV"
tr '\0' 'U' </dev/zero | head -c 1048576 >"$TMP/pattern" || true

read_range() {
	dd if="$1" bs=64k skip="$2" count=1 iflag=direct status=none
}

# traced: prints the traced requests except reads. A write of zeroes is N, or WZ on newer kernels,
# with an S if it is synchronous. The function prints N for all of these.
traced() {
	block_trace | grep -v ^R | sed -E 's/^(N|WZ)S? /N /'
}

for path in zerocopy copy ab; do
	zcblk_set zcblk0 path "$path"
	dd if="$TMP/pattern" of=/dev/zcblk0 bs=64k oflag=direct status=none
	zcblk_set zcblk0 reset_stats 1
	block_trace_start "$(kname "$SCSI_DEV")"
	blkdiscard -fz -o 65536 -l 65536 /dev/zcblk0
	blkdiscard -f -o 131072 -l 65536 /dev/zcblk0
	check_eq "$path: the lower device gets one discard and one write of zeroes, in order" \
		"N 128 128 DS 256 128" \
		"$(traced | xargs)"
	for op in write_zeroes discard; do
		check_eq "$path: $op is counted once" 1 "$(stat_ios zcblk0 all $op)"
		check_eq "$path: $op counts its bytes" 65536 \
			"$(stat_bytes zcblk0 all $op)"
	done
	check_eq "$path: nothing was copied" 00 \
		"$(stat_copied zcblk0 zerocopy)$(stat_copied zcblk0 copy)"
	check "$path: zeroes and discarded blocks read as zeroes" \
		cmp -n 131072 /dev/zero <(dd if="$SCSI_DEV" bs=64k skip=1 count=2 \
			iflag=direct status=none)
	check "$path: the block before is untouched" \
		cmp "$TMP/pattern" -n 65536 <(read_range "$SCSI_DEV" 0)
	check "$path: the block after is untouched" \
		cmp "$TMP/pattern" -n 65536 <(read_range "$SCSI_DEV" 3)
done
