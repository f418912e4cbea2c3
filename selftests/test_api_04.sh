#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# In steady state mapped and registered I/O allocates nothing but the bio and its table, and
# not even those for memory in one piece; no work is queued.
#
# timeout=180

. ./lib.sh
. ./lib-api.sh
. ./lib-memory.sh

requires module=null_blk file=/sys/kernel/tracing/events/kmem/kmem_cache_alloc
api_requires zcblk-repeat
# Takes all in one piece: what the block layer splits it allocates for
null_add nullb0 size=64 max_sectors=2560
zcblk_load

EVENTS=("${KMEM_EVENTS[@]}" workqueue/workqueue_queue_work)
# Where kmemleak is there, so is KASAN, which lets freed memory lie for a while: the
# allocators need more pages then
spare=0
[ ! -e "$DEBUGFS/kmemleak" ] || spare=10

# traced N FILE: the I/O N times, with what this shell does meanwhile
traced() {
	echo >"$TRACEFS/trace"
	echo "$BASHPID" >"$TRACEFS/set_event_pid"
	trace_events 1 "${EVENTS[@]}"
	api_repeat "$1"
	trace_events 0 "${EVENTS[@]}"
	cp "$TRACEFS/trace" "$2"
}

# each_io PATTERN SLACK: events of 1000 I/Os. What comes with writing a parameter, in 100
# I/Os as in 1100, cancels out.
each_io() {
	traced 100 "$TMP/few" # what tracing itself takes, once
	traced 100 "$TMP/few"
	traced 1100 "$TMP/many"
	events_more "$1" "$2" "$TMP/few" "$TMP/many"
}

# steady ALLOCATIONS PARAM=VALUE...: what 1000 I/Os allocate; now and then the allocators
# fill up their own caches, or a counter's page
steady() {
	local most=$1 slack n
	shift
	slack=$((10 + most * spare / 100))
	api_load device=/dev/nullb0 "$@"
	api_repeat 1000
	n=$(each_io "$KMEM_PATTERN" 10)
	check "$*: $n allocations in 1000 I/Os" \
		test "$n" -ge "$((most - slack))" -a "$n" -le "$((most + slack))"
	((n == most)) || note "of 1000 I/Os, by call site: $(sort -n "$TMP/sites")"
	n=$(each_io ': workqueue_queue_work: .*(zcblk|bio)' 0)
	check_eq "$*: work queued in 1000 I/Os" 0 "$n"
	check_eq "$*: no I/O failed" 0 "$(api_repeat_result errors)"
	api_unload
}

defer trace_events 0 "${EVENTS[@]}"
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
