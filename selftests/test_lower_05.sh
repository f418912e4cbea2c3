#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Freezing the lower device freezes the file systems on the disk and on its partitions. So a
# snapshot of the lower device is clean. No disk comes up on a frozen device.
#
# timeout=180

. ./lib.sh

requires module=null_blk module=dm_mod program=dmsetup program=mkfs.ext4 program=dumpe2fs
requires program=fsfreeze
null_add nullb0 memory_backed=1 size=64
dm_add below "0 131072 linear /dev/nullb0 0"
zcblk_load

freeze() {
	dmsetup suspend --noudevsync below
}

thaw() {
	dmsetup resume --noudevrules --noudevsync below
}

zcblk_make zcblk0 lower=/dev/mapper/below
freeze
dmesg_mark
check_fails "frozen: power 1 is refused" "" zcblk_set zcblk0 power 1
check "frozen: the log says why" dmesg_has "it is frozen"
thaw
check "thawed: power 1" zcblk_set zcblk0 power 1
wait_for 5 test -b /dev/zcblk0

grep -qw bdev_freeze /proc/kallsyms || {
	note "this kernel does not ask holders to freeze"
	exit 0
}

# clean OFFSET: succeeds if the file system at OFFSET of the lower device, in MiB, needs no recovery
clean() {
	dd if=/dev/nullb0 of="$TMP/snapshot" bs=1M skip="$1" iflag=direct status=none
	! dumpe2fs -h "$TMP/snapshot" 2>"$TMP/dumpe2fs" | grep needs_recovery
}

# frozen_file_system DESC DEVICE OFFSET: makes a file system on DEVICE, which begins at OFFSET of
# the lower device, in MiB. Checks that this file system is frozen and thawed with the lower device.
# Leaves it mounted on $TMP/mnt.
frozen_file_system() {
	local desc=$1

	mkfs.ext4 -qF "$2"
	mount_add "$2" "$TMP/mnt"
	head -c 300000 /dev/urandom >"$TMP/mnt/file"
	check "$desc: the lower device is frozen" freeze
	check_fails "$desc: the file system is frozen, too" "busy" fsfreeze -f "$TMP/mnt"
	check "$desc: its snapshot is clean" clean "$3"
	check "$desc: the lower device is thawed" thaw
	check "$desc: the file system is thawed, too" fsfreeze -f "$TMP/mnt"
	check "$desc: the file system was frozen only once" fsfreeze -u "$TMP/mnt"
	check "$desc: a file is written" cp "$TMP/mnt/file" "$TMP/mnt/copy"
}

frozen_file_system "whole disk" /dev/zcblk0 0
umount "$TMP/mnt"

# The MBR has one Linux partition, which begins at sector 2048 and has 32768 sectors
{
	head -c 446 /dev/zero
	printf '\x00\x00\x00\x00\x83\x00\x00\x00\x00\x08\x00\x00\x00\x80\x00\x00'
	head -c 48 /dev/zero
	printf '\x55\xaa'
} | dd of=/dev/zcblk0 conv=fsync status=none
blockdev --rereadpt /dev/zcblk0
wait_for 5 test -b /dev/zcblk0p1
frozen_file_system "partition" /dev/zcblk0p1 1

# The page cache of the lower device has data for a bad sector. The data cannot be written, so the
# freeze fails.
sysfs_write +122880-122887 "$NULLFS/nullb0/badblocks"
dd if=/dev/zero of=/dev/mapper/below bs=4k seek=15360 count=1 conv=notrunc status=none
sync
check_fails "a lower device that cannot be written back is not frozen" "" freeze
check "then the file system is not frozen either" fsfreeze -f "$TMP/mnt"
check "it is thawed" fsfreeze -u "$TMP/mnt"

check "frozen again" freeze
check "a disk that is removed by force thaws" zcblk_set zcblk0 power force
thaw
check "its file system can be unmounted" umount "$TMP/mnt"
check "the lower device is free" wait_for 5 wipefs -a /dev/mapper/below
