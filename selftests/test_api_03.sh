#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Checks the bios that the kernel API submits. I/O of kmalloc memory is one bio with one segment.
# I/O of scattered vmalloc memory has a segment for each page, and several bios if it has more than
# 256 pages. Each bio has the flags and the priority of the I/O. The API flushes the cache of
# vmalloc memory once for each I/O, and also invalidates it once for each read. If one bio fails,
# the I/O fails once.
#
# timeout=180

. ./lib.sh
. ./lib-api.sh

requires module=null_blk
api_requires zcblk-io
null_add nullb0 memory_backed=1 size=64
zcblk_load

# run PARAM=VALUE...: does I/O, and sets NAME to its parameters. Sets `flushed` and `invalidated` to
# the numbers of bytes that the API flushed and invalidated.
run() {
	NAME="$*"
	flushed=$(api_stat flushed)
	invalidated=$(api_stat invalidated)
	api_io device=/dev/nullb0 "$@"
	flushed=$(($(api_stat flushed) - flushed))
	invalidated=$(($(api_stat invalidated) - invalidated))
}

# The results about bios need a kprobe, and User Mode Linux has no kprobes
spied=err,sync_err,wrong,calls,bytes_done,bios,vecs,fuas,preflushes,nowaits,polls,prios,hints
[ -e /proc/sys/debug/kprobes-optimization ] || spied=err,sync_err,wrong,calls,bytes_done

# result PARAM WANT...: compares results of the I/O with the expected values
result() {
	while [ $# -ge 2 ]; do
		[[ ,$spied, != *,"$1",* ]] ||
			check_eq "$NAME: $1" "$2" "$(api_io_result "$1")"
		shift 2
	done
}

good() {
	result err 0 sync_err 0 wrong 0 calls 1 "$@"
}

for bytes in 512 65536 4194304; do
	run "bytes=$bytes"
	good bios 1 vecs 1
	run "bytes=$bytes" registered=1
	good bios 1 vecs 1
done

for registered in 0 1; do
	for bytes in 4096 16384 1048576; do
		run buffer=scattered "bytes=$bytes" "registered=$registered"
		good bios 1 vecs $((bytes / 4096))
	done
	# A bio has at most 256 entries. The second buffer has 2 MiB, and begins inside of a page.
	# So it has 513 pages, and needs 3 bios, too.
	run buffer=scattered bytes=3145728 "registered=$registered"
	good bios 3 vecs 256
	run buffer=scattered bytes=2097152 offset=2048 "registered=$registered"
	good bios 3 vecs 256
	run buffer=scattered bytes=3145728 "registered=$registered" write=0
	good bios 3 vecs 256

	run buffer=scattered bytes=3145728 "registered=$registered" flags=fua,preflush,sync prio=16388
	good bios 3 fuas 3 preflushes 3 prios 3
	run buffer=scattered bytes=65536 "registered=$registered" flags=nowait
	good bios 1 nowaits 1
	run buffer=scattered bytes=3145728 "registered=$registered" flags=nowait
	result err -11 calls 1 bios 0
done
run buffer=scattered bytes=3145728 hint=4
hints=3
if [ "$(api_io_result has_hints)" = N ]; then
	note "bios of this kernel have no write hints"
	hints=0
fi
good bios 3 hints "$hints"
run bytes=65536 how=1 hint=3
good bios 1 hints "$((hints / 3))"
run bytes=65536 flags=nowait,fua prio=16388
good bios 1 nowaits 1 fuas 1 prios 1
run bytes=65536 how=1 flags=fua prio=16388
good bios 1 fuas 1 prios 1
run bytes=0 flags=preflush
result err 0 calls 1 bios 1 preflushes 1

# Each call of run does two I/Os, so the numbers of bytes are doubled
run buffer=vmalloc bytes=1048576
check_eq "a write from vmalloc memory flushes it, once" 2097152 "$flushed"
check_eq "and does not invalidate it" 0 "$invalidated"
run buffer=scattered bytes=3145728 write=0
check_eq "a read to vmalloc memory invalidates it, once" 6291456 "$invalidated"
check_eq "and flushes it before, once" 6291456 "$flushed"
run buffer=vmalloc bytes=65536 registered=1
check_eq "a registered buffer is flushed once, too" 131072 "$flushed"
run bytes=1048576
run bytes=1048576 write=0
check_eq "kmalloc memory is neither flushed nor invalidated" "0 0" "$flushed $invalidated"

# The device has bad sectors, which belong to the second of three bios
null_add nullb1 memory_backed=1 size=64
sysfs_write +3000-3001 "$NULLFS/nullb1/badblocks"
errors=$(api_stat errors)
# failed BYTES PARAM=VALUE...: checks that the I/O fails after BYTES bytes
failed() {
	run device=/dev/nullb1 bytes=3145728 "${@:2}"
	result err -5 calls 1 bytes_done "$1"
}

failed 1048576 buffer=scattered
# Each of these I/Os is one bio, of which all bytes or none are done
failed 0 buffer=kmalloc
failed 0 buffer=kmalloc form=bvecs segment=1048576
# A copy consists of pieces of 128 KiB, of which the first 11 succeed
for buffer in scattered kmalloc; do
	failed 1441792 "buffer=$buffer" how=1
done
failed 1441792 buffer=scattered form=kvecs segment=5120 how=1
# A bio has about 128 of these segments, because each segment covers two pages
failed 1309696 buffer=scattered form=kvecs segment=5120
failed 1048576 buffer=kmalloc form=kvecs segment=4096
failed 1048576 buffer=kmalloc form=bvecs segment=4096
check_eq "these errors are counted" 9 $(($(api_stat errors) - errors))
