#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Three disks are stacked on each other, and forward I/O by the kernel API. They map or copy the
# data, page by page or bio by bio. I/O completes without free memory. Inside of ->submit_bio(), the
# API refuses to copy.
#
# timeout=240

. ./lib.sh
. ./lib-api.sh
. ./lib-memory.sh

COPY=1 MAP_ONLY=4

CLIENTS=$DEBUGFS/zcblk/clients

requires module=null_blk program=fio
api_requires zcblk-stack zcblk-repeat
null_add nullb0 memory_backed=1 size=64
zcblk_load
# The test does I/Os of 64 KiB, which two of the modes split into pages. With LONG=1, the I/Os have
# only 16 KiB. Otherwise, the test would need hours on the kernel `debug`.
ios=2000 bytes=65536
[ "$LONG" != 1 ] || { ios=100000 bytes=16384; }

# stack_load [PARAM=VALUE...]: loads the module that makes the three disks
stack_load() {
	insmod "$API_MODULES/zcblk-stack.ko" device=/dev/nullb0 "$@" || die "zcblk-stack does not load"
	defer stack_unload
	wait_for 5 test -b /dev/stack2
}

stack_unload() {
	! module_loaded zcblk_stack || wait_for 5 rmmod zcblk_stack
}

fio_stack() {
	fio --name=stack --filename=/dev/stack2 --rw=randwrite --bsrange=512-256k --size=16M \
		--ioengine=libaio --iodepth=16 --direct=1 --verify=crc32c --verify_fatal=1 \
		--verify_state_save=0 >"$TMP/fio" 2>&1
}

# stack_threads COMMAND...: runs COMMAND for each thread of the three disks, with the PID as its
# last argument
stack_threads() {
	local thread

	for thread in $(pgrep -x 'stack[0-2]'); do
		"$@" "$thread"
	done
}

make_fail() {
	echo 1 >"/proc/$1/make-it-fail"
}

take_most
defer fail_allocations 0
for mode in how=0 "how=$COPY" "how=0 whole=1" "how=$COPY whole=1"; do
	# shellcheck disable=SC2086 # parameters are words
	stack_load $mode
	check "$mode: fio verifies through three disks" fio_stack
	api_load device=/dev/stack2 "bytes=$bytes" depth=16 write=1 starve=1
	check "$mode: $ios I/Os complete without free pages" api_repeat "$ios"
	check_eq "$mode: no I/O fails" 0 "$(api_repeat_result errors)"
	for disk in 0 1 2; do
		check "$mode: stack$disk did them" \
			test "$(sed -n 's/^bios //p' "$CLIENTS/stack$disk")" -ge "$ios"
	done
	api_unload
	if can_fail_allocations; then
		api_load device=/dev/stack2 "bytes=$bytes" depth=16 write=1
		stack_threads make_fail
		fail_allocations 100
		fail_waiting_allocations
		check "$mode: $ios I/Os complete with every allocation failing" api_repeat "$ios"
		fail_allocations 0
		check_eq "$mode: no I/O fails then" 0 "$(api_repeat_result errors)"
		api_unload
	fi
	stack_unload
done
can_fail_allocations || note "this kernel cannot inject failures"

stack_load "how=$COPY" "client_flags=$MAP_ONLY"
check_fails "clients that map only: a copy is refused" "not supported" \
	dd if=/dev/stack2 of=/dev/null bs=4k count=1 iflag=direct
stack_unload

for whole in 0 1; do
	stack_load inside=1 "whole=$whole"
	check "inside of submit_bio, whole=$whole: fio verifies" fio_stack
	stack_unload
done
stack_load inside=1 "how=$COPY"
check_fails "inside of submit_bio: a copy is refused" "not supported" \
	dd if=/dev/stack2 of=/dev/null bs=4k count=1 iflag=direct
check "and the kernel log says what to do" grep -q "would copy inside of ->submit_bio()" <(dmesg_new)
check "it is counted" test "$(sed -n 's/^io refused-copy \([0-9]*\) .*/\1/p' "$CLIENTS/stack2")" -gt 0
