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

# each_io PATTERN SLACK: events of 1000 I/Os; $TMP/sites has those of each call site. What
# comes with writing a parameter, in 100 I/Os as in 1100, cancels out. The shell and the
# interrupts that come meanwhile cause some events more in one run than in the other, at
# call sites of their own: a difference of up to SLACK is theirs.
each_io() {
	traced 100 # what tracing itself takes, once
	traced 100
	mv "$TMP/trace" "$TMP/few"
	traced 1100
	awk -v pattern="$1" -v slack="$2" '
		$0 !~ pattern { next }
		{
			match($0, /: [a-z_]+: /)
			site = substr($0, RSTART + 2, RLENGTH - 4)
			if (match($0, /(call_site|function|order)=[^ ]+/))
				site = site " " substr($0, RSTART, RLENGTH)
			n[site] += FILENAME ~ /few$/ ? -1 : 1
		}
		END {
			for (site in n) {
				print n[site], site >sites
				if (n[site] < -slack || n[site] > slack)
					sum += n[site]
			}
			print sum + 0
		}' sites="$TMP/sites" "$TMP/few" "$TMP/trace"
}

# steady ALLOCATIONS PARAM=VALUE...: what 1000 I/Os allocate; now and then the allocators
# fill up their own caches, or a counter's page
steady() {
	local most=$1 slack n
	shift
	slack=$((10 + most * spare / 100))
	api_load device=/dev/nullb0 "$@"
	api_repeat 1000
	n=$(each_io ': (kmalloc|kmem_cache_alloc|mm_page_alloc): ' 10)
	check "$*: $n allocations in 1000 I/Os" \
		test "$n" -ge "$((most - slack))" -a "$n" -le "$((most + slack))"
	((n == most)) || note "of 1000 I/Os, by call site: $(sort -n "$TMP/sites")"
	n=$(each_io ': workqueue_queue_work: .*(zcblk|bio)' 0)
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
