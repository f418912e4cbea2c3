# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Range locks of zcblk0, on a lower device that can keep requests for as long as a test needs.
#
# USAGE: . ./lib-range.sh (after lib.sh)
# REQUIREMENTS: debugfs; for the gate: null_blk, dmsetup

JOBS=()

# engines: prints all values of range_lock except off and `on`, which is an alias
engines() {
	awk '$1 == "range_lock" && $2 != "off" && $2 != "on" { print $2 }' "$ZCFS/features"
}

range_locks() {
	cat /sys/kernel/debug/zcblk/zcblk0/range_locks
}

# range_has REGEX: a line of range_locks begins with REGEX
range_has() {
	grep -qE "^$1" <<<"$(range_locks)"
}

# range_count REGEX: prints how many lines begin with REGEX
range_count() {
	grep -cE "^$1" <<<"$(range_locks)" || true
}

# range_is N REGEX: N lines begin with REGEX
range_is() {
	[ "$(range_count "$2")" = "$1" ]
}

# range_value NAME
range_value() {
	awk -v name="$1" '$1 == name { print $2 }' <<<"$(range_locks)"
}

# write_at BYTES OFFSET: does one write
write_at() {
	dd if=/dev/zero of=/dev/zcblk0 bs="$1" count=1 seek="$2" oflag=direct,seek_bytes \
		status=none
}

# read_at BYTES OFFSET
read_at() {
	dd if=/dev/zcblk0 of=/dev/null bs="$1" count=1 skip="$2" iflag=direct,skip_bytes \
		status=none
}

# gate_add: makes /dev/mapper/gate, a disk of 64 MiB with a write cache, which keeps all requests
# while it is shut
gate_add() {
	null_add nullb0 memory_backed=1 size=64 cache_size=8
	dm_add gate "0 131072 linear /dev/nullb0 0"
}

gate_shut() {
	defer gate_open	# deferred first: requests that wait there would block the removal
	dmsetup suspend --noflush --nolockfs --noudevsync gate
}

gate_open() {
	dmsetup resume --noudevrules --noudevsync gate
}

# job CMD...: runs CMD in the background
job() {
	"$@" 2>"$TMP/job.${#JOBS[@]}" &
	JOBS+=($!)
}

# check_jobs DESC FAILURES: waits for all jobs; FAILURES of them must fail
check_jobs() {
	local job failed=0

	for job in "${JOBS[@]}"; do
		wait "$job" || failed=$((failed + 1))
	done
	JOBS=()
	check_eq "$1" "$2" "$failed"
}
