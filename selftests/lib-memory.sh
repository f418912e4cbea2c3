# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Takes memory away, and lets allocations fail, on kernels that can inject failures.
#
# USAGE: . ./lib-memory.sh (after lib.sh)
# REQUIREMENTS: debugfs

FAIL_INJECTORS=(fail_page_alloc failslab)

can_fail_allocations() {
	[ -e "$DEBUGFS/fail_page_alloc" ] && [ -e "$DEBUGFS/failslab" ]
}

# fail_allocations PERCENT: in tasks that have /proc/self/make-it-fail set
fail_allocations() {
	local injector

	can_fail_allocations || return 0
	for injector in "${FAIL_INJECTORS[@]}"; do
		echo 1 >"$DEBUGFS/$injector/task-filter"
		echo -1 >"$DEBUGFS/$injector/times"
		echo 0 >"$DEBUGFS/$injector/verbose"
		echo "$1" >"$DEBUGFS/$injector/probability"
	done
	echo 0 >"$DEBUGFS/fail_page_alloc/min-order"
	echo 1 >"$DEBUGFS/fail_page_alloc/ignore-gfp-wait"
	echo 1 >"$DEBUGFS/failslab/ignore-gfp-wait"
}

# take_most: three quarters of what is free, until the test ends, where the kernel has huge
# pages; to take all of it more than once is slow where pages are cleared when allocated
take_most() {
	local nr=/proc/sys/vm/nr_hugepages key kib _

	[ -e "$nr" ] || return 0
	while read -r key kib _; do
		[ "$key" != MemFree: ] || break
	done </proc/meminfo
	defer sysfs_write 0 "$nr"
	sysfs_write $((kib * 3 / 4 / 2048)) "$nr"
}
