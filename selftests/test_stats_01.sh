#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The first line of the statistics in debugfs is a version. All lines always exist, except those of
# errors. All users can read the files, which disappear with the disk.

. ./lib.sh

requires module=null_blk
null_add nullb0 memory_backed=1 size=16
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0
dir=$DEBUGFS/zcblk/zcblk0

for file in stats latency; do
	check_eq "$file: the first line" "version 1" "$(head -n 1 "$dir/$file")"
	check_eq "$file: mode" 444 "$(stat -c %a "$dir/$file")"
done
check_eq "lower" nullb0 "$(stat_value zcblk0 lower)"
for path in zerocopy copy; do
	for op in read write flush discard secure_erase write_zeroes other; do
		check "a row for $path $op" \
			grep -qE "^io $path $op [0-9]+ [0-9]+ [0-9]+$" "$dir/stats"
	done
	check "mapped $path" grep -qE "^mapped $path [0-9]+$" "$dir/stats"
	check "copied $path" grep -qE "^copied $path [0-9]+$" "$dir/stats"
	check "unreferenced $path" grep -qE "^unreferenced $path [0-9]+$" "$dir/stats"
done
check "splits" grep -qE '^splits [0-9]+$' "$dir/stats"
check_eq "inflight" 0 "$(stat_value zcblk0 inflight)"
check_fails "there is no error row without errors" "" grep '^error' "$dir/stats"
unknown='^(version|lower|io|mapped|copied|unreferenced|splits|unstable|inflight|error) '
check_fails "there is no unknown row" "" grep -vE "$unknown" "$dir/stats"
check_fails "statistics cannot be written" "" \
	runuser -u nobody -- dd of="$dir/stats" status=none

zcblk_set zcblk0 power 0
check "the files disappear with the disk" test ! -e "$dir"
