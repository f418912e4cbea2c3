#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# blktrace on the lower device shows each remap, with the disk and the sector before the remap

. ./lib.sh

requires module=null_blk program=blktrace program=blkparse
null_add nullb0 memory_backed=1 size=64
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0

# blktrace runs for 5 s, because it may hang if a signal ends it while it starts
mkdir "$TMP/trace"
blktrace -w 5 -d /dev/nullb0 -D "$TMP/trace" -o nullb0 >/dev/null &
tracer=$!
wait_for 10 test -e "$DEBUGFS/block/nullb0/trace0"
block=5
for path in zerocopy copy; do
	zcblk_set zcblk0 path "$path"
	dd if=/dev/zero of=/dev/zcblk0 bs=8k count=1 seek=$block oflag=direct status=none
	block=$((block * 2))
done
wait "$tracer"
blkparse -D "$TMP/trace" -i nullb0 -q >"$TMP/parsed"

devno=$(tr : , </sys/block/zcblk0/dev)
sector=80
for path in zerocopy copy; do
	check "$path: the write at sector $sector was remapped from $devno" \
		grep -qE " A +WS? $sector \+ 16 <- \($devno\) $sector" "$TMP/parsed"
	check "$path: the write completed on the lower device" \
		grep -qE " C +WS? $sector \+ 16" "$TMP/parsed"
	sector=$((sector * 2))
done
