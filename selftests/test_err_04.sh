#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Reads past the end, of odd lengths and at odd offsets have the same result as on the lower device,
# on every path. A write past the end fails with ENOSPC. zcblk counts no error.

. ./lib.sh
. ./lib-errors.sh

requires module=null_blk helper=read-probe
null_add nullb0 memory_backed=1 size=16 blocksize=4096
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0

for path in zerocopy copy ab; do
	zcblk_set zcblk0 path $path
	for range in "$((16 << 20)) 4096" "512 4096" "4096 512" "4096 6144"; do
		read -r offset length <<<"$range"
		check_eq "$path: read of $length at $offset" \
			"$("$HELPERS/read-probe" /dev/nullb0 "$offset" "$length")" \
			"$("$HELPERS/read-probe" /dev/zcblk0 "$offset" "$length")"
	done
	check_fails "$path: no write past the end" "No space" dd if=/dev/zero \
		of=/dev/zcblk0 bs=4k seek=4096 count=1 oflag=direct
done
check_eq "no error is counted" 0 "$(stat_errors zcblk0)"
