#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each reason to copy or to refuse a buffer comes up where it should, is what the explainer
# says, and is counted under its name. What is copied is right, what is refused not touched.
#
# timeout=120

. ./lib.sh
. ./lib-api.sh

requires module=null_blk
api_requires zcblk-io
null_add nullb0 memory_backed=1 size=64 blocksize=4096
null_add nullb1 memory_backed=1 size=64
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb1

result() {
	api_result zcblk-io "$1"
}

# buffer WANT ERRNO COUNT DEVICE PARAM=VALUE...: I/O with it, and WANT is counted COUNT times
buffer() {
	local want=$1 errno=$2 count=$3 device=$4 before after
	shift 4
	before=$(api_stat io "$want")
	api_run zcblk-io "device=/dev/$device" "$@" || die "zcblk-io $* does not load"
	after=$(api_stat io "$want")
	check_eq "$device $*: $want" "$want" "$(result reason)"
	check_eq "$device $*: the synchronous call says so" "$errno" "$(result sync_err)"
	check_eq "$device $*: data is right" 0 "$(result wrong)"
	check_eq "$device $*: done was called once" 1 "$(result calls)"
	check_eq "$device $*: counted" "$count" "$((after - before))"
}

explained() {
	check_eq "the explainer says $1" "$1" "$(result explained)"
}

# Two I/Os each: an asynchronous and a synchronous one
for device in nullb1 zcblk0; do
	buffer mapped 0 2 $device
	explained mapped
	for write in 0 1; do
		buffer copied-stack 0 2 $device buffer=stack bytes=512 "write=$write"
		explained copied-stack
		buffer copied-image 0 2 $device buffer=image bytes=4096 "write=$write"
		explained copied-image
		buffer copied-alignment 0 2 $device offset=12 "write=$write"
		explained copied-alignment
		buffer copied-alignment 0 2 $device buffer=vmalloc offset=300 "write=$write"
	done
	for bad in null user wild unused; do
		buffer refused-unmapped -14 2 $device "buffer=$bad"
		explained refused-unmapped
	done
	[ "$(uname -m)" != x86_64 ] ||
		buffer refused-unmapped -14 2 $device buffer=io
	for offset in 0 20; do
		buffer refused-unmapped -14 2 $device buffer=short bytes=8192 "offset=$offset"
	done
	buffer refused-op -22 2 $device write=0 flags=fua
	for bytes in 1 511 4097; do
		buffer refused-length -22 2 $device "bytes=$bytes"
	done
done
# The asynchronous one is; the synchronous one knows no such flags
buffer copied-forced 0 1 nullb1 how=1
buffer copied-forced 0 1 nullb1 how=1 buffer=stack bytes=512
buffer mapped-registered 0 1 nullb1 registered=1 buffer=vmalloc bytes=65536

buffer refused-length -22 2 nullb0 bytes=512
explained refused-length
buffer refused-sector -22 2 nullb0 sector=4
buffer mapped 0 2 nullb0 sector=8

check_eq "the statistics say which format they have" "version 1" \
	"$(head -n 1 "$DEBUGFS/zcblk/api")"
