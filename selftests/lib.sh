# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every zcblk test sources this file. Its functions print results in KTAP, check requirements,
# defer cleanup, and check the kernel log. It sources lib-devices.sh, which makes devices, and
# lib-stats.sh, which reads statistics.
#
# USAGE: . ./lib.sh (first line of a test; there is nothing to call at its end)
# REQUIREMENTS: root, bash 5, a kernel with configfs and debugfs

set -euo pipefail
export LC_ALL=C

TEST_NAME=${0##*/}
TEST_NAME=${TEST_NAME%.sh}
ZCBLK_BUILD=${ZCBLK_BUILD:-}
HELPERS=$ZCBLK_BUILD/selftests
ZCBLK=$ZCBLK_BUILD/userspace/zcblk
[ -x "$ZCBLK" ] || ZCBLK=$(command -v zcblk || true)
LONG=${LONG:-0}
TMP=$(mktemp -d "/tmp/$TEST_NAME.XXXXXX")

RESULTS=0
FAILURES=0
SKIP_REASONS=()
DEFERRED=()
DMESG_ALLOWED=()

# --- results ---------------------------------------------------------------

note() {
	printf '# %s\n' "${*//$'\n'/$'\n'# }"
}

pass() {
	RESULTS=$((RESULTS + 1))
	printf 'ok %d %s\n' "$RESULTS" "$1"
}

fail() {
	RESULTS=$((RESULTS + 1))
	FAILURES=$((FAILURES + 1))
	printf 'not ok %d %s\n' "$RESULTS" "$1"
}

# run_captured CMD...: runs CMD in a subshell that stops at the first failing command. `CMD || ...`
# would not stop there, because bash ignores `set -e` in CMD. Sets RC to the status of CMD, and
# writes its output to $TMP/output.
run_captured() {
	set +e
	(
		set -e
		"$@"
	) >"$TMP/output" 2>&1
	RC=$?
	set -e
}

show_output() {
	sed 's/^/# /' "$TMP/output"
}

# check DESC CMD...: passes if CMD succeeds
check() {
	local desc=$1
	shift
	run_captured "$@"
	if [ "$RC" -eq 0 ]; then
		pass "$desc"
	else
		fail "$desc"
		note "status $RC from: $*"
		show_output
	fi
}

# check_fails DESC TEXT CMD...: passes if CMD fails and prints TEXT
check_fails() {
	local desc=$1 text=$2
	shift 2
	run_captured "$@"
	if [ "$RC" -ne 0 ] && [[ $(<"$TMP/output") == *"$text"* ]]; then
		pass "$desc"
	else
		fail "$desc"
		note "status $RC, expected a failure with '$text' from: $*"
		show_output
	fi
}

# check_eq DESC WANT GOT: passes if both strings are equal
check_eq() {
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1"
		note "expected '$2', got '$3'"
	fi
}

# cells: reads a table from stdin, and prints it with | after each cell. A column ends where all
# lines have a blank. The output does not depend on the widths of columns, because these differ
# between releases of libsmartcols.
cells() {
	awk '{
		line[NR] = $0
		for (i = 1; i <= length; i++)
			if (substr($0, i, 1) != " ")
				used[i] = 1
		width = length > width ? length : width
	}
	END {
		for (n = 1; n <= NR; n++) {
			for (i = 1; i <= width + 1; i++) {
				cell = cell (used[i] ? substr(line[n], i, 1) : "")
				if (used[i] || !used[i - 1])
					continue
				gsub(/^ +| +$/, "", cell)
				printf "%s|", cell
				cell = ""
			}
			print ""
		}
	}'
}

# check_table DESC WANT GOT: passes if the cells of both tables are the same
check_table() {
	check_eq "$1" "$(cells <<<"$2")" "$(cells <<<"$3")"
}

# check_near DESC WANT GOT PERCENT: passes if GOT differs from WANT by at most PERCENT %
check_near() {
	local off=$(($3 > $2 ? $3 - $2 : $2 - $3))

	if [ $((off * 100)) -le $(($2 * $4)) ]; then
		pass "$1"
	else
		fail "$1"
		note "expected $2 within $4 %, got $3"
	fi
}

# skip REASON: ends the test as skipped, or as failed if a check has failed. die REASON: ends the
# test as failed.
skip() {
	SKIP_REASONS+=("$1")
	exit 4
}

die() {
	fail "set-up: $1"
	exit 1
}

# --- cleanup ---------------------------------------------------------------

# defer CMD...: registers CMD to run at the end of the test. The last deferred command runs first.
defer() {
	DEFERRED+=("$(printf '%q ' "$@")")
}

