#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# blktrace on the lower device sees the remap: from which disk and sector

. ./lib.sh

requires module=null_blk program=blktrace program=blkparse
null_add nullb0 memory_backed=1 size=64
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0

traced() {
	mkdir -p "$TMP/trace"
	blktrace -d /dev/nullb0 -D "$TMP/trace" -o nullb0 >/dev/null &
	local tracer=$!
	wait_for 10 test -e "$DEBUGFS/block/nullb0/trace0"
	dd if=/dev/zero of=/dev/zcblk0 bs=8k count=1 seek=5 oflag=direct status=none
	kill -INT "$tracer"
	wait "$tracer"
	blkparse -D "$TMP/trace" -i nullb0 -q >"$TMP/parsed"
}

devno=$(cat /sys/block/zcblk0/dev)
for path in zerocopy copy; do
	zcblk_set zcblk0 path "$path"
	traced
	check "$path: the write at sector 80 was remapped from ${devno/:/,}" \
		grep -qE " A +WS? 80 \+ 16 <- \(${devno/:/,}\) 80" "$TMP/parsed"
	check "$path: and completed below" grep -qE " C +WS? 80 \+ 16" "$TMP/parsed"
done
