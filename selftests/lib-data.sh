# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Writes data through zcblk, and checks the data on zcblk and on the lower device, also while `path`
# changes. Also checks the bytes that the statistics count.
#
# USAGE: . ./lib-data.sh (after lib.sh)
# REQUIREMENTS: coreutils; the programs of the filesystem, fio

SETTINGS="zerocopy/page copy/page copy/kmalloc copy/vmalloc ab/page"

# use PATH/BOUNCE: sets the attributes path and bounce of zcblk0
use() {
	zcblk_set zcblk0 bounce "${1#*/}"
	zcblk_set zcblk0 path "${1%/*}"
}

# flip: changes zcblk0's path every 10 ms until it is killed, and appends a line to $TMP/flips each
# time. To wait without a process, it uses `read` with a time limit, on a pipe that stays empty.
flip() {
	local path

	mkfifo "$TMP/never"
	exec {never}<>"$TMP/never"
	while :; do
		for path in copy zerocopy ab; do
			echo "$path" >"$ZCFS/zcblk0/path"
			echo "$path" >>"$TMP/flips"
			read -r -t 0.01 -u "$never" || true
		done
	done
}

flip_start() {
	rm -f "$TMP/never" "$TMP/flips"
	flip &
	FLIPPER=$!
	defer stop "$FLIPPER"
}

flip_stop() {
	stop "$FLIPPER"
	check "path was changed meanwhile" test "$(wc -l <"$TMP/flips")" -ge 10
}

# tree_sources: writes random data to $TMP/random, and makes a directory tree $TMP/tree with files
# of this data. Every fs_round uses both.
tree_sources() {
	head -c 4000000 /dev/urandom >"$TMP/random"
	mkdir "$TMP/tree"
	write_tree "$TMP/tree" dsync
	[ "$(find "$TMP/tree" -type f | wc -l)" -gt 50 ]
}

# write_tree DIR [FLAG]: makes files of up to 1 MB by small and large writes, and removes some of
# them. One file is written with direct I/O. If the file system of DIR has no direct I/O, FLAG
# replaces oflag=direct of dd.
write_tree() {
	mkdir "$1/small" "$1/middle" "$1/large"
	head -c 15000 "$TMP/random" | split -a 3 -b 511 - "$1/small/f"
	head -c 2000000 "$TMP/random" | split -a 3 -b 33333 - "$1/middle/f"
	split -b 1000001 "$TMP/random" "$1/large/f"
	sync -f "$1"
	rm "$1"/middle/f?a?
	dd if="$TMP/random" of="$1/large/synced" bs=64k count=10 oflag=dsync status=none
	dd if="$TMP/random" of="$1/large/direct" bs=64k count=10 "oflag=${2:-direct}" status=none
}

fs_check() {
	case $1 in
	ext4) fsck.ext4 -nf "$2" ;;
	xfs) xfs_repair -n "$2" ;;
	btrfs) btrfs check --readonly "$2" ;;
	esac
}

fs_make() {
	case $1 in
	ext4) mkfs.ext4 -qF "$2" ;;
	xfs) mkfs.xfs -qf "$2" ;;
	btrfs) mkfs.btrfs -qf "$2" >/dev/null ;;
	esac
}

tree_intact() {
	diff -r --exclude=lost+found "$TMP/tree" "$1"
}

# fs_round FS LOWER SETTING steady|flipping: brings up zcblk0 on LOWER, makes a file system on it,
# writes files, and checks them. With `flipping`, the path changes meanwhile. Then shuts zcblk0
# down, and checks the file system and the files on LOWER.
fs_round() {
	local fs=$1 lower=$2 setting=$3 desc="$1, $3, $4"

	zcblk_add_again "$lower"
	use "$setting"
	[ "$4" = steady ] || flip_start
	fs_make "$fs" /dev/zcblk0
	mount_add /dev/zcblk0 "$TMP/mnt"
	write_tree "$TMP/mnt"
	umount "$TMP/mnt"
	mount_add /dev/zcblk0 "$TMP/mnt" ro
	check "$desc: intact on zcblk" tree_intact "$TMP/mnt"
	umount "$TMP/mnt"
	[ "$4" = steady ] || flip_stop
	zcblk_set zcblk0 power 0

	check "$desc: the file system is sound on the lower device" fs_check "$fs" "$lower"
	mount_add "$lower" "$TMP/mnt" ro
	check "$desc: intact on the lower device" tree_intact "$TMP/mnt"
	umount "$TMP/mnt"
}

zcblk_add_again() {
	[ -d "$ZCFS/zcblk0" ] || zcblk_make zcblk0 "lower=$1"
	zcblk_set zcblk0 power 1
	wait_for 5 test -b /dev/zcblk0
}

# fs_rounds FS: runs fs_round for every setting with a steady path, and for every kind of bounce
# memory with a changing path
fs_rounds() {
	local setting

	scratch 0
	tree_sources
	for setting in $SETTINGS; do
		fs_round "$1" "$SCRATCH" "$setting" steady
	done
	for setting in ab/page copy/kmalloc copy/vmalloc; do
		fs_round "$1" "$SCRATCH" "$setting" flipping
	done
}

# io_bytes DISK: prints the sum of bytes read and written that the kernel counted
io_bytes() {
	awk '{ printf "%.0f\n", ($3 + $7) * 512 }' "/sys/block/$1/stat"
}

# check_bytes SETTING MOVED: checks that zcblk0's statistics count MOVED bytes since reset_stats,
# and that the setting's path copied or mapped these bytes
check_bytes() {
	local setting=$1 moved=$2 copied mapped

	copied=$(stat_copied zcblk0 copy)
	mapped=$(stat_mapped zcblk0 zerocopy)
	check_eq "$setting: zerocopy copied nothing" 0 "$(stat_copied zcblk0 zerocopy)"
	case ${setting%/*} in
	zerocopy)
		check_eq "$setting: nothing was copied" 0 "$copied"
		check_eq "$setting: all bytes were mapped" "$moved" "$mapped"
		;;
	copy)
		check_eq "$setting: all bytes were copied" "$moved" "$copied"
		check_eq "$setting: nothing was mapped" 0 "$mapped"
		;;
	ab)
		check_eq "$setting: all bytes were copied or mapped" "$moved" \
			$((copied + mapped))
		check_halves "$setting" read
		check_halves "$setting" write
		;;
	esac
}

# check_halves SETTING OP: checks that each path did half of the I/Os, within 2 %. If the number of
# I/Os is odd, path zerocopy may have one more, because path ab begins with it.
check_halves() {
	local zerocopy copy

	zerocopy=$(stat_ios zcblk0 zerocopy "$2")
	copy=$(stat_ios zcblk0 copy "$2")
	((zerocopy <= copy)) || zerocopy=$((zerocopy - 1))
	check_near "$1: half of the ${2}s on each path" "$zerocopy" "$copy" 2
}

# verify SETTING FIO-OPTIONS...: fio writes random blocks and reads them again. Checks that fio
# finds the same data, and checks the statistics.
verify() {
	local setting=$1 before
	shift

	use "$setting"
	zcblk_set zcblk0 reset_stats 1
	before=$(io_bytes zcblk0)
	check "$setting: fio verifies $*" fio_run "$TMP/fio.json" --name=verify \
		--filename=/dev/zcblk0 --rw=randwrite --direct=1 --ioengine=io_uring \
		--iodepth=8 --verify=crc32c --verify_fatal=1 --verify_state_save=0 \
		--randrepeat=1 --fallocate=none "$@"
	check_bytes "$setting" $(($(io_bytes zcblk0) - before))
}
