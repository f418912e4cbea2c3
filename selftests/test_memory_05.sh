#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# In steady state, a disk allocates nothing for an I/O. An I/O causes no more events of the kernel's
# allocators on the disk than on its lower device alone.
#
# timeout=240

. ./lib.sh
. ./lib-memory.sh

requires module=null_blk file=/sys/kernel/tracing/events/kmem/kmem_cache_alloc
null_add nullb0 size=512
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0

# copy N FILE DIRECTION SIZE DEVICE: transfers N blocks, and copies the trace to FILE
copy() {
	local arguments=(if=/dev/zero "of=$5" oflag=direct)

	[ "$3" = write ] || arguments=("if=$5" of=/dev/null iflag=direct)
	echo >"$TRACEFS/trace"
	(
		echo "$BASHPID" >"$TRACEFS/set_event_pid"
		exec dd bs="$4" count="$1" status=none "${arguments[@]}"
	)
	cp "$TRACEFS/trace" "$2"
}

# events DIRECTION SIZE DEVICE: prints the number of events of 400 blocks. The function subtracts
# the events of dd itself, which are the same for 10 blocks and for 410.
events() {
	copy 410 "$TMP/many" "$@" # allocates once what tracing itself needs
	copy 10 "$TMP/few" "$@"
	copy 410 "$TMP/many" "$@"
	events_more "$KMEM_PATTERN" 10 "$TMP/few" "$TMP/many"
}

defer trace_events 0 "${KMEM_EVENTS[@]}"
defer sysfs_write "" "$TRACEFS/set_event_pid"
echo 65536 >"$TRACEFS/buffer_size_kb"
sysfs_write 1 "$TRACEFS/tracing_on"
trace_events 1 "${KMEM_EVENTS[@]}"
for direction in read write; do
	for size in 4k 64k 1M; do
		alone=$(events "$direction" "$size" /dev/nullb0)
		stacked=$(events "$direction" "$size" /dev/zcblk0)
		check "$direction of $size: $stacked events, $alone without zcblk" \
			test "$stacked" -le "$alone"
		check "$direction of $size: events were seen" grep -qE "$KMEM_PATTERN" "$TMP/many"
	done
done
