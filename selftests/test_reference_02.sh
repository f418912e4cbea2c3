#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A disk has a policy for pages without a reference count of their own. The test checks the policy
# on each path and with each kind of bounce memory, and changes it under load.
#
# timeout=150

. ./lib.sh
. ./lib-api.sh
. ./lib-reference.sh

requires module=null_blk feature="unreferenced copy"
api_requires zcblk-io zcblk-repeat
null_add nullb0 memory_backed=1 size=64 max_sectors=2560
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0 stats=counters
check_eq "they are mapped by default" map "$(zcblk_get zcblk0 unreferenced)"

# what_happened: prints three numbers of bytes since the last reset: those in pages without a count
# on path zerocopy, the same on path copy, and those of all copied writes. Here, a count is a
# reference count.
what_happened() {
	echo "$(stat_value zcblk0 unreferenced zerocopy) $(stat_value zcblk0 unreferenced copy)" \
		"$(stat_bytes zcblk0 copy write)"
}

# write WANT no|yes PARAM=VALUE...: does 2 writes, and checks that what_happened prints WANT. The
# second argument says whether pages without a count must reach the lower device.
write() {
	local want=$1 sent=$2 some=no
	shift 2

	zcblk_set zcblk0 reset_stats 1
	api_io device=/dev/zcblk0 below=/dev/nullb0 "$@"
	check_eq "$*: what happened" "$want" "$(what_happened)"
	check_eq "$*: no error" "0 0" "$(api_io_result err) $(api_io_result wrong)"
	[ "$(api_io_result bios)" -gt 0 ] || return 0	# no kprobes
	[ "$(api_io_result bad_bytes)" -eq 0 ] || some=yes
	check_eq "$*: pages without a count reach the lower device: $sent" "$sent" "$some"
}

# Path zerocopy. Without a range lock and without iostats, bios are remapped. Otherwise, they are
# tracked.
for lock in off on; do
	zcblk_set zcblk0 power 0
	zcblk_set zcblk0 range_lock "$lock"
	zcblk_set zcblk0 power 1
	wait_for 5 test -b /dev/zcblk0
	for iostats in 0 1; do
		note "range_lock=$lock iostats=$iostats"
		echo "$iostats" >/sys/block/zcblk0/queue/iostats
		zcblk_set zcblk0 unreferenced map
		write "0 0 0" yes
		zcblk_set zcblk0 unreferenced detect
		write "8192 0 0" yes
		write "0 0 0" no buffer=vmalloc bytes=65536
		write "131072 0 0" yes buffer=pages bytes=65536
		zcblk_set zcblk0 unreferenced copy
		write "0 8192 8192" no
		write "0 0 0" no buffer=vmalloc bytes=65536
		write "0 1048576 1048576" no buffer=pages bytes=524288
		write "0 0 0" yes write=0
	done
done

while read -r buffer bytes has; do
	[ "$has" = unreferenced ] || continue
	write "0 $((2 * bytes)) $((2 * bytes))" no "buffer=$buffer" "bytes=$bytes"
done < <(memory_kinds)

for bounce in page kmalloc vmalloc; do
	zcblk_set zcblk0 bounce "$bounce"
	write "0 8192 8192" no
	write "0 0 0" no buffer=vmalloc
	zcblk_set zcblk0 path copy
	write "0 0 8192" no buffer=vmalloc
	zcblk_set zcblk0 path zerocopy
done
zcblk_set zcblk0 unreferenced map
zcblk_set zcblk0 path copy
zcblk_set zcblk0 bounce kmalloc
write "0 0 8192" yes buffer=vmalloc
zcblk_set zcblk0 bounce page

# On path ab, I/Os alternate between the paths, but an I/O that must be copied is always copied
zcblk_set zcblk0 path ab
zcblk_set zcblk0 unreferenced copy
write "0 8192 8192" no
write "0 8192 8192" no
write "0 0 4096" no buffer=vmalloc
zcblk_set zcblk0 path zerocopy

# An I/O that must not wait is refused if it must be copied in several pieces
api_io device=/dev/zcblk0 buffer=pages bytes=262144 flags=nowait
check_eq "no wait: an I/O that must be copied is refused" -11 "$(api_io_result err)"
api_io device=/dev/zcblk0 buffer=vmalloc bytes=262144 flags=nowait
check_eq "no wait: an I/O that is mapped succeeds" 0 "$(api_io_result err)"

zcblk_set zcblk0 reset_stats 1
dd if=/dev/urandom of=/dev/zcblk0 bs=1M count=4 oflag=direct status=none
dd if=/dev/urandom of=/dev/zcblk0 bs=1M count=4 conv=fsync status=none
check_eq "pages of programs and of the page cache have counts" "0 0 0" "$(what_happened)"

# The reserve is allocated when the disk comes up, or when the attribute is set
zcblk_set zcblk0 power 0
zcblk_set zcblk0 power 1
wait_for 5 test -b /dev/zcblk0
write "0 8192 8192" no

api_load device=/dev/zcblk0 bytes=4096 depth=16
api_repeat 3000 &
repeat=$!
changes=0
while kill -0 "$repeat" 2>/dev/null; do
	for what in map copy detect copy; do
		zcblk_set zcblk0 unreferenced "$what"
		changes=$((changes + 1))
	done
done
wait "$repeat"
note "$changes changes"
check "the policy changed under load" test "$changes" -ge 4
check_eq "no I/O fails" 0 "$(api_repeat_result errors)"
api_unload
