#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# In steady state a disk allocates nothing for an I/O: it causes as many events of the
# kernel's allocators as its lower device does alone.
#
# timeout=240

. ./lib.sh

requires module=null_blk file=/sys/kernel/tracing/events/kmem/kmem_cache_alloc
null_add nullb0 size=256
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0

EVENTS=(kmem/kmalloc kmem/kmem_cache_alloc kmem/mm_page_alloc)
# These allocate for each allocation
EXTRA='call_site=(mem_pool_alloc|_*create_object)'

# copy N DIRECTION SIZE DEVICE: N blocks, traced
copy() {
	local n=$1 direction=$2 size=$3 device=$4 from=/dev/zero to=$4

	[ "$direction" = write ] || from=$device to=/dev/null
	(
		echo "$BASHPID" >"$TRACEFS/set_event_pid"
		exec dd if="$from" of="$to" bs="$size" count="$n" status=none "${direct[@]}"
	)
}

# events DIRECTION SIZE DEVICE: of 100 blocks. What comes with dd itself, with 10 blocks as
# with 110, cancels out.
events() {
	local n few direct=(oflag=direct)

	[ "$1" = write ] || direct=(iflag=direct)
	copy 110 "$@"
	for n in 10 110; do
		echo >"$TRACEFS/trace"
		copy "$n" "$@"
		grep -E ': (kmalloc|kmem_cache_alloc|mm_page_alloc): ' "$TRACEFS/trace" |
			grep -cvE "$EXTRA" >"$TMP/$n" || true
	done
	few=$(<"$TMP/10")
	echo $(($(<"$TMP/110") - few))
}

switch_events() {
	local event

	for event in "${EVENTS[@]}"; do
		sysfs_write "$1" "$TRACEFS/events/$event/enable"
	done
}

defer switch_events 0
defer sysfs_write "" "$TRACEFS/set_event_pid"
echo 65536 >"$TRACEFS/buffer_size_kb"
sysfs_write 1 "$TRACEFS/tracing_on"
switch_events 1
for direction in read write; do
	for size in 4k 64k 1M; do
		alone=$(events "$direction" "$size" /dev/nullb0)
		stacked=$(events "$direction" "$size" /dev/zcblk0)
		# the allocators fill their own caches now and then
		check "$direction of $size: $stacked events, alone $alone" \
			test $((stacked - alone)) -le 10
		check "$direction of $size: events were seen" test "$(<"$TMP/110")" -gt 0
	done
done
