#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# /proc/diskstats (iostat) counts the I/O of the disk like that of the lower device, on every path.
# If iostats is off, nothing is counted.

. ./lib.sh

requires module=null_blk
null_add nullb0 memory_backed=1 size=64
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0

# counts DISK: prints reads, sectors read, writes, sectors written, and I/Os in flight
counts() {
	awk '{ print $1, $3, $5, $7, $9 }' "/sys/block/$1/stat"
}

difference() {
	local a b
	read -ra a <<<"$1"
	read -ra b <<<"$2"
	echo $((b[0] - a[0])) $((b[1] - a[1])) $((b[2] - a[2])) $((b[3] - a[3])) "${b[4]}"
}

io() {
	dd if=/dev/zero of=/dev/zcblk0 bs=8k count=6 oflag=direct status=none
	dd if=/dev/zcblk0 of=/dev/null bs=4k count=10 iflag=direct status=none
}

for path in zerocopy copy ab; do
	zcblk_set zcblk0 path "$path"
	upper=$(counts zcblk0)
	lower=$(counts nullb0)
	io
	check_eq "$path: 10 reads, 6 writes on the disk" "10 80 6 96 0" \
		"$(difference "$upper" "$(counts zcblk0)")"
	check_eq "$path: 10 reads, 6 writes on the lower device" "10 80 6 96 0" \
		"$(difference "$lower" "$(counts nullb0)")"
done

echo 0 >/sys/block/zcblk0/queue/iostats
zcblk_set zcblk0 path zerocopy
upper=$(counts zcblk0)
io
check_eq "iostats 0: nothing is counted" "0 0 0 0 0" \
	"$(difference "$upper" "$(counts zcblk0)")"
check "the times in flight are at most an hour" awk '$10 > 3600000 || $11 > 3600000 { exit 1 }' \
	/sys/block/zcblk0/stat
