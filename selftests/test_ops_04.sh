#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A power cut of the lower device preserves exactly what was flushed or written with FUA.

. ./lib.sh

requires module=null_blk

for setting in zerocopy/page copy/page copy/kmalloc copy/vmalloc ab/page; do
	null_add nullb0 memory_backed=1 size=16 cache_size=8
	zcblk_load "lower=/dev/nullb0" "path=${setting%/*}" "bounce=${setting#*/}"
	head -c 4096 /dev/urandom >"$TMP/data"
	write_4k() {
		dd if="$TMP/data" of=/dev/zcblk0 bs=4k count=1 seek="$1" \
			"oflag=$2" status=none
	}
	write_4k 1 direct
	sync -d /dev/zcblk0
	write_4k 2 direct,dsync
	write_4k 3 direct
	zcblk_unload

	echo 0 >"$NULLFS/nullb0/power"
	echo 1 >"$NULLFS/nullb0/power"
	read_4k() {
		dd if=/dev/nullb0 bs=4k count=1 skip="$1" iflag=direct status=none
	}
	check "$setting: flushed data is kept" cmp "$TMP/data" <(read_4k 1)
	check "$setting: FUA data is kept" cmp "$TMP/data" <(read_4k 2)
	check "$setting: unflushed data is lost" cmp -n 4096 /dev/zero <(read_4k 3)
	null_del nullb0
done
