#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel has too little memory for the copy path. Path copy needs no large runs of pages. If any
# one allocation of power 1 or of a change of the path fails, the write either returns ENOMEM and
# changes nothing, or succeeds.
#
# LONG=1 tries each allocation, otherwise the test tries every fifth.
#
# timeout=300

. ./lib.sh
. ./lib-data.sh
. ./lib-memory.sh

requires module=null_blk program=fio "file=$DEBUGFS/fail_page_alloc" "file=$DEBUGFS/failslab" \
	file=/proc/self/fail-nth
null_add nullb0 memory_backed=1 size=16
null_add nullb1 size=16
zcblk_load
# Makes the slabs of bios. Linux 6.1 leaks memory if it has not enough memory to make a slab.
zcblk_add zcblk1 lower=/dev/nullb1 path=copy
zcblk_make zcblk0 lower=/dev/nullb0 path=copy
# The kernel logs these messages when an allocation fails
dmesg_allow 'page allocation failure|Call Trace:|FAULT_INJECTION'
defer fail_allocations 0
step=5
[ "$LONG" != 1 ] || step=1

# without_large_runs ATTRIBUTE VALUE: writes the attribute while allocations of 16 pages fail
without_large_runs() {
	fail_allocations 0
	fail_waiting_allocations
	sysfs_write 0 "$DEBUGFS/fail_page_alloc/ignore-gfp-highmem"
	sysfs_write 4 "$DEBUGFS/fail_page_alloc/min-order"
	sysfs_write 100 "$DEBUGFS/fail_page_alloc/probability"
	bash -c 'exec 3>"$1" && echo 1 >/proc/self/make-it-fail && printf "%s\n" "$2" >&3' \
		- "$ZCFS/zcblk0/$1" "$2"
}

check "power 1 with path copy" without_large_runs power 1
fail_allocations 0
verify copy/page --size=2M
check "power 0" zcblk_set zcblk0 power 0
zcblk_set zcblk0 path zerocopy
zcblk_set zcblk0 power 1
check "path copy" without_large_runs path copy
fail_allocations 0
verify copy/page --size=2M

# write_failing N ATTRIBUTE VALUE: writes the attribute. Allocation N of the writing process fails.
# Sets $left to 0, or to a positive number if there were less than N allocations.
write_failing() {
	local status=0

	left=$(bash -c 'exec 3>"$1"
		echo "$2" >/proc/self/fail-nth
		printf "%s\n" "$3" >&3
		status=$?
		read -r left </proc/self/fail-nth
		echo 0 >/proc/self/fail-nth
		echo "${left:-0}"
		exit "$status"' - "$ZCFS/zcblk0/$2" "$1" "$3" 2>>"$TMP/refused") || status=$?
	return "$status"
}

# fail_each ATTRIBUTE VALUE UNDO...: writes the attribute again and again. Each time, a later
# allocation fails, until no allocation is left. UNDO undoes a write that succeeded.
fail_each() {
	local desc="$1 $2" before n changed=0 refused=0

	before=$(zcblk_get zcblk0 "$1")
	fail_allocations 0
	fail_waiting_allocations
	sysfs_write 0 "$DEBUGFS/fail_page_alloc/ignore-gfp-highmem"
	dmesg_mark
	for ((n = 1; ; n += step)); do
		if write_failing "$n" "$1" "$2"; then
			"${@:3}"
			[ "$left" = 0 ] || break
		else
			refused=$((refused + 1))
			[ "$(zcblk_get zcblk0 "$1")" = "$before" ] || changed=$((changed + 1))
		fi
	done
	fail_allocations 0
	note "$desc: less than $n allocations"
	check "$desc: failures of the reserve are refused, and the log says why" \
		dmesg_has "zcblk0: no memory for the reserve of copies"
	check_eq "$desc: $refused failures, all for want of memory" "" \
		"$(grep -v 'Cannot allocate memory' "$TMP/refused")"
	check_eq "$desc: a failure changes nothing" 0 "$changed"
	rm "$TMP/refused"
}

again() {
	zcblk_set zcblk0 power 0
	zcblk_set zcblk0 path zerocopy
	zcblk_set zcblk0 power 1
}
again
for path in copy ab; do
	fail_each path "$path" again
done
zcblk_set zcblk0 power 0
zcblk_set zcblk0 path copy
fail_each power 1 zcblk_set zcblk0 power 0
check "power 1 with memory" zcblk_set zcblk0 power 1
verify copy/page --size=2M
