#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The lower device is frozen and thawed 200 times under fio, with a file system on the disk. Then
# the same is done with a file system on each of two partitions. No write is lost or hangs. With
# LONG=1, the device is frozen 50,000 times in each of the two cases.
#
# timeout=120

. ./lib.sh

requires module=null_blk module=dm_mod program=dmsetup program=mkfs.ext4 program=fsck.ext4
requires program=fio program=sfdisk helper=dm-freeze
grep -qw bdev_freeze /proc/kallsyms || skip "this kernel does not ask holders to freeze"
null_add nullb0 memory_backed=1 size=64
dm_add below "0 131072 linear /dev/nullb0 0"
zcblk_load
zcblk_add zcblk0 lower=/dev/mapper/below

rounds=200
[ "$LONG" = 0 ] || rounds=50000

load_start() {
	fio --name=load --directory="$1" --rw=randwrite --bs=4k --size=4M --fsync=16 \
		--verify=crc32c --verify_fatal=1 --verify_state_save=0 --time_based \
		--runtime=1000000 >"$1.fio" 2>&1 &
	LOADS+=($!)
	defer stop $!
}

written() {
	[ "$(stat_ios zcblk0 all write)" -gt "$1" ]
}

# goes_on: succeeds if fio continues to write, and has found no error
goes_on() {
	local load

	wait_for 20 written "$(stat_ios zcblk0 all write)"
	for load in "${LOADS[@]}"; do
		kill -0 "$load"
	done
}

# unmount DIR: unmounts DIR. If DIR is busy, prints the processes that use its files.
unmount() {
	local file status=0

	umount "$1" || status=$?
	if [ "$status" -ne 0 ]; then
		for file in /proc/[0-9]*/{cwd,fd/*}; do
			[[ $(readlink "$file" || true) != "$1"* ]] ||
				echo "$file: $(tr '\0' ' ' <"${file%/*}/cmdline" 2>/dev/null || true)"
		done
		cat "$1.fio"
	fi
	return "$status"
}

# frozen_under_load DESC DEVICE...: freezes and thaws the lower device while fio writes to file
# systems on the devices
frozen_under_load() {
	local desc=$1 device load
	shift

	LOADS=()
	for device; do
		mkfs.ext4 -qF "$device"
		mount_add "$device" "$TMP/${device##*/}"
		load_start "$TMP/${device##*/}"
	done
	check "$desc: fio writes" goes_on
	check "$desc: frozen and thawed $rounds times" "$HELPERS/dm-freeze" below "$rounds"
	check "$desc: fio still writes, and reads what it wrote" goes_on
	for load in "${LOADS[@]}"; do
		stop "$load"
	done
	for device; do
		check "$desc: ${device##*/} is unmounted" unmount "$TMP/${device##*/}"
		check "$desc: ${device##*/} is sound" fsck.ext4 -nf "$device"
	done
}

frozen_under_load "disk" /dev/zcblk0

wipefs -aq /dev/zcblk0
printf '2048,32768\n34816,32768\n' | sfdisk -q /dev/zcblk0
wait_for 5 test -b /dev/zcblk0p1
wait_for 5 test -b /dev/zcblk0p2
frozen_under_load "partitions" /dev/zcblk0p1 /dev/zcblk0p2
check_eq "no error is counted" 0 "$(stat_errors zcblk0)"
