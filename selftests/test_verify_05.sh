#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fio verifies in many rounds, each with another seed, while the path changes every 10 ms. Half of
# the rounds use a range lock. With LONG=1, there are 300 rounds of 64 MiB.
#
# timeout=240

. ./lib.sh
. ./lib-data.sh

requires device=1 program=fio "feature=range_lock slot"
scratch 0
zcblk_load

rounds=2 size=16M
[ "$LONG" = 0 ] || rounds=150 size=64M
for lock in off on; do
	zcblk_add zcblk0 "lower=$SCRATCH" "range_lock=$lock"
	flip_start
	failed=0
	for ((round = 1; round <= rounds; round++)); do
		fio_run "$TMP/fio.json" --name=verify --filename=/dev/zcblk0 --rw=randwrite \
			--direct=1 --ioengine=io_uring --iodepth=16 --verify=crc32c \
			--verify_fatal=1 --verify_state_save=0 --bsrange=512-256k \
			--size="$size" --randseed="$round$RANDOM" >"$TMP/output" && continue
		note "round $round: $(head -20 "$TMP/output")"
		failed=$((failed + 1))
	done
	flip_stop
	check_eq "lock $lock: rounds that failed, of $rounds" 0 "$failed"
	check_eq "lock $lock: no error is counted" 0 "$(stat_errors zcblk0)"
	zcblk_del zcblk0
done
