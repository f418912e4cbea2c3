#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Property test of the kernel API: buffers of every kind, anywhere in a page, of 512 bytes
# to 4 MiB, mapped, registered and copied, agree with the page cache. A sample of it, unless
# LONG=1.
#
# timeout=90

. ./lib.sh
. ./lib-api.sh

requires module=null_blk module=scsi_debug
api_requires zcblk-property
zcblk_load
count=1000000 seconds=7
[ "$LONG" != 1 ] || { count=34000 seconds=0; }
seed=$((RANDOM * 32768 + RANDOM))

# property DEVICE NAME
property() {
	check "$2: seed $seed" api_run zcblk-property "device=$1" "seed=$seed" \
		"count=$count" "seconds=$seconds"
	note "$2: $(api_result zcblk-property count) cases," \
		"$(api_result zcblk-property mapped) mapped"
	check "$2: some were mapped, some copied" \
		test "$(api_result zcblk-property mapped)" -gt 0 -a \
		"$(api_result zcblk-property copied)" -gt 0
}

null_add nullb0 memory_backed=1 size=64
property /dev/nullb0 "DMA at 512 bytes"
zcblk_add zcblk0 lower=/dev/nullb0
property /dev/zcblk0 "a zcblk disk"
scsi_debug_add dev_size_mb=32
property "$SCSI_DEV" "DMA at $(($(queue_limit "$(kname "$SCSI_DEV")" dma_alignment) + 1)) bytes"
