# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Makes and removes block devices: zcblk disks, and their lower devices. Every function that makes
# a device defers the removal of the device. lib.sh sources this file.
#
# USAGE: . ./lib.sh
# REQUIREMENTS: configfs; kmod, dmsetup, util-linux for the functions that use them

CONFIGFS=/sys/kernel/config
ZCFS=$CONFIGFS/zcblk
NULLFS=$CONFIGFS/nullb

module_loaded() {
	[ -d "/sys/module/${1//-/_}" ]
}

# module_load NAME [OPT=VALUE...]: loads a module. For brd and scsi_debug, only checks that the
# module exists, because loading these makes devices. brd_add and scsi_debug_add load them.
module_load() {
	! module_loaded "$1" || return 0
	case $1 in
	null_blk) modprobe null_blk nr_devices=0 ;;
	brd | scsi_debug) modinfo "$1" >/dev/null ;;
	*) modprobe "$@" ;;
	esac
}

# kname DEVICE: prints the kernel's name of a device, as in dm-0 for /dev/mapper/gate
kname() {
	local name=${1##*/} dm

	[ ! -e "/sys/class/block/$name" ] || { echo "$name" && return 0; }
	for dm in /sys/class/block/dm-*; do
		[ "$(<"$dm/dm/name")" != "$name" ] || { echo "${dm##*/}" && return 0; }
	done
	return 1
}

# sysfs_write VALUE FILE: writes the value. If this fails, prints a message that contains both VALUE
# and FILE, unlike the shell's own message.
sysfs_write() {
	printf '%s\n' "$1" >"$2" && return 0
	echo "cannot write '$1' to $2"
	return 1
}

# --- zcblk -----------------------------------------------------------------

zcblk_module() {
	local ko

	for ko in "$ZCBLK_BUILD/driver/zcblk.ko" "$ZCBLK_BUILD/zcblk.ko"; do
		[ -f "$ko" ] && echo "$ko" && return 0
	done
	modinfo -n zcblk
}

zcblk_insmod() {
	module_load configfs
	[[ $(</proc/mounts) == *" $CONFIGFS "* ]] ||
		mount -t configfs none "$CONFIGFS"
	insmod "$(zcblk_module)" "$@"
}

# zcblk_load [PARAM=VALUE...]: loads the module zcblk, and defers zcblk_unload. If the module is
# already loaded, unloads it first.
zcblk_load() {
	! module_loaded zcblk || zcblk_unload
	zcblk_insmod "$@" || die "zcblk does not load"
	defer zcblk_unload
}

# zcblk_unload: removes all disks and unloads the module, so that a failed test does not make later
# tests fail
zcblk_unload() {
	local dir

	module_loaded zcblk || return 0
	for dir in "$ZCFS"/*/; do
		dir=${dir%/}
		zcblk_del "${dir##*/}" || true
	done
	rmmod zcblk
}

zcblk_features() {
	if module_loaded zcblk; then
		cat "$ZCFS/features"
	else
		zcblk_insmod && cat "$ZCFS/features"
		rmmod zcblk
	fi
}

zcblk_get() {
	printf '%s\n' "$(<"$ZCFS/$1/$2")"
}

# zcblk_set DISK ATTRIBUTE VALUE: writes an attribute of the disk
zcblk_set() {
	sysfs_write "$3" "$ZCFS/$1/$2"
}

# zcblk_make DISK [ATTRIBUTE=VALUE...]: makes a disk and sets its attributes, but does not bring it
# up
zcblk_make() {
	local disk=$1 setting
	shift
	mkdir "$ZCFS/$disk" || return 1
	defer zcblk_del "$disk"
	for setting in "$@"; do
		zcblk_set "$disk" "${setting%%=*}" "${setting#*=}" || return 1
	done
}

# zcblk_add DISK ATTRIBUTE=VALUE...: makes a disk, brings it up, and waits for /dev/DISK
zcblk_add() {
	zcblk_make "$@"
	zcblk_set "$1" power 1
	wait_for 5 test -b "/dev/$1"
}

# zcblk_del DISK: shuts the disk down and removes it. If power=0 fails, uses power=force. The disk
# is then removed, but the function returns 1.
zcblk_del() {
	local status=0

	[ -d "$ZCFS/$1" ] || return 0
	if [ "$(zcblk_get "$1" power)" = 1 ]; then
		zcblk_set "$1" power 0 || {
			status=1
			zcblk_set "$1" power force
		}
	fi
	rmdir "$ZCFS/$1" || status=1
	return "$status"
}

# --- below zcblk -----------------------------------------------------------

