#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# I/O of data in several segments. The API maps the segments if the device accepts them. Otherwise,
# the API copies the data, and reports the reason. It refuses an array of segments that is shorter
# than the I/O.
#
# timeout=120

. ./lib.sh
. ./lib-api.sh

requires module=null_blk module=scsi_debug
api_requires zcblk-io zcblk-stack
null_add nullb0 memory_backed=1 size=64
# nullb1 has no memory. With memory, null_blk cannot process a segment that is smaller than a block.
null_add nullb1 size=64 blocksize=4096 virt_boundary=1
scsi_debug_add dev_size_mb=16 sector_size=4096
scsi=$(kname "$SCSI_DEV")
zcblk_load

# The results about bios need a kprobe, and User Mode Linux has no kprobes
spied=0
[ ! -e /proc/sys/debug/kprobes-optimization ] || spied=1

# The expected reason for memory in the image of a module. User Mode Linux loads its modules to the
# range of vmalloc().
image=copied-image
! grep -q 'User Mode Linux' /proc/cpuinfo || image=mapped

# segments WANT DEVICE BIOS VECS PARAM=VALUE...: does an I/O, and checks that its reason is WANT.
# Checks the data, except on nullb1. With kprobes, also checks that the I/O had BIOS bios, and that
# the bio with the most segments had VECS.
segments() {
	local want=$1 device=$2 bios=$3 vecs=$4
	shift 4
	api_io "device=/dev/$device" "$@"
	check_eq "$device $*: $want" "$want 0" "$(api_io_result reason) $(api_io_result err)"
	[ "$device" = nullb1 ] ||
		check_eq "$device $*: the data is correct" 0 "$(api_io_result wrong)"
	check_eq "$device $*: bytes done" "$(cat "$API_IO/bytes")" "$(api_io_result bytes_done)"
	[ "$spied" = 0 ] || check_eq "$device $*: bios, and most segments of a bio" "$bios $vecs" \
		"$(api_io_result bios) $(api_io_result vecs)"
}

for form in kvecs bvecs; do
	for write in 0 1; do
		segments mapped nullb0 1 1 "form=$form" "write=$write"
		segments mapped nullb0 1 4 "form=$form" "write=$write" bytes=16384
		# The first I/O has segments of 7,680 and 512 bytes. The other I/Os are a block of
		# 4 KiB in eight segments.
		segments mapped nullb0 1 2 "form=$form" "write=$write" bytes=8192 segment=7680
		for device in nullb0 "$scsi"; do
			segments mapped "$device" 1 8 "form=$form" "write=$write" segment=512
		done
		# There are 260 segments. The first bio has 256 of them, and the second bio has the
		# rest.
		segments mapped nullb0 2 256 "form=$form" "write=$write" bytes=266240 segment=1024
		segments copied-alignment nullb0 1 1 "form=$form" "write=$write" segment=4095
		segments copied-forced nullb0 1 1 "form=$form" "write=$write" how=1 segment=512
		# At a gap between two blocks, the bio is split. A block with a gap inside cannot be
		# split, so the data is copied.
		segments mapped nullb1 1 2 "form=$form" "write=$write" bytes=8192
		segments mapped nullb1 1 2 "form=$form" "write=$write" offset=512 bytes=8192
		segments copied-segments nullb1 1 1 "form=$form" "write=$write" segment=512
		segments mapped nullb1 1 2 "form=$form" "write=$write" bytes=8192 segment=7680
		segments copied-segments nullb1 1 2 "form=$form" "write=$write" offset=512 bytes=8192 segment=7680
	done
	for how in 2 4; do
		segments mapped nullb0 1 8 "form=$form" segment=512 "how=$how"
	done
	api_io device=/dev/nullb1 "form=$form" segment=512 how=4
	check_eq "$form, map only: a gap is refused" "refused-copy -95 0" \
		"$(api_io_result reason) $(api_io_result err) $(api_io_result bytes_done)"
	api_io device=/dev/nullb0 "form=$form" segment=512 short_by=512
	check_eq "$form, shorter than the I/O: refused" "refused-unmapped -5 0" \
		"$(api_io_result reason) $(api_io_result err) $(api_io_result bytes_done)"
	api_io device=/dev/nullb0 "form=$form" registered=1
	check_eq "$form, with a registration: refused" refused-unmapped "$(api_io_result reason)"
done
for write in 0 1; do
	segments mapped nullb0 1 4 form=kvecs "write=$write" buffer=scattered bytes=16384 segment=8192
	segments "$image" nullb0 1 1 form=kvecs "write=$write" buffer=image segment=512
done

# The device's requests have at most one segment. A block in one page is mapped. A block in two
# pages that are not contiguous is copied, because a block cannot be split.
insmod "$API_MODULES/zcblk-stack.ko" device=/dev/nullb0 disks=1 block=4096 segments=1 whole=1 ||
	die "zcblk-stack does not load"
defer rmmod zcblk-stack
wait_for 5 test -b /dev/stack0
for source in form=buffer registered=1 "form=kvecs segment=65536"; do
	mapped=mapped
	[ "$source" != registered=1 ] || mapped="mapped-registered"
	for write in 0 1; do
		# shellcheck disable=SC2086 # $source may be two words
		segments "$mapped" stack0 1 16 $source "write=$write" buffer=scattered bytes=65536
		# shellcheck disable=SC2086
		segments copied-segments stack0 1 1 $source "write=$write" buffer=scattered offset=512
	done
done
