#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Eight tasks work on the same disks at the same time. They set power, attributes and names, and
# remove, open and list disks. Nothing hangs, and all disks can be removed. With LONG=1, there are
# 10,000 rounds, 1,250 of each task.
#
# timeout=120

. ./lib.sh

requires tool module=null_blk "feature=power deferred"
null_add nullb0 memory_backed=1 size=16
null_add nullb1 memory_backed=1 size=16
zcblk_load

rounds=50
[ "$LONG" = 0 ] || rounds=1250

# write VALUE FILE: writes VALUE to FILE. The kernel may refuse the write.
write() {
	echo "$1" >"$2"
} 2>/dev/null

# act ROLE DISK ROUND: does one round of a task
act() {
	local dir=$ZCFS/$2 words

	case $1 in
	power)
		words=(1 0 1 deferred 1 force)
		mkdir "$dir"
		write "/dev/nullb${2#zcblk}" "$dir/lower"
		write "${words[$3 % 6]}" "$dir/power"
		;;
	set)
		words=(zerocopy copy ab)
		write "${words[$3 % 3]}" "$dir/path"
		write $(($3 % 2)) "$dir/stable"
		write on "$dir/range_lock"
		write reject "$dir/overlap"
		;;
	open) read -r -N 512 <"/dev/$2" ;;
	list)
		((RANDOM % 20)) || timeout 60 "$ZCBLK" list
		cat "$ZCFS/removed" "$dir/state" "$dir/lower"
		((RANDOM % 8)) || rmdir "$dir"
		;;
	esac || true
} >/dev/null 2>&1

# task ROLE DISK: does all rounds of a task
task() {
	local i

	for ((i = 0; i < rounds; i++)); do
		act "$1" "$2" "$i"
	done
}

tasks=()
for disk in zcblk0 zcblk1; do
	for role in power set open list; do
		task $role $disk &
		tasks+=($!)
		defer stop $!
	done
done
for pid in "${tasks[@]}"; do
	status=0
	wait "$pid" || status=$?
	check_eq "a task has done $rounds rounds" 0 "$status"
done

down() {
	local dir

	for dir in "$ZCFS"/*/; do
		[ ! -d "$dir" ] || { echo force >"$dir/power" && rmdir "$dir"; }
	done
}

check "all disks can be taken down" down
check "none is left" wait_for 5 test -z "$(<"$ZCFS/removed")"
check "the lower devices are free" wipefs -aq /dev/nullb0 /dev/nullb1
check "the module can be removed" rmmod zcblk
