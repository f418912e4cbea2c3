#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# An atomic write reaches the lower device as one atomic command on each path. The largest atomic
# write of the disk is that of the lower device, but at most one piece of path copy. A disk on a
# misaligned partition has no atomic writes.
#
# timeout=90

. ./lib.sh

PIECE=$((128 << 10))

modinfo -p scsi_debug 2>/dev/null | grep ^atomic_wr: >/dev/null ||
	unmet "a kernel without atomic writes, which came with v6.11"
requires module=scsi_debug program=python3
zcblk_load

# queue_limit DEVICE NAME: prints a queue limit of DEVICE
queue_limit() {
	cat "/sys/block/${1##*/}/queue/$2"
}

# atomic_write BYTES: writes random data with RWF_ATOMIC at offset 0 of the disk, and the same data
# to $TMP/data
atomic_write() {
	head -c "$1" /dev/urandom >"$TMP/data"
	python3 - "$TMP/data" <<-'END'
		import mmap, os, sys
		data = open(sys.argv[1], "rb").read()
		buffer = mmap.mmap(-1, len(data))
		buffer.write(data)
		disk = os.open("/dev/zcblk0", os.O_WRONLY | os.O_DIRECT)
		assert os.pwritev(disk, [buffer], 0, 0x40) == len(data)
	END
}

# one_command BYTES: does an atomic write, and succeeds if one atomic command and no other write
# reached the lower device, and the data is correct
one_command() {
	dmesg_mark
	atomic_write "$1" || return 1
	dmesg_new | grep -oE 'cmd (0a|2a|8a|9c) ' >"$TMP/commands"
	[ "$(<"$TMP/commands")" = "cmd 9c " ] || { cat "$TMP/commands"; return 1; }
	dd if="$SCSI_DEV" bs="$1" count=1 iflag=direct status=none | cmp - "$TMP/data"
}

# check_unit OPTION...: makes a scsi_debug device with these options, and checks atomic writes of a
# disk on this device
check_unit() {
	local unit below path

	scsi_debug_add dev_size_mb=16 atomic_wr=1 "$@"
	zcblk_add zcblk0 "lower=$SCSI_DEV"
	below=$(queue_limit "$SCSI_DEV" atomic_write_unit_max_bytes)
	unit=$(queue_limit /dev/zcblk0 atomic_write_unit_max_bytes)
	check "$*: the lower device has atomic writes" test "$below" -gt 0
	check_eq "$*: the largest unit" $((below < PIECE ? below : PIECE)) "$unit"
	check_eq "$*: the smallest unit" "$(queue_limit "$SCSI_DEV" atomic_write_unit_min_bytes)" \
		"$(queue_limit /dev/zcblk0 atomic_write_unit_min_bytes)"

	sysfs_write 1 /sys/bus/pseudo/drivers/scsi_debug/opts
	for path in zerocopy copy ab; do
		zcblk_set zcblk0 path "$path"
		check "$*: path $path: one command" one_command "$unit"
	done
	check "$*: path ab: one command by the other path, too" one_command "$unit"
	check_fails "$*: twice the unit is refused" "Invalid argument" atomic_write $((unit * 2))
	sysfs_write 0 /sys/bus/pseudo/drivers/scsi_debug/opts
	zcblk_del zcblk0
	scsi_debug_del
}

check_unit atomic_wr_max_length=32
check_unit atomic_wr_max_length=2048

# The partition starts at an odd sector, so its blocks are not aligned to the units of atomic writes
scsi_debug_add dev_size_mb=16 atomic_wr=1 atomic_wr_align=8 atomic_wr_gran=8
printf '2049,8192\n' | sfdisk -q "$SCSI_DEV"
wait_for 5 test -b "${SCSI_DEV}1"
zcblk_add zcblk0 "lower=${SCSI_DEV}1"
check_eq "a partition out of alignment: no atomic writes" 0 \
	"$(queue_limit /dev/zcblk0 atomic_write_unit_max_bytes)"
