#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The disk has the integrity profile of its lower device, and I/O with integrity data works on every
# path.

. ./lib.sh

requires module=scsi_debug
scsi_debug_add dif=1 dix=1 dev_size_mb=16
lower=$(kname "$SCSI_DEV")
requires "file=/sys/block/$lower/integrity"
zcblk_load
zcblk_add zcblk0 "lower=$SCSI_DEV"

for file in format tag_size protection_interval_bytes device_is_integrity_capable; do
	[ -e "/sys/block/$lower/integrity/$file" ] || continue
	check_eq "integrity/$file" "$(cat "/sys/block/$lower/integrity/$file")" \
		"$(cat "/sys/block/zcblk0/integrity/$file")"
done

head -c 65536 /dev/urandom >"$TMP/data"
for path in zerocopy copy ab; do
	zcblk_set zcblk0 path "$path"
	check "$path: write" dd if="$TMP/data" of=/dev/zcblk0 bs=16k oflag=direct
	check "$path: reads back through zcblk" cmp "$TMP/data" \
		<(dd if=/dev/zcblk0 bs=16k count=4 iflag=direct status=none)
	check "$path: reads back from the lower device" cmp "$TMP/data" \
		<(dd if="$SCSI_DEV" bs=16k count=4 iflag=direct status=none)
done
check_eq "no error is counted" 0 "$(stat_errors zcblk0)"
