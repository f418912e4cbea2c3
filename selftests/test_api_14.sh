#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# An interrupt copies an I/O, or computes its checksum, only if the I/O has at most 128 KiB. A
# worker copies a longer I/O, or computes its checksum. This is true even if the device merges the
# pieces of the I/O and completes them at once.
#
# timeout=90

. ./lib.sh
. ./lib-api.sh

PROBE=$TRACEFS/events/zcblk_test/source
SHORT=131072
LARGE=$((64 << 20))

requires module=null_blk file="$TRACEFS/kprobe_events"
api_requires zcblk-repeat
null_add nullb0 memory_backed=1 size=64 irqmode=2 completion_nsec=100000 hw_queue_depth=1024
zcblk_load

# Each access to the data of an I/O calls zcblk_source_map(). For a copy, the third argument is the
# number of bytes that are left of the piece. For a checksum, it is the length of the I/O.
echo "p:zcblk_test/source zcblk_source_map left=\$arg3:u64" >>"$TRACEFS/kprobe_events"
defer eval "echo -:zcblk_test/source >>$TRACEFS/kprobe_events"
sysfs_write 1 "$PROBE/enable"
defer sysfs_write 0 "$PROBE/enable"
sysfs_write 1 "$TRACEFS/tracing_on"
# The trace buffer needs space for the 16,384 accesses of one CPU to 64 MiB in single pages
sysfs_write 8192 "$TRACEFS/buffer_size_kb"

# accesses CONTEXT: prints the largest `left` of the accesses in CONTEXT, and their number. CONTEXT
# is a regular expression that matches the third flag of a trace line. This flag is h, H or s in an
# interrupt.
accesses() {
	awk -v context="^..$1" '/ source: / {
		sub(/^.*\] /, "")
		left = $0
		sub(/.* left=/, "", left)
		if ($1 ~ context && left + 0 > most)
			most = left + 0
		n += $1 ~ context
	}
	END { print most + 0, n + 0 }' "$TRACEFS/trace"
}

# io ACCESSES BYTES PARAM=VALUE...: does I/O, and checks that its data is accessed at least ACCESSES
# times. Sets `most` and `in_interrupt` to what `accesses` prints for interrupts.
io() {
	local least=$1
	shift

	NAME="bytes=$*"
	api_load device=/dev/nullb0 "bytes=$1" "${@:2}"
	echo >"$TRACEFS/trace"
	api_repeat 1
	check_eq "$NAME: errors" 0 "$(api_repeat_result errors)"
	api_unload
	read -r most in_interrupt < <(accesses '[hHs]')
	read -r _ all < <(accesses .)
	check "$NAME: the data was accessed" test "$all" -ge "$least"
}

for merges in 0 2; do
	sysfs_write "$merges" /sys/block/nullb0/queue/nomerges
	for buffer in kmalloc scattered; do
		# With how=1, the data of a read is copied, with one access for each piece. With
		# how=2, the checksum of a write is computed twice.
		io 1 $SHORT "buffer=$buffer" write=0 how=1
		check_eq "$NAME: an interrupt accesses all of it" $SHORT "$most"
		io 2 $SHORT "buffer=$buffer" write=1 how=2
		check_eq "$NAME: an interrupt accesses all of it" $SHORT "$most"
		for bytes in $((SHORT + 4096)) 1048576 $LARGE; do
			# kmalloc() cannot allocate 64 MiB
			[ "$buffer $bytes" != "kmalloc $LARGE" ] || continue
			io $(((bytes + SHORT - 1) / SHORT)) "$bytes" "buffer=$buffer" write=0 how=1
			check_eq "$NAME: accesses in an interrupt" 0 "$in_interrupt"
			io 2 "$bytes" "buffer=$buffer" write=1 how=2
			check_eq "$NAME: accesses in an interrupt" 0 "$in_interrupt"
		done
	done
done
