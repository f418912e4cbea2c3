#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The write cache of the lower device is switched on while its disk is in use. From then on, a
# power cut at a random moment loses no write whose fsync has returned. With LONG=1, there are 20
# power cuts.
#
# timeout=120

. ./lib.sh
. ./lib-data.sh

requires module=null_blk program=fio
null_add nullb0 memory_backed=1 size=32 cache_size=32
zcblk_load
zcblk_make zcblk0 lower=/dev/nullb0

cuts=2 writers=4 blocks=4096
[ "$LONG" = 0 ] || cuts=20
read -ra settings <<<"$SETTINGS"
tasks=()
defer load_stop

# cache back|through: makes null_blk report this kind of write cache. null_blk always has a cache.
cache() {
	sysfs_write "write $1" /sys/block/nullb0/queue/write_cache
}

# writer N: writes blocks N, N + 4 and so on, each with an fsync, until the power is cut. When an
# fsync returns, writer adds the block to $TMP/returned, but only if $TMP/counted existed before the
# write.
writer() {
	local block counted

	for ((block = $1; block < blocks; block += writers)); do
		counted=0
		[ ! -e "$TMP/counted" ] || counted=1
		printf '%-4095s\n' "cut $cut block $block " |
			dd of=/dev/zcblk0 bs=4k seek="$block" iflag=fullblock oflag=direct \
				conv=fsync,nocreat,notrunc status=none || return 0
		[ $counted = 0 ] || echo "$block" >>"$TMP/returned"
	done
} 2>/dev/null

# load_start SETTING: brings zcblk0 up, and starts the writers, and fio, which never flushes
load_start() {
	local n

	rm -f "$TMP/counted"
	: >"$TMP/returned"
	zcblk_set zcblk0 power 1
	wait_for 5 test -b /dev/zcblk0
	use "$1"
	fio --name=load --filename=/dev/zcblk0 --offset=16M --size=16M --rw=randwrite --bs=4k \
		--direct=1 --ioengine=libaio --iodepth=4 --rate_iops=500 --time_based \
		--runtime=10000 --thread >"$TMP/fio" 2>&1 &
	tasks=($!)
	for ((n = 0; n < writers; n++)); do
		writer "$n" &
		tasks+=($!)
	done
}

load_stop() {
	local task

	for task in "${tasks[@]}"; do
		stop "$task"
	done
}

# written IOS: succeeds if at least IOS writes are complete
written() {
	[ "$(stat_ios zcblk0 all write)" -ge "$1" ]
}

# returned FSYNCS: succeeds if at least FSYNCS fsyncs have returned
returned() {
	[ "$(wc -l <"$TMP/returned")" -ge "$1" ]
}

# cut_power: switches null_blk off and on, so that its cache is lost. I/O errors end the load. Shuts
# zcblk0 down.
cut_power() {
	sysfs_write 0 "$NULLFS/nullb0/power"
	wait "${tasks[@]}" || true
	zcblk_set zcblk0 power 0
	sysfs_write 1 "$NULLFS/nullb0/power"
	wait_for 5 test -b /dev/nullb0
}

# lost: prints how many fsyncs have returned although their block is not on the lower device
lost() {
	dd if=/dev/nullb0 of="$TMP/after" bs=1M count=16 iflag=direct status=none
	{ grep -abo "cut $cut block [0-9]* " "$TMP/after" || true; } |
		awk -F'[: ]' '$1 == $5 * 4096 { print $5 }' | sort >"$TMP/found"
	sort "$TMP/returned" | comm -23 - "$TMP/found" | wc -l
}

cut=0
cache through
load_start zerocopy/page
touch "$TMP/counted"
check "the control: fsyncs return" wait_for 60 returned 20
cut_power
check "the control: without flushes below, some are lost" test "$(lost)" -gt 0

total=0
for ((cut = 1; cut <= cuts; cut++)); do
	setting=${settings[(cut - 1) % ${#settings[@]}]}
	cache through
	load_start "$setting"
	check "cut $cut, $setting: the disk is in use" wait_for 20 written 50
	cache back
	touch "$TMP/counted"
	check "cut $cut, $setting: fsyncs return" wait_for 60 returned $((50 + RANDOM % 50))
	cut_power
	check_eq "cut $cut, $setting: none of them is lost" 0 "$(lost)"
	total=$((total + $(wc -l <"$TMP/returned")))
done
note "$cuts power cuts, $total fsyncs"
check "there were at least $((cuts * 50)) fsyncs" test "$total" -ge $((cuts * 50))
