#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The copy path works while allocations fail. Half of the allocations of fio fail during the test,
# except those that may wait. I/O then uses the memory pools, and the data is correct.
#
# timeout=120

. ./lib.sh
. ./lib-data.sh
. ./lib-memory.sh

requires module=null_blk program=fio "file=/sys/kernel/debug/fail_page_alloc" \
	"file=/sys/kernel/debug/failslab"
null_add nullb0 memory_backed=1 size=64
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0

failing_fio() {
	bash -c 'echo 1 >/proc/self/make-it-fail; exec "$@"' - fio --name=failing \
		--filename=/dev/zcblk0 --rw=randwrite --bsrange=512-256k --size=8M \
		--direct=1 --ioengine=psync --numjobs=1 --verify=crc32c \
		--verify_fatal=1 --verify_state_save=0
}

defer fail_allocations 0
for bounce in page kmalloc vmalloc; do
	use "copy/$bounce"
	zcblk_set zcblk0 reset_stats 1
	fail_allocations 50
	check "$bounce: fio verifies while allocations fail" failing_fio
	fail_allocations 0
	check_eq "$bounce: no error is counted" 0 "$(stat_errors zcblk0)"
	check "$bounce: it was copied" test "$(stat_copied zcblk0 copy)" -ge 8388608
done
