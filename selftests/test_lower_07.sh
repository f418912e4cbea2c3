#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The logical block of the lower device becomes larger than that of the disk. Then the disk refuses
# all I/O, and logs why, until the block fits again. The same happens if the lower device becomes
# zoned.

. ./lib.sh

requires module=null_blk module=dm_mod program=dmsetup
# The kernel passes a flush to a disk only if the lower device has a write cache
null_add nullb0 memory_backed=1 size=64 cache_size=1
null_add nullb1 memory_backed=1 size=64 blocksize=4096 cache_size=1
dm_add below "0 32768 linear /dev/nullb0 0"
zcblk_load
zcblk_add zcblk0 lower=/dev/mapper/below

reload() {
	dmsetup suspend --noudevsync below &&
		dmsetup reload below --table "0 32768 linear $1 0" &&
		dmsetup resume --noudevrules --noudevsync below
}

write_block() {
	dd if=/dev/zero of=/dev/zcblk0 bs=4k count=1 oflag=direct status=none
}

read_block() {
	dd if=/dev/zcblk0 of=/dev/null bs=4k count=1 iflag=direct status=none
}

# refused DESC TEXT: checks that the disk refuses writes and reads. The kernel log must contain
# TEXT.
refused() {
	check "$1: the log says so" wait_for 3 dmesg_has "$2"
	check_fails "$1: a write is refused" "" write_block
	check_fails "$1: a read is refused" "" read_block
	check_fails "$1: a flush is refused" "" sync /dev/zcblk0
}

fits_again() {
	dmesg_mark
	check "the lower device is as it was" reload /dev/nullb0
	check "the log says so" wait_for 3 dmesg_has "fits again"
	check "a write passes" write_block
	check "a read passes" read_block
	check "a flush passes" sync /dev/zcblk0
}

for path in zerocopy copy; do
	zcblk_set zcblk0 path "$path"
	dmesg_mark
	check "$path: the logical block grows" reload /dev/nullb1
	refused "$path" "now has logical blocks of 4096 bytes"
	fits_again
done

null_add nullb2 memory_backed=1 size=64 zoned=1 zone_size=16
if reload /dev/nullb2 2>"$TMP/zoned"; then
	refused "zoned" "has become zoned"
	fits_again
else
	note "device-mapper refuses a zoned device: $(<"$TMP/zoned")"
	dmsetup resume --noudevrules --noudevsync below
fi
