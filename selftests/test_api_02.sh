#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each buffer is mapped, copied or refused for the expected reason. zcblk_bufio_explain() returns
# the same reason, and the statistics count each reason. Copied data is correct, and a refused
# buffer is not accessed.
#
# timeout=180

. ./lib.sh
. ./lib-api.sh

requires module=null_blk
api_requires zcblk-io
null_add nullb0 memory_backed=1 size=64 blocksize=4096
null_add nullb1 memory_backed=1 size=64
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb1

# buffer WANT ERRNO COUNT DEVICE PARAM=VALUE...: does I/O, and checks its reason WANT and its error
# ERRNO. WANT must be counted COUNT times.
buffer() {
	local want=$1 errno=$2 count=$3 device=$4 before after
	shift 4
	before=$(api_stat io "$want")
	api_io "device=/dev/$device" "$@"
	after=$(api_stat io "$want")
	check_eq "$device $*: $want" "$want" "$(api_io_result reason)"
	check_eq "$device $*: the synchronous error" "$errno" "$(api_io_result sync_err)"
	check_eq "$device $*: the data is correct" 0 "$(api_io_result wrong)"
	check_eq "$device $*: done was called once" 1 "$(api_io_result calls)"
	check_eq "$device $*: counted" "$count" "$((after - before))"
}

explained() {
	check_eq "the explainer says $1" "$1" "$(api_io_result explained)"
}

# The device's DMA cannot begin at this offset. null_blk's mask is 511 in Linux 6.1, and 1 in 7.2.
odd=$((($(<"/sys/block/nullb1/queue/dma_alignment") + 1) / 2))
note "misaligned by $odd"

# User Mode Linux loads its modules to the range of vmalloc(), and has no device memory
image=copied-image bad="null user wild unused io"
! grep -q 'User Mode Linux' /proc/cpuinfo || image=mapped bad="null user wild unused"

# Each call of buffer does an asynchronous and a synchronous I/O
buffer mapped 0 2 nullb1
explained mapped
for write in 0 1; do
	buffer copied-stack 0 2 nullb1 buffer=stack bytes=512 "write=$write"
	explained copied-stack
	buffer "$image" 0 2 nullb1 buffer=image bytes=4096 "write=$write"
	explained "$image"
	buffer copied-alignment 0 2 nullb1 "offset=$odd" "write=$write"
	explained copied-alignment
	buffer copied-alignment 0 2 nullb1 buffer=vmalloc "offset=$((4096 - odd))" "write=$write"
done
for buffer in $bad; do
	buffer refused-unmapped -14 2 nullb1 "buffer=$buffer"
	explained refused-unmapped
done
for offset in 0 20; do
	buffer refused-unmapped -14 2 nullb1 buffer=short bytes=8192 "offset=$offset"
	explained refused-unmapped
done
# The buffer lacks only its last page, and needs more than one bio
for write in 0 1; do
	buffer refused-unmapped -14 2 nullb1 buffer=short bytes=4198400 "write=$write"
	check_eq "write=$write: nothing is sent" 0 "$(api_io_result bios)"
done
buffer refused-op -22 2 nullb1 write=0 flags=fua
blockdev --setro /dev/zcblk0
buffer refused-read-only -30 2 zcblk0
check_eq "read-only: nothing is sent" 0 "$(api_io_result bios)"
blockdev --setrw /dev/zcblk0
for bytes in 1 4097; do
	buffer refused-length -22 2 nullb1 "bytes=$bytes"
done
buffer mapped 0 2 zcblk0
buffer copied-alignment 0 2 zcblk0 "offset=$odd"
# Only the asynchronous I/O uses the parameters `how` and `registered`, so WANT is counted once
buffer copied-forced 0 1 nullb1 how=1
buffer copied-forced 0 1 nullb1 how=1 buffer=stack bytes=512
buffer mapped-registered 0 1 nullb1 registered=1 buffer=vmalloc bytes=65536

buffer refused-length -22 2 nullb0 bytes=512
explained refused-length
buffer refused-sector -22 2 nullb0 sector=4
buffer refused-sector -22 2 nullb0 sector=4 write=0
buffer mapped 0 2 nullb0 sector=8

check_eq "the statistics begin with the version of their format" "version 1" \
	"$(head -n 1 "$DEBUGFS/zcblk/api")"