# null_add NAME ATTRIBUTE=VALUE...: makes /dev/NAME, a disk of null_blk. The attribute `size` is in
# MiB.
null_add() {
	local name=$1 setting
	shift
	module_load null_blk
	mkdir "$NULLFS/$name"
	defer null_del "$name"
	for setting in "$@"; do
		sysfs_write "${setting#*=}" "$NULLFS/$name/${setting%%=*}"
	done
	sysfs_write 1 "$NULLFS/$name/power"
	wait_for 5 test -b "/dev/$name"
}

# null_fill NAME: writes all blocks of the disk. This is necessary before polled writes. null_blk
# allocates a page at the first write of a block, which may sleep. Polling must not sleep, so a
# debug kernel would report an error.
null_fill() {
	dd if=/dev/zero of="/dev/$1" bs=1M count="$(<"$NULLFS/$1/size")" oflag=direct status=none
}

null_del() {
	[ -d "$NULLFS/$1" ] || return 0
	sysfs_write 0 "$NULLFS/$1/power"
	rmdir "$NULLFS/$1"
}

scsi_debug_disk() {
	local disk

	for disk in /sys/bus/pseudo/drivers/scsi_debug/adapter*/host*/target*/*:*/block/*; do
		[ -e "$disk" ] && echo "${disk##*/}" && return 0
	done
	return 1
}

# scsi_debug_add OPT=VALUE...: makes a SCSI disk, and sets SCSI_DEV to its path
scsi_debug_add() {
	module_load sd_mod
	modprobe scsi_debug delay=0 "$@"
	defer scsi_debug_del
	wait_for 20 scsi_debug_disk || die "scsi_debug shows no disk"
	SCSI_DEV=/dev/$(scsi_debug_disk)
	wait_for 5 test -b "$SCSI_DEV"
}

scsi_debug_del() {
	! module_loaded scsi_debug || wait_for 10 modprobe -r scsi_debug
}

# brd_add MIB: makes the RAM disk /dev/ram0
brd_add() {
	! module_loaded brd || rmmod brd
	modprobe brd rd_nr=1 "rd_size=$(($1 * 1024))"
	defer brd_del
	wait_for 5 test -b /dev/ram0
}

brd_del() {
	! module_loaded brd || rmmod brd
}

# dm_add NAME TABLE: makes /dev/mapper/NAME without udev
dm_add() {
	module_load dm_mod
	dmsetup create --noudevrules --noudevsync "$1" --table "$2"
	defer dm_del "$1"
	dmsetup mknodes --noudevsync "$1"
}

dm_del() {
	dmsetup info "$1" >/dev/null 2>&1 || return 0
	dmsetup remove --noudevrules --noudevsync "$1"
}

# loop_add MIB: makes a loop device on a file, and sets LOOP_DEV to its path
loop_add() {
	module_load loop
	truncate -s "${1}M" "$TMP/loop"
	LOOP_DEV=$(losetup --find --show "$TMP/loop")
	defer losetup -d "$LOOP_DEV"
}

# unused DEVICE: returns 0 if the device has no partitions and no holders, and is not mounted
unused() {
	[ "$(lsblk -nro NAME,MOUNTPOINT "$1" | wc -w)" -eq 1 ]
}

# scratch_disks: prints the unused disks in ZCBLK_SCRATCH, whose content may be lost
scratch_disks() {
	local disk

	for disk in ${ZCBLK_SCRATCH:-}; do
		[ -b "$disk" ] && unused "$disk" && echo "$disk"
	done
}

# scratch N: sets SCRATCH to the scratch disk with index N, from 0, and wipes its signatures
scratch() {
	local disks

	mapfile -t disks < <(scratch_disks)
	SCRATCH=${disks[$1]}
	wipefs -aq "$SCRATCH"
}

# mount_add DEVICE DIR [OPTIONS]: makes the directory, and mounts the device on it
mount_add() {
	mkdir -p "$2"
	mount -o "${3:-defaults}" "$1" "$2"
	defer umount_if "$2"
}

umount_if() {
	! mountpoint -q "$1" || umount "$1"
}

# cgroup_io: enables the cgroup controller `io`, which counts and limits block I/O. Skips the test
# if the kernel has no such controller.
cgroup_io() {
	grep -sqw io /sys/fs/cgroup/cgroup.controllers || skip "the kernel has no io controller"
	echo +io >/sys/fs/cgroup/cgroup.subtree_control
}

# same_size DEVICE DEVICE: returns 0 if the sizes of both devices are equal
same_size() {
	[ "$(blockdev --getsize64 "$1")" = "$(blockdev --getsize64 "$2")" ]
}

# fio_run OUTPUT ARGS...: runs fio, and writes its result in JSON to the file OUTPUT
fio_run() {
	local output=$1
	shift
	fio --output-format=json --output="$output" "$@" && return 0
	cat "$output"
	return 1
}
