#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# No flush is lost. A disk always has a write cache and FUA. A lower device without a write cache
# gets no flush. If the cache of the lower device is switched on later, the device gets each flush
# from then on.

. ./lib.sh
. ./lib-data.sh

requires module=scsi_debug
scsi_debug_add dev_size_mb=16
lower=$(kname "$SCSI_DEV")
cache=$(echo "/sys/block/$lower/device/scsi_disk/"*/cache_type)
requires "file=$cache"
zcblk_load

# flushes: does two fsyncs and a write with FUA on zcblk0. Prints how many flushes and writes with
# FUA reach the lower device.
flushes() {
	block_trace_start "$lower"
	for _ in 1 2; do
		dd if=/dev/zero of=/dev/zcblk0 bs=4k count=1 oflag=direct status=none
		sync -d /dev/zcblk0
	done
	dd if=/dev/zero of=/dev/zcblk0 bs=4k count=1 oflag=direct,dsync status=none
	block_trace | grep -cE '^FF?S? |^WFS? ' || true
}

write_through() {
	sysfs_write "temporary write through" "$cache"
	[ "$(queue_limit "$lower" write_cache)" = "write through" ]
}

write_through || skip "the write cache of scsi_debug cannot be switched off"
zcblk_add zcblk0 "lower=$SCSI_DEV"
check_eq "the disk has a write cache" "write back" "$(queue_limit zcblk0 write_cache)"
check_eq "the disk has FUA" 1 "$(queue_limit zcblk0 fua)"
for setting in $SETTINGS; do
	use "$setting"
	check "$setting: the cache is switched off" write_through
	check_eq "$setting: no flush reaches the lower device" 0 "$(flushes)"
	check "$setting: the cache is switched on" \
		sysfs_write "temporary write back" "$cache"
	got=$(flushes)
	note "$setting: $got flushes and writes with FUA"
	check "$setting: each reaches the lower device" test "$got" -ge 3
done
check_eq "no error is counted" 0 "$(stat_errors zcblk0)"
