#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# FLUSH and FUA reach the lower device on every path, once each and in order, as without zcblk.

. ./lib.sh
. ./lib-data.sh

requires module=null_blk
null_add nullb0 memory_backed=1 size=64 cache_size=8
zcblk_load

write_4k() {
	dd if=/dev/zero of="$1" bs=4k count=1 seek="$2" "oflag=$3" status=none
}

# sequence DISK: does writes and flushes, and prints the requests at the lower device as one line,
# e.g. `W 8 F W+FUA 16`
sequence() {
	block_trace_start nullb0
	write_4k "$1" 1 direct
	sync -d "$1"
	write_4k "$1" 2 direct,dsync
	write_4k "$1" 3 direct
	sync -d "$1"
	sync -d "$1"
	write_4k "$1" 4 direct,dsync
	block_trace | sed -n 's/^FF.*/F/p; s/^WFS* \([0-9]*\) .*/W+FUA \1/p
		s/^WS* \([0-9]*\) .*/W \1/p' | xargs
}

want=$(sequence /dev/nullb0)
flushes=$(grep -o '\<F\>' <<<"$want" | wc -l)
check "without zcblk: $want" \
	grep -qE '^W 8 F W\+FUA 16 (F )?W 24 F F W\+FUA 32( F)?$' <<<"$want"

zcblk_add zcblk0 lower=/dev/nullb0
for setting in $SETTINGS; do
	use "$setting"
	zcblk_set zcblk0 reset_stats 1
	check_eq "$setting: the requests are the same" "$want" "$(sequence /dev/zcblk0)"
	check_eq "$setting: flushes are counted" "$flushes" \
		"$(stat_ios zcblk0 all flush)"
	check_eq "$setting: writes are counted" 4 "$(stat_ios zcblk0 all write)"
done

zcblk_del zcblk0
zcblk_add zcblk0 lower=/dev/nullb0 range_lock=off stats=counters
echo 0 >/sys/block/zcblk0/queue/iostats
check_eq "remapped in place: the requests are the same" "$want" "$(sequence /dev/zcblk0)"
