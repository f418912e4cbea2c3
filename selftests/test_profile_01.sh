#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A profile names a hot lock first, whatever function contains the lock. The test adds a lock to one
# function after another. Every write calls each of these functions. The test uses two functions,
# or with LONG=1, twenty.
#
# timeout=240

. ./lib.sh
. ./lib-profile.sh

HOTLOCK=$ZCBLK_BUILD/selftests/modules/zcblk-hotlock.ko
requires_profile "feature=range_lock slot" "file=$HOTLOCK"

# The functions to which the test adds the lock. A sample of code that runs with interrupts off is
# recorded when interrupts are on again. Code in an interrupt is not sampled, so null_blk completes
# in a softirq here.
places=(
	zcblk_io_begin
	zcblk_io_complete
	zcblk_submit_bio
	zcblk_io_range
	zcblk_range_lock
	zcblk_range_unlock
	zcblk_io_start
	bio_endio
	zcblk_clone_end_io
	zcblk_io_put
	bio_init_clone
	io_submit_one
	aio_write
	aio_complete_rw
	blkdev_write_iter
	submit_bio
	submit_bio_noacct
	blk_mq_submit_bio
	blk_mq_end_request
	bio_alloc_bioset
)
[ "$LONG" = 1 ] || places=("${places[@]:0:2}")

# record PLACE: profiles the load with a hot lock in the function PLACE. Writes the profile and the
# names of functions to files $TMP/PLACE.*
record() {
	insmod "$HOTLOCK" "place=$1"
	cat /proc/kallsyms >"$TMP/$1.kallsyms"
	cat /proc/modules >"$TMP/$1.modules"
	../scripts/perf/guest-perf record -q --all-cpus -g --no-buildid --event cpu-clock \
		--freq 499 --output "$TMP/$1.data" -- sleep 2 2>"$TMP/perf"
	rmmod zcblk-hotlock
}

# hottest FILTER: prints the result of the jq filter FILTER for the hottest lock of the profile in
# $TMP/stacks
hottest() {
	jq -rRs -L ../scripts/perf "include \"report\"; profile.locks[0] | $1" "$TMP/stacks"
}

named() {
	local place=$1

	perf script --kallsyms "$TMP/$place.kallsyms" --input "$TMP/$place.data" --no-inline \
		-F comm,ip,sym,dso 2>>"$TMP/perf" |
		../scripts/perf/fold -v kallsyms="$TMP/$place.kallsyms" \
			-v modules="$TMP/$place.modules" >"$TMP/stacks"
	check_eq "a lock in $place is the hottest" "hotlock_take" "$(hottest .lock)"
	check "the profile shows that it is in $place" grep -qw "$place" <<<"$(hottest '.stack[]')"
	note "$(hottest '"\(.samples) samples, \(.share | round) %"')"
}

load_runs() {
	[ "$(stat_ios zcblk0 zerocopy write)" -gt 1000 ]
}

null_add nullb0 queue_mode=2 irqmode=1 size=250000
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0 range_lock=slot
ZCBLK_DISK=/dev/zcblk0 ZCBLK_RUNTIME=1d fio --output="$TMP/fio" ../userspace/fio/many-writes.fio &
FIO=$!
defer stop "$FIO"
wait_for 60 load_runs
for place in "${places[@]}"; do
	record "$place"
done
# Stop the load, which would compete with perf for the CPU
stop "$FIO"
for place in "${places[@]}"; do
	named "$place"
done