run_deferred() {
	local i

	for ((i = ${#DEFERRED[@]} - 1; i >= 0; i--)); do
		run_captured eval "${DEFERRED[i]}"
		[ "$RC" -eq 0 ] && continue
		fail "cleanup: ${DEFERRED[i]}"
		show_output
	done
	DEFERRED=()
}

# stop PID: ends a process that this test started, and waits for it
stop() {
	kill "$1" 2>/dev/null || true
	wait "$1" 2>/dev/null || true
}

# wait_for SECONDS CMD...: repeats CMD until it succeeds, and fails after a time limit. The limit is
# SECONDS * PATIENCE * TIME_SCALE. selftests/run explains both factors.
wait_for() {
	local deadline=$((SECONDS + $1 * ${PATIENCE:-4} * ${TIME_SCALE:-1}))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$deadline" ] || return 1
		sleep 0.05
	done
}

# --- kernel log ------------------------------------------------------------

DMESG_SPLATS='WARNING: |BUG: |kernel BUG at|Oops|general protection fault'
DMESG_SPLATS+='|unable to handle|Call Trace:|INFO: (task|rcu|NMI|trying|possible)'
DMESG_SPLATS+='|possible (recursive|circular)|suspicious RCU|soft lockup'
DMESG_SPLATS+='|LOCKUP|blocked for more than|scheduling while atomic'
DMESG_SPLATS+='|sleeping function called|refcount_t: |list_(add|del) corruption'
DMESG_SPLATS+='|UBSAN|KASAN|KCSAN|KFENCE|kmemleak: [0-9]+ new|[Oo]bjects remaining'
DMESG_SPLATS+='|still has objects|page allocation failure|DEBUG_LOCKS'

# dmesg_mark: writes a mark to the kernel log. dmesg_new and dmesg_has read only lines after the
# mark.
dmesg_mark() {
	DMESG_MARK="zcblk selftest: $TEST_NAME mark $RANDOM$RANDOM"
	echo "$DMESG_MARK" >/dev/kmsg
}

# dmesg_after MARK: prints the lines after the mark, or the whole log if the mark was overwritten
dmesg_after() {
	local log

	log=$(dmesg)
	printf '%s\n' "${log##*"$1"}"
}

dmesg_new() {
	dmesg_after "$DMESG_MARK"
}

dmesg_has() {
	local log

	log=$(dmesg_new)
	[[ $log != *"$1"* ]] || return 0
	printf "no '%s' in:\n%s\n" "$1" "$log"
	return 1
}

# dmesg_allow REGEX: allows warnings that match REGEX, because the test causes them on purpose
dmesg_allow() {
	DMESG_ALLOWED+=("$1")
}

# is_splat LINE: returns 0 if the line is a warning that the test does not allow. Each `return` has
# a status, because without one, `return` in an EXIT trap uses the status from before the trap.
is_splat() {
	local allowed

	[[ $1 =~ $DMESG_SPLATS ]] || return 1
	for allowed in "${DMESG_ALLOWED[@]}"; do
		[[ ! $1 =~ $allowed ]] || return 1
	done
}

check_dmesg() {
	local log line

	log=$(dmesg_after "$DMESG_START")
	while IFS= read -r line; do
		is_splat "$line" || continue
		fail "kernel log is clean"
		note "$log"
		return 1
	done <<<"$log"
}

# --- requirements ----------------------------------------------------------

unmet() {
	SKIP_REASONS+=("$1")
}

require_one() {
	local what=${1%%=*} value=${1#*=}

	case $what in
	program) command -v "$value" >/dev/null || unmet "no program $value" ;;
	module) module_load "$value" || unmet "no kernel module $value" ;;
	feature) zcblk_features >"$TMP/features" || die "zcblk does not load"
		grep -qxF "$value" "$TMP/features" ||
			unmet "zcblk without feature '$value'" ;;
	device) [ "$(scratch_disks | wc -w)" -ge "$value" ] ||
		unmet "fewer than $value scratch disks" ;;
	file) [ -e "$value" ] || unmet "no $value" ;;
	helper) [ -x "$HELPERS/$value" ] || unmet "helper $value is not built" ;;
	tool) [ -n "$ZCBLK" ] || unmet "the tool zcblk is not built" ;;
	long) [ "$LONG" = 1 ] || unmet "runs with LONG=1 only" ;;
	*) die "unknown requirement '$1'" ;;
	esac
}

# requires WHAT...: skips the test unless all requirements are met. require_one lists their kinds.
# `module=NAME` also loads the module, as module_load does.
requires() {
	local one

	for one in "$@"; do
		require_one "$one"
	done
	[ ${#SKIP_REASONS[@]} -eq 0 ] || exit 4
}

# --- begin and end ---------------------------------------------------------

say_where() {
	note "status $1 at ${BASH_SOURCE[1]##*/}:$2: $3"
}

finish() {
	local status=$1 reasons

	trap - ERR
	set +e
	run_deferred
	set +e
	check_dmesg
	rm -rf "$TMP"
	if [ "$status" -eq 4 ] && [ "$FAILURES" -eq 0 ]; then
		printf -v reasons '%s, ' "${SKIP_REASONS[@]}"
		printf '1..0 # SKIP %s\n' "${reasons%, }"
		exit 4
	fi
	[ "$status" -eq 0 ] || [ "$FAILURES" -gt 0 ] ||
		fail "the test ran to its end"
	[ "$RESULTS" -gt 0 ] || fail "the test checked something"
	printf '1..%d\n' "$RESULTS"
	exit $((FAILURES > 0))
}

. ./lib-devices.sh
. ./lib-stats.sh

echo 'KTAP version 1'
trap 'say_where $? $LINENO "$BASH_COMMAND"' ERR
trap 'finish $?' EXIT
trap 'exit 143' TERM INT
echo on >/proc/sys/kernel/printk_devkmsg
dmesg_mark
DMESG_START=$DMESG_MARK
