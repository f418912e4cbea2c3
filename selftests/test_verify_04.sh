#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fio verifies while the path changes every 10 ms. Each I/O is mapped or copied as a whole, and
# both paths together account for each byte.
#
# timeout=120

. ./lib.sh
. ./lib-data.sh

requires device=1 program=fio
scratch 0
zcblk_load
zcblk_add zcblk0 "lower=$SCRATCH"

size=16M
[ "$LONG" = 0 ] || size=1G
for bounce in page kmalloc vmalloc; do
	zcblk_set zcblk0 bounce $bounce
	zcblk_set zcblk0 reset_stats 1
	before=$(io_bytes zcblk0)
	flip_start
	check "$bounce: fio verifies while path changes" fio_run "$TMP/fio.json" \
		--name=flip --filename=/dev/zcblk0 --rw=randwrite --direct=1 \
		--ioengine=io_uring --iodepth=16 --verify=crc32c --verify_fatal=1 \
		--verify_state_save=0 --bsrange=512-256k --size="$size"
	flip_stop
	check_eq "$bounce: bytes copied and mapped are the bytes moved" \
		$(($(io_bytes zcblk0) - before)) \
		$(($(stat_copied zcblk0 copy) + $(stat_mapped zcblk0 zerocopy)))
	check "$bounce: some were copied, some mapped" \
		test "$(stat_copied zcblk0 copy)" -gt 0 -a \
		"$(stat_mapped zcblk0 zerocopy)" -gt 0
done
check_eq "no error is counted" 0 "$(stat_errors zcblk0)"
