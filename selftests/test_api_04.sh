#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# In steady state, mapped I/O allocates at most a bio and its bio_vec table. I/O of contiguous
# memory, of a few pages, or of a registered buffer allocates nothing. No work is queued.
#
# timeout=180

. ./lib.sh
. ./lib-api.sh
. ./lib-memory.sh

requires module=null_blk file=/sys/kernel/tracing/events/kmem/kmem_cache_alloc
api_requires zcblk-repeat
# The device accepts the largest I/O of this test as one request. For a larger I/O, the block layer
# would allocate memory to split the bio.
null_add nullb0 size=64 max_sectors=2560
zcblk_load

EVENTS=("${KMEM_EVENTS[@]}" workqueue/workqueue_queue_work)
# A kernel with kmemleak also has KASAN, which keeps freed memory for a while. So the allocators
# need more pages.
spare=0
[ ! -e "$DEBUGFS/kmemleak" ] || spare=10

# traced N FILE: does the I/O N times, and copies the trace of this shell to FILE
traced() {
	echo >"$TRACEFS/trace"
	echo "$BASHPID" >"$TRACEFS/set_event_pid"
	trace_events 1 "${EVENTS[@]}"
	api_repeat "$1"
	trace_events 0 "${EVENTS[@]}"
	cp "$TRACEFS/trace" "$2"
}

# each_io PATTERN SLACK: traces 100 I/Os, and then 1100 I/Os. Prints how many more events match
# PATTERN in the second trace. These are the events of 1000 I/Os, because the events of the write to
# the module parameter that starts the I/Os are in both traces. events_more explains SLACK.
each_io() {
	traced 100 "$TMP/few" # allocates once what tracing itself needs
	traced 100 "$TMP/few"
	traced 1100 "$TMP/many"
	events_more "$1" "$2" "$TMP/few" "$TMP/many"
}

# steady ALLOCATIONS PARAM=VALUE...: checks that 1000 I/Os cause ALLOCATIONS allocations, queue no
# work, and do not fail. The number of allocations may differ a little, because the allocators
# refill their own caches now and then.
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
