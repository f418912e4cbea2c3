# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Does I/O on zcblk0, and reads the state of its range locks. If the lower device is `gate`, a test
# can keep requests in flight, because this device completes no request between gate_shut and
# gate_open.
#
# USAGE: . ./lib-range.sh (after lib.sh)
# REQUIREMENTS: debugfs; for the gate: null_blk, dmsetup

JOBS=()

# engines: prints all values of range_lock that are engines. `off` is no engine, and `on` an alias.
engines() {
	awk '$1 == "range_lock" && $2 != "off" && $2 != "on" { print $2 }' "$ZCFS/features"
}

range_locks() {
	cat /sys/kernel/debug/zcblk/zcblk0/range_locks
}

# range_has REGEX: returns 0 if a line of the file range_locks begins with REGEX
range_has() {
	grep -qE "^$1" <<<"$(range_locks)"
}

# range_count REGEX: prints how many lines of the file range_locks begin with REGEX
range_count() {
	grep -cE "^$1" <<<"$(range_locks)" || true
}

# range_is N REGEX: returns 0 if exactly N lines of the file range_locks begin with REGEX
range_is() {
	[ "$(range_count "$2")" = "$1" ]
}

# range_value NAME: prints the value of NAME in the file range_locks
range_value() {
	awk -v name="$1" '$1 == name { print $2 }' <<<"$(range_locks)"
}

# write_at BYTES OFFSET: does one write to zcblk0
write_at() {
	dd if=/dev/zero of=/dev/zcblk0 bs="$1" count=1 seek="$2" oflag=direct,seek_bytes \
		status=none
}

# read_at BYTES OFFSET: does one read from zcblk0
read_at() {
	dd if=/dev/zcblk0 of=/dev/null bs="$1" count=1 skip="$2" iflag=direct,skip_bytes \
		status=none
}

# gate_add: makes /dev/mapper/gate, a disk of 64 MiB with a write cache. Between gate_shut and
# gate_open, the disk completes no request.
gate_add() {
	null_add nullb0 memory_backed=1 size=64 cache_size=8
	dm_add gate "0 131072 linear /dev/nullb0 0"
}

# gate_shut: makes the gate complete no request until gate_open. Defers gate_open, because a request
# that waits at the end of the test would block the removal of the gate.
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

# check_jobs DESC FAILURES: waits for all jobs, and checks that exactly FAILURES of them failed
check_jobs() {
	local job failed=0

	for job in "${JOBS[@]}"; do
		wait "$job" || failed=$((failed + 1))
	done
	JOBS=()
	check_eq "$1" "$2" "$failed"
}
