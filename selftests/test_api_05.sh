#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# I/O completes without free memory, whether the API maps or copies the data, or the buffer is
# registered. A module allocates all free pages before each I/O. If the kernel can inject failures,
# I/O also completes while every allocation that must not wait fails.
#
# timeout=180

. ./lib.sh
. ./lib-api.sh
. ./lib-memory.sh

requires module=null_blk
api_requires zcblk-repeat
# The device completes I/O after 2 ms, so that several I/Os are in flight
null_add nullb0 size=64 irqmode=2 completion_nsec=2000000
zcblk_load
take_most

# Parameters of I/O: one bio, several bios, a registered buffer, a copy by a flag, and a buffer at an
# odd address, which no device accepts
engines=("bytes=1048576" "buffer=scattered bytes=3145728"
	"buffer=scattered bytes=3145728 registered=1" "bytes=1048576 how=1"
	"buffer=scattered bytes=1048576 offset=101")

# without_memory NAME PERCENT N: does N I/Os. Meanwhile, PERCENT % of the allocations of this shell
# fail, except those that may wait. NAME appears only in the message of a failed check.
without_memory() {
	fail_allocations "$2"
	(
		[ "$2" = 0 ] || echo 1 >"/proc/$BASHPID/make-it-fail"
		api_repeat "$3"
	)
	fail_allocations 0
}

defer fail_allocations 0
for write in 0 1; do
	for engine in "${engines[@]}"; do
		# shellcheck disable=SC2086 # parameters are words
		api_load device=/dev/nullb0 depth=16 "write=$write" $engine
		before=$(api_stat reserve)
		sysfs_write 1 /sys/module/zcblk_repeat/parameters/starve
		check "$engine write=$write: completes without free pages" without_memory starved 0 50
		sysfs_write 0 /sys/module/zcblk_repeat/parameters/starve
		check_eq "$engine write=$write: no error" 0 "$(api_repeat_result errors)"
		[[ $engine != *how=1* ]] ||
			check "$engine write=$write: used the reserve" test "$(api_stat reserve)" -gt "$before"
		if can_fail_allocations; then
			check "$engine write=$write: completes with every allocation failing" \
				without_memory injected 100 50
			check_eq "$engine write=$write: still no error" 0 "$(api_repeat_result errors)"
		fi
		api_unload
	done
done
can_fail_allocations || note "this kernel cannot inject failures"
