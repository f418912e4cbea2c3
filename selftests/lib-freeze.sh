# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Makes zcblk0 on /dev/mapper/below when a test sources this file. Freezes and thaws this lower
# device while fio writes to file systems on zcblk0 or on its partitions. The file systems must
# neither lose a write nor hang. There are 200 rounds, or 50,000 with LONG=1.
#
# USAGE: . ./lib-freeze.sh (after lib.sh)
# REQUIREMENTS: null_blk, device-mapper, dmsetup, fio, ext4

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

# written FILE TIME: returns 0 if FILE was written after TIME
written() {
	[ "$(stat -c %.Y "$1")" != "$2" ]
}

# goes_on: succeeds if each fio continues to write, and has found no error
goes_on() {
	local load file

	for file in "$TMP"/zcblk*/load.0.0; do
		wait_for 20 written "$file" "$(stat -c %.Y "$file")"
	done
	for load in "${LOADS[@]}"; do
		kill -0 "$load"
	done
}

# unmount DIR: unmounts DIR. If this fails, prints the processes that use files in DIR, and the
# output of fio.
unmount() {
	local process file status=0

	umount "$1" || status=$?
	if [ "$status" -ne 0 ]; then
		for process in /proc/[0-9]*; do
			for file in "$process"/{cwd,fd/*}; do
				[[ $(readlink "$file" || true) != "$1"* ]] ||
					echo "$file: $(grep State "$process/status") $(<"$process/comm")"
			done
		done
		cat "$1.fio"
	fi
	return "$status"
}

# frozen_under_load DEVICE...: makes a file system on each DEVICE, and freezes and thaws the lower
# device while fio writes to all of them
frozen_under_load() {
	local device load

	LOADS=()
	for device; do
		mkfs.ext4 -qF "$device"
		mount_add "$device" "$TMP/${device##*/}"
		load_start "$TMP/${device##*/}"
		wait_for 20 test -e "$TMP/${device##*/}/load.0.0"
	done
	check "fio writes" goes_on
	check "frozen and thawed $rounds times" "$HELPERS/dm-freeze" below "$rounds"
	check "fio still writes, and reads what it wrote" goes_on
	for load in "${LOADS[@]}"; do
		stop "$load"
	done
	for device; do
		check "${device##*/} is unmounted" unmount "$TMP/${device##*/}"
		check "${device##*/} is sound" fsck.ext4 -nf "$device"
	done
}
