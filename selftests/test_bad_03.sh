#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A disk cannot have an invalid name, or a name that a partition of another disk could have. A disk
# is also refused if one of its partitions could have the name of an existing disk.

. ./lib.sh

requires module=null_blk
null_add nullb0 memory_backed=1 size=16
zcblk_load

longest=zcblk$(printf 'x%.0s' {1..26})
check_eq "the longest name has 31 characters" 31 ${#longest}
check_fails "one more is too long" "File name too long" mkdir "$ZCFS/${longest}x"
check_fails "a name of 200 is too long" "File name too long" \
	mkdir "$ZCFS/zcblk$(printf 'x%.0s' {1..195})"
for name in foo zcbl0 Zcblk0 nullb0 zcblk/0; do
	check_fails "'$name' is refused" "" mkdir "$ZCFS/$name"
done
check_fails "'foo' is an invalid argument" "Invalid argument" mkdir "$ZCFS/foo"
check_eq "no directory is left" "" "$(find "$ZCFS" -mindepth 1 -type d)"

mkdir "$ZCFS/zcblk0"
check_fails "a name that is in use" "File exists" mkdir "$ZCFS/zcblk0"
rmdir "$ZCFS/zcblk0"

zcblk_add "$longest" lower=/dev/nullb0
check "a disk can have the longest name" test -b "/dev/$longest"
check "its directory in debugfs has that name" test -r "$DEBUGFS/zcblk/$longest/stats"

check_fails "a name with ! (a slash, to sysfs) is refused" "Invalid argument" \
	mkdir "$ZCFS/zcblk!x"

# clashes NAME OTHER...: checks that no disk OTHER can be made while disk NAME exists. The kernel
# log must contain the reason.
clashes() {
	local name=$1 other
	shift

	mkdir "$ZCFS/$name"
	for other; do
		dmesg_mark
		check_fails "'$other' is refused beside '$name'" "Invalid argument" mkdir "$ZCFS/$other"
		check "'$other': the log says why" dmesg_has "partition"
	done
	rmdir "$ZCFS/$name"
}

zcblk_del "$longest"
clashes zcblk0 zcblk0p zcblk0p1 zcblk
clashes zcblkx zcblkx1 zcblkx12
clashes zcblkx1 zcblkx zcblkx1p2
for name in zcblk-again zcblkx-1 zcblkxp zcblk10 zcblkx1-a; do
	mkdir "$ZCFS/zcblk0" "$ZCFS/zcblkx"
	[[ $name != zcblkx* ]] || rmdir "$ZCFS/zcblk0"
	check "'$name' may be made beside others" mkdir "$ZCFS/$name"
	rmdir "$ZCFS"/zcblk*/
done
