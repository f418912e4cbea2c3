#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# In steady state mapped and registered I/O allocates nothing but the bio and its table, and
# not even those for memory in one piece; no work is queued.
#
# timeout=180

. ./lib.sh
. ./lib-api.sh

requires module=null_blk file=/sys/kernel/tracing/events/kmem/kmem_cache_alloc
api_requires zcblk-repeat
# Takes all in one piece: what the block layer splits it allocates for
null_add nullb0 size=64 max_sectors=2560
zcblk_load

EVENTS=(kmem/kmalloc kmem/kmem_cache_alloc kmem/mm_page_alloc workqueue/workqueue_queue_work)
# kmemleak allocates for each allocation, and where it is there, so is KASAN, which lets freed
# memory lie for a while: the allocators need more pages then
KMEMLEAK='call_site=(mem_pool_alloc|_*create_object)'
spare=0
[ ! -e "$DEBUGFS/kmemleak" ] || spare=10

each_event() {
	local event

	for event in "${EVENTS[@]}"; do
		sysfs_write "$1" "$TRACEFS/events/$event/enable"
	done
}

# traced N: the I/O N times, with what this shell does meanwhile in $TMP/trace
traced() {
	echo >"$TRACEFS/trace"
	echo "$BASHPID" >"$TRACEFS/set_event_pid"
	each_event 1
	api_repeat "$1"
	each_event 0
	grep -vE "$KMEMLEAK" "$TRACEFS/trace" >"$TMP/trace"
}

# each_io: events of 1000 I/Os, in thousandths. What comes with writing a parameter, in 100
# I/Os as in 1100, cancels out.
each_io() {
	traced 100 # what tracing itself takes, once
	traced 100
	few=$(grep -cE "$1" "$TMP/trace" || true)
	traced 1100
	many=$(grep -cE "$1" "$TMP/trace" || true)
	echo $((many - few))
}

# steady ALLOCATIONS PARAM=VALUE...: what 1000 I/Os allocate, at most; now and then the
# allocators fill up their own caches, or a counter's page
steady() {
	local most=$1 slack n attempt
	shift
	slack=$((10 + most * spare / 100))
	api_load device=/dev/nullb0 "$@"
	api_repeat 1000
	# on a busy machine one run may count some events more; what I/O allocates shows in each
	for attempt in 1 2 3; do
		n=$(each_io ': (kmalloc|kmem_cache_alloc|mm_page_alloc): ')
		((n < most - slack || n > most + slack)) || break
		note "attempt $attempt: $n allocations in 1000 I/Os"
	done
	check "$*: $n allocations in 1000 I/Os" \
		test "$n" -ge "$((most - slack))" -a "$n" -le "$((most + slack))"
	n=$(each_io ': workqueue_queue_work: .*(zcblk|bio)')
	check_eq "$*: work queued in 1000 I/Os" 0 "$n"
	check_eq "$*: no I/O failed" 0 "$(api_repeat_result errors)"
	api_unload
}

defer each_event 0
defer sysfs_write "" "$TRACEFS/set_event_pid"
echo 65536 >"$TRACEFS/buffer_size_kb"
for write in 0 1; do
	steady 0 "write=$write"
	steady 0 bytes=1048576 "write=$write"
	steady 0 bytes=1048576 registered=1 "write=$write"
	steady 0 buffer=vmalloc bytes=16384 "write=$write"
	steady 0 buffer=scattered bytes=524288 registered=1 "write=$write"
	steady 2000 buffer=scattered bytes=524288 "write=$write"
done
