# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Occupies memory, makes allocations fail on kernels that can inject failures, and traces
# allocations.
#
# USAGE: . ./lib-memory.sh (after lib.sh)
# REQUIREMENTS: debugfs

FAIL_INJECTORS=(fail_page_alloc failslab)

can_fail_allocations() {
	[ -e "$DEBUGFS/fail_page_alloc" ] && [ -e "$DEBUGFS/failslab" ]
}

# fail_allocations PERCENT: makes allocations fail in tasks that have set /proc/self/make-it-fail.
# PERCENT % of their allocations without __GFP_DIRECT_RECLAIM fail. Does nothing on kernels that
# cannot inject failures.
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
	echo 1 >"$DEBUGFS/fail_page_alloc/ignore-gfp-highmem"
	echo 1 >"$DEBUGFS/fail_page_alloc/ignore-gfp-wait"
	echo 1 >"$DEBUGFS/failslab/ignore-gfp-wait"
}

# fail_waiting_allocations: extends fail_allocations to allocations with __GFP_DIRECT_RECLAIM. If
# all of them fail, a process does not survive a page fault, so that is only for kernel threads.
fail_waiting_allocations() {
	local injector

	for injector in "${FAIL_INJECTORS[@]}"; do
		echo 0 >"$DEBUGFS/$injector/ignore-gfp-wait"
	done
}

# take_most: occupies three quarters of the free memory with huge pages until the test ends. A test
# that repeatedly occupies all memory is then faster on kernels that clear allocated pages.
take_most() {
	local nr=/proc/sys/vm/nr_hugepages key kib _

	[ -e "$nr" ] || return 0
	while read -r key kib _; do
		[ "$key" != MemFree: ] || break
	done </proc/meminfo
	defer sysfs_write 0 "$nr"
	sysfs_write $((kib * 3 / 4 / 2048)) "$nr"
}

# shellcheck disable=SC2034 # the tests use both
KMEM_EVENTS=(kmem/kmalloc kmem/kmem_cache_alloc kmem/mm_page_alloc)
# shellcheck disable=SC2034
KMEM_PATTERN=': (kmalloc|kmem_cache_alloc|mm_page_alloc): '
# Allocations by kmemleak itself, which allocates an object for each allocation of the kernel
KMEMLEAK='call_site=(mem_pool_alloc|_*create_object)'

# trace_events VALUE EVENT...: enables the events if VALUE is 1, and disables them if it is 0
trace_events() {
	local event

	for event in "${@:2}"; do
		sysfs_write "$1" "$TRACEFS/events/$event/enable"
	done
}

# events_more PATTERN SLACK FEW MANY: counts the events that match PATTERN in the traces in the
# files FEW and MANY. Prints how many more there are in MANY, and lists the difference of each call
# site in $TMP/sites. Interrupts and other work cause a few events in only one trace. So the printed
# sum omits call sites with a difference of up to SLACK.
events_more() {
	awk -v pattern="$1" -v without="$KMEMLEAK" -v slack="$2" -v few="$3" '
		$0 !~ pattern || $0 ~ without { next }
		{
			match($0, /: [a-z_]+: /)
			site = substr($0, RSTART + 2, RLENGTH - 4)
			if (match($0, /(call_site|function|order)=[^ ]+/))
				site = site " " substr($0, RSTART, RLENGTH)
			n[site] += FILENAME == few ? -1 : 1
		}
		END {
			for (site in n) {
				print n[site], site >sites
				if (n[site] < -slack || n[site] > slack)
					sum += n[site]
			}
			print sum + 0
		}' sites="$TMP/sites" "$3" "$4"
}
