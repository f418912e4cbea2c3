#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The lower device rejects operations that it claimed to support. Then the disk no longer claims to
# support them, so submitters see that these operations are not supported.

. ./lib.sh
. ./lib-data.sh

requires module=scsi_debug program=xfs_io
zcblk_load

# zeroes DEVICE: zeroes 1 MiB without writing it as data, and prints the error
zeroes() {
	xfs_io -c 'fpunch 0 1m' "$1" 2>&1 | head -n 1
}

limits() {
	echo "$(queue_limit "$1" discard_max_bytes) $(queue_limit "$1" write_zeroes_max_bytes)"
}

claims() {
	[ "$(limits "$(kname "$SCSI_DEV")")" != "0 0" ]
}

# rejects: makes a SCSI disk that claims to support WRITE SAME of many blocks
rejects() {
	scsi_debug_add dev_size_mb=16 lbpws=1 lbprz=1
	wait_for 10 claims
}

# try DEVICE: makes the SCSI disk reject WRITE SAME of more than 64 blocks. Prints the errors of a
# discard and of a write of zeroes, and then the limits.
try() {
	sysfs_write 64 /sys/module/scsi_debug/parameters/write_same_length
	blkdiscard -f -l 1048576 "$1" 2>&1 | sed "s|$1|DEVICE|"
	zeroes "$1"
	limits "$(kname "$1")"
}

rejects
note "without zcblk: $(try "$SCSI_DEV")"
scsi_debug_del
for setting in zerocopy/page copy/page; do
	rejects
	zcblk_add zcblk0 "lower=$SCSI_DEV" stats=off
	echo 0 >/sys/block/zcblk0/queue/iostats
	use "$setting"
	before=$(limits zcblk0)
	check "$setting: the disk claims them at first: $before" test "$before" != "0 0"
	said=$(try /dev/zcblk0)
	note "$said"
	check "$setting: zeroes are not supported" grep -q "Operation not supported" <<<"$said"
	check_eq "$setting: nor are discards" "0 0" "$(limits zcblk0)"
	sleep 2
	check_eq "$setting: the limits do not change again" "0 0" "$(limits zcblk0)"
	check "$setting: an attribute of the queue can still be written" \
		sysfs_write 1 /sys/block/zcblk0/queue/iostats
	check_eq "$setting: that does not restore the limits" "0 0" "$(limits zcblk0)"
	check "$setting: zeroes are written in another way" \
		blkdiscard -f -z -l 1048576 /dev/zcblk0
	zcblk_del zcblk0
	scsi_debug_del
done
