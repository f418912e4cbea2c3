#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# I/O by the kernel API on a zcblk disk uses the range lock of the disk, like any other bio. The I/O
# waits for its range, and its data is correct.

. ./lib.sh
. ./lib-exerciser.sh
. ./lib-range.sh

requires module=null_blk tool "feature=range_lock slot"
null_add nullb0 memory_backed=1 size=64 irqmode=2 completion_nsec=100000
exerciser_load

for engine in $(engines); do
	zcblk_add zcblk0 lower=/dev/nullb0 "range_lock=$engine"
	check "$engine: the exerciser's data is correct" "$ZCBLK" exercise /dev/zcblk0 \
		--destroy /dev/zcblk0 --engine map,copy \
		--op mixed --size 4k,256k --depth 8 --span 8m --count 200 --verify
	check "$engine: it locked ranges" test "$(range_value taken)" -ge 800
	check "$engine: all of them were released" range_is 0 "(holder|waiter) "
	zcblk_del zcblk0
done
