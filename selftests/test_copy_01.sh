#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Data is correct with each kind of bounce memory, in I/Os of 512 bytes to 256 KiB.

. ./lib.sh

requires module=null_blk
null_add nullb0 memory_backed=1 size=64
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0 path=copy
head -c 262144 /dev/urandom >"$TMP/data"

for bounce in page kmalloc vmalloc; do
	zcblk_set zcblk0 bounce $bounce
	for size in 512 4k 20k 64k 256k; do
		dd if="$TMP/data" of=/dev/zcblk0 bs=$size oflag=direct status=none
		check "$bounce: written in $size, correct on the lower device" \
			cmp -n 262144 "$TMP/data" \
			<(dd if=/dev/nullb0 bs=256k count=1 iflag=direct status=none)
		check "$bounce: read back in $size" cmp -n 262144 "$TMP/data" \
			<(dd if=/dev/zcblk0 bs=$size count=262144 \
				iflag=direct,count_bytes status=none)
	done
done
