#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The bios of the kernel API. kmalloc memory needs one entry of a bio, and vmalloc memory as many
# bios as it has room for. Each bio has the flags and the priority of the I/O. Caches are flushed
# or invalidated once for vmalloc memory. If one bio fails, the I/O fails once.
#
# timeout=180

. ./lib.sh
. ./lib-api.sh

requires module=null_blk
api_requires zcblk-io
null_add nullb0 memory_backed=1 size=64
zcblk_load

# run PARAM=VALUE...
run() {
	NAME="$*"
	flushed=$(api_stat flushed)
	invalidated=$(api_stat invalidated)
	api_io device=/dev/nullb0 "$@"
	flushed=$(($(api_stat flushed) - flushed))
	invalidated=$(($(api_stat invalidated) - invalidated))
}

# A kprobe sees the bios; User Mode Linux has no kprobes
spied=err,sync_err,wrong,calls,bytes_done,bios,vecs,fuas,preflushes,nowaits,polls,prios,hints
[ -e /proc/sys/debug/kprobes-optimization ] || spied=err,sync_err,wrong,calls,bytes_done

# result PARAM WANT...
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
	# A bio has 256 entries. An unaligned buffer has one page more, but bios end at sectors: 3
	# bios too
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

# Each does two I/Os
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

# A bad sector in the second of three bios
null_add nullb1 memory_backed=1 size=64
sysfs_write +3000-3001 "$NULLFS/nullb1/badblocks"
errors=$(api_stat errors)
# failed BYTES PARAM=VALUE...: the I/O fails after BYTES bytes
failed() {
	run device=/dev/nullb1 bytes=3145728 "${@:2}"
	result err -5 calls 1 bytes_done "$1"
}

failed 1048576 buffer=scattered
# One bio, which is done as a whole or not at all
failed 0 buffer=kmalloc
failed 0 buffer=kmalloc form=bvecs segment=1048576
# A copy has pieces of 128 KiB
for buffer in scattered kmalloc; do
	failed 1441792 "buffer=$buffer" how=1
done
failed 1441792 buffer=scattered form=kvecs segment=5120 how=1
# 128 segments with two pages each
failed 1309696 buffer=scattered form=kvecs segment=5120
failed 1048576 buffer=kmalloc form=kvecs segment=4096
failed 1048576 buffer=kmalloc form=bvecs segment=4096
check_eq "these errors are counted" 9 $(($(api_stat errors) - errors))
