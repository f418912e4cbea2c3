# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Readers of zcblk's statistics and of the kernel's own. Sourced by lib.sh.
#
# USAGE: . ./lib.sh
# REQUIREMENTS: debugfs

DEBUGFS=/sys/kernel/debug

# stat_column DISK PATH OP COLUMN: sum over the matching `io` rows; PATH and OP
# may be `all`
stat_column() {
	awk -v path="$2" -v op="$3" -v column="$4" '
		$1 == "io" && (path == "all" || $2 == path) &&
		(op == "all" || $3 == op) { sum += $column; rows++ }
		END { printf "%d\n", sum; exit !rows }' \
		"$DEBUGFS/zcblk/$1/stats"
}

stat_ios() {
	stat_column "$1" "$2" "$3" 4
}

stat_bytes() {
	stat_column "$1" "$2" "$3" 5
}

stat_segments() {
	stat_column "$1" "$2" "$3" 6
}

# stat_value DISK KEY...: the number that follows KEY..., e.g. `copied copy`
stat_value() {
	local disk=$1
	shift
	awk -v key="$* " 'index($0, key) == 1 { print $NF; found = 1 }
		END { exit !found }' "$DEBUGFS/zcblk/$disk/stats"
}

stat_copied() {
	stat_value "$1" copied "$2"
}

stat_mapped() {
	stat_value "$1" mapped "$2"
}

# stat_errors DISK: sum of all error counters
stat_errors() {
	awk '$1 == "error" { sum += $3 } END { print sum + 0 }' \
		"$DEBUGFS/zcblk/$1/stats"
}

# hist_total DISK PATH OP: I/Os in the latency histogram
hist_total() {
	awk -v path="$2" -v op="$3" '
		$1 == "latency" && (path == "all" || $2 == path) &&
		(op == "all" || $3 == op) { sum += $6 }
		END { print sum + 0 }' "$DEBUGFS/zcblk/$1/latency"
}

idle() {
	[ "$(stat_value "$1" inflight)" -eq 0 ]
}

# queue_limit DISK NAME
queue_limit() {
	cat "/sys/class/block/$1/queue/$2"
}

# --- block layer tracing, at the lower device ------------------------------

BLKTRACE_FS=/sys/kernel/tracing

dev_t() {
	local major minor

	IFS=: read -r major minor <"/sys/class/block/$1/dev"
	echo $((major << 20 | minor))
}

# block_trace_start KNAME: records every bio that is queued to this device
block_trace_start() {
	local event=$BLKTRACE_FS/events/block/block_bio_queue

	echo 0 >"$BLKTRACE_FS/tracing_on"
	echo >"$BLKTRACE_FS/trace"
	echo "dev == $(dev_t "$1")" >"$event/filter"
	echo 1 >"$event/enable"
	echo 1 >"$BLKTRACE_FS/tracing_on"
	defer block_trace_off
}

block_trace_off() {
	local event=$BLKTRACE_FS/events/block/block_bio_queue

	echo 0 >"$event/enable"
	echo 0 >"$event/filter"
	echo >"$BLKTRACE_FS/trace"
}

# block_trace: the recorded bios in order, one `RWBS SECTOR SECTORS` a line
block_trace() {
	sed -n 's/.*block_bio_queue: [0-9]*,[0-9]* \([A-Z]*\) \([0-9]*\) + \([0-9]*\) .*/\1 \2 \3/p' \
		"$BLKTRACE_FS/trace"
}

# --- memory and tasks ------------------------------------------------------

meminfo_kib() {
	awk -v key="$1:" '$1 == key { print $2 }' /proc/meminfo
}

# slab_kib: memory in all slab caches, after the reclaimable has been dropped
slab_kib() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	meminfo_kib SUnreclaim
}

# tasks_named REGEX: names of all tasks whose name matches
tasks_named() {
	cat /proc/[0-9]*/task/*/comm 2>/dev/null | grep -E "$1" || true
}
