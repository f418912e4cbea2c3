# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Reads the statistics of zcblk and of the kernel. lib.sh sources this file.
#
# USAGE: . ./lib.sh
# REQUIREMENTS: debugfs

DEBUGFS=/sys/kernel/debug

# stat_column DISK PATH OP COLUMN: adds up a column of the lines `io PATH OP ...` in the statistics,
# and prints the sum. PATH and OP may be `all`. The first column is 0. Fails if there is no such
# line. Starts no process, because this would need more time.
stat_column() {
	local row sum=0 found=1

	while read -ra row; do
		[ "${row[0]}" = io ] || continue
		[ "$2" = all ] || [ "$2" = "${row[1]}" ] || continue
		[ "$3" = all ] || [ "$3" = "${row[2]}" ] || continue
		sum=$((sum + row[$4]))
		found=0
	done <"$DEBUGFS/zcblk/$1/stats"
	echo "$sum"
	return "$found"
}

stat_ios() {
	stat_column "$1" "$2" "$3" 3
}

stat_bytes() {
	stat_column "$1" "$2" "$3" 4
}

stat_segments() {
	stat_column "$1" "$2" "$3" 5
}

# stat_value DISK KEY...: prints the value of a key in the statistics, as in `copied copy`
stat_value() {
	local disk=$1 line
	shift

	while read -r line; do
		[ "${line% *}" = "$*" ] || continue
		echo "${line##* }"
		return 0
	done <"$DEBUGFS/zcblk/$disk/stats"
	return 1
}

stat_copied() {
	stat_value "$1" copied "$2"
}

stat_mapped() {
	stat_value "$1" mapped "$2"
}

# stat_errors DISK: prints the sum of all error counters
stat_errors() {
	local row sum=0

	while read -ra row; do
		[ "${row[0]}" != error ] || sum=$((sum + row[2]))
	done <"$DEBUGFS/zcblk/$1/stats"
	echo "$sum"
}

# hist_total DISK PATH OP: prints the number of I/Os in the latency histogram of PATH and OP. Both
# may be `all`.
hist_total() {
	local row sum=0

	while read -ra row; do
		[ "${row[0]}" = latency ] || continue
		[ "$2" = all ] || [ "$2" = "${row[1]}" ] || continue
		[ "$3" = all ] || [ "$3" = "${row[2]}" ] || continue
		sum=$((sum + row[5]))
	done <"$DEBUGFS/zcblk/$1/latency"
	echo "$sum"
}

idle() {
	[ "$(stat_value "$1" inflight)" -eq 0 ]
}

# queue_limit DISK NAME: prints a file in the disk's directory queue/ of sysfs
queue_limit() {
	printf '%s\n' "$(<"/sys/class/block/$1/queue/$2")"
}

# --- requests at a device, by tracefs -------------------------------------

TRACEFS=/sys/kernel/tracing
RQ_ISSUE=$TRACEFS/events/block/block_rq_issue

dev_t() {
	local major minor

	IFS=: read -r major minor <"/sys/class/block/$1/dev"
	echo $((major << 20 | minor))
}

# block_trace_start KNAME: starts to record the requests that are issued to this device
block_trace_start() {
	echo 0 >"$RQ_ISSUE/enable"
	echo >"$TRACEFS/trace"
	echo "dev == $(dev_t "$1")" >"$RQ_ISSUE/filter"
	echo 1 >"$RQ_ISSUE/enable"
	echo 1 >"$TRACEFS/tracing_on"
	defer block_trace_off
}

block_trace_off() {
	echo 0 >"$RQ_ISSUE/enable"
	echo 0 >"$RQ_ISSUE/filter"
	echo >"$TRACEFS/trace"
}

# block_trace: prints the recorded requests in order, as lines `RWBS SECTOR SECTORS`
block_trace() {
	sed -n 's/.*block_rq_issue: [0-9,]* \([A-Z]*\) .* \([0-9]*\) + \([0-9]*\) .*/\1 \2 \3/p' \
		"$TRACEFS/trace"
}

# --- memory and tasks ------------------------------------------------------

meminfo_kib() {
	awk -v key="$1:" '$1 == key { print $2 }' /proc/meminfo
}

# slab_kib: drops caches, and then prints the size of the slab memory that cannot be reclaimed
slab_kib() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	meminfo_kib SUnreclaim
}

# task_named PATTERN: returns 0 if there is a task whose name matches the pattern
task_named() {
	local comm name

	for comm in /proc/[0-9]*/task/*/comm; do
		read -r name 2>/dev/null <"$comm" || continue
		# The right side is a pattern, so it is not quoted
		# shellcheck disable=SC2053
		[[ $name != $1 ]] || return 0
	done
	return 1
}
