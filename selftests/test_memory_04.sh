#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel has too little memory for the reserve of the copy path. Without large runs of pages,
# the reserve consists of small runs. Without enough pages, power 1 and a change of the path fail,
# change nothing, and succeed later.
#
# timeout=90

. ./lib.sh
. ./lib-data.sh
. ./lib-memory.sh

requires module=null_blk program=fio "file=$DEBUGFS/fail_page_alloc" "file=$DEBUGFS/failslab"
null_add nullb0 memory_backed=1 size=16
zcblk_load
zcblk_make zcblk0 lower=/dev/nullb0 path=copy
# The kernel logs these messages when an allocation fails
dmesg_allow 'page allocation failure|Call Trace:|FAULT_INJECTION'

# set_failing ATTRIBUTE VALUE: sets the attribute. Only during this write, allocations fail as
# fail_pages has specified.
set_failing() {
	bash -c 'exec 3>"$1" && echo 1 >/proc/self/make-it-fail && printf "%s\n" "$2" >&3' \
		- "$ZCFS/zcblk0/$1" "$2"
}

# fail_pages ORDER PAGES: makes page allocations of ORDER and above fail, after the first PAGES
# pages, with the task filter and the other settings of fail_allocations
fail_pages() {
	fail_allocations 0
	echo "$1" >"$DEBUGFS/fail_page_alloc/min-order"
	echo "$2" >"$DEBUGFS/fail_page_alloc/space"
	echo 100 >"$DEBUGFS/fail_page_alloc/probability"
}
defer fail_allocations 0
defer sysfs_write 0 "$DEBUGFS/fail_page_alloc/space"

fail_pages 4 0
check "power 1 with path copy without large runs of pages" set_failing power 1
fail_allocations 0
verify copy/page --size=2M
check "power 0" zcblk_set zcblk0 power 0

# refused DESC ATTRIBUTE VALUE: checks that the write fails if there is memory for only one element
# of the reserve
refused() {
	local desc=$1 before

	before=$(zcblk_get zcblk0 "$2")
	fail_pages 0 64
	dmesg_mark
	check_fails "$desc: refused" "Cannot allocate memory" set_failing "$2" "$3"
	fail_allocations 0
	echo 0 >"$DEBUGFS/fail_page_alloc/space"
	check "$desc: the log says why" dmesg_has "zcblk0: no memory for the reserve of copies"
	check_eq "$desc: $2 keeps its value" "$before" "$(zcblk_get zcblk0 "$2")"
}
refused "power 1 with path copy" power 1
check "power 1 with memory" zcblk_set zcblk0 power 1
check "power 0 again" zcblk_set zcblk0 power 0

zcblk_set zcblk0 path zerocopy
check "power 1 with path zerocopy" zcblk_set zcblk0 power 1
for path in copy ab; do
	refused "path $path" path "$path"
done
verify zerocopy/page --size=2M
fail_pages 4 0
check "path copy without large runs of pages" set_failing path copy
fail_allocations 0
verify copy/page --size=2M
