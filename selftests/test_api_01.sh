#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Property test of the kernel API. It does I/O with random buffers, and compares the data with the
# page cache. The buffers have every form and every kind of memory, and any size from 512 bytes to 4
# MiB. They begin anywhere in a page. Without LONG=1, the test runs only a sample of the cases.
#
# timeout=90

. ./lib.sh
. ./lib-api.sh

requires module=null_blk module=scsi_debug
api_requires zcblk-property
zcblk_load
forms=(map registered copy kvecs bvecs "two places")
count=1000000 seconds=7 least=1
# Each form must have at least $least cases, on all devices together
[ "$LONG" != 1 ] || { count=$((25500 * ${#forms[@]})) seconds=0 least=100000; }
declare -a done_of
seed=$((RANDOM * 32768 + RANDOM))

# property DEVICE NAME: runs the property test on DEVICE, and adds its cases of each form to done_of
property() {
	check "$2: seed $seed" api_run zcblk-property "device=$1" "seed=$seed" \
		"count=$count" "seconds=$seconds"
	note "$2: $(api_result zcblk-property count) cases," \
		"$(api_result zcblk-property mapped) mapped"
	IFS=, read -ra cases < <(api_result zcblk-property cases)
	for i in "${!forms[@]}"; do
		done_of[i]=$((${done_of[i]:-0} + cases[i]))
	done
	check "$2: some were mapped, some copied" \
		test "$(api_result zcblk-property mapped)" -gt 0 -a \
		"$(api_result zcblk-property copied)" -gt 0
}

null_add nullb0 memory_backed=1 size=64
property /dev/nullb0 "DMA at 512 bytes"
zcblk_add zcblk0 lower=/dev/nullb0
property /dev/zcblk0 "a zcblk disk"
null_add nullb1 memory_backed=1 size=64 virt_boundary=1
property /dev/nullb1 "no gaps"
scsi_debug_add dev_size_mb=32
property "$SCSI_DEV" "DMA at $(($(queue_limit "$(kname "$SCSI_DEV")" dma_alignment) + 1)) bytes"

for i in "${!forms[@]}"; do
	check "${forms[i]}: ${done_of[i]} cases on all devices" test "${done_of[i]}" -ge "$least"
done
