#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Checks the report that the profile makes of two handwritten tables of opreport. Also checks the
# waits for locks that it finds in a handwritten output of perf script.

. ./lib.sh

requires program=jq program=column

# opreport OUTPUT: makes a table of opreport from lines "SAMPLES IMAGE SYMBOL"
opreport() {
	{
		echo "CPU: Core 2, speed 2.534e+06 MHz (estimated)"
		echo "samples  %        image name               symbol name"
		while read -r samples image symbol; do
			printf '%-8s 9.9999  %-24s %s\n' "$samples" "$image" "$symbol"
		done
	} >"$1"
}

# leg NAME IOPS COPIED ENGINE: makes the records of I/Os, statistics and range locks of a leg, which
# is one run of the load. COPIED is in bytes.
leg() {
	echo "100.5 102.5 $(($2 * 2))" >"$TMP/$1.ios"
	printf 'copied zerocopy 0\ncopied copy %s\n' "$3" >"$TMP/$1.stats"
	printf 'engine %s\ntaken 1000\nlongest_ns 5\n' "$4" >"$TMP/$1.range_locks"
}

report() {
	../scripts/perf/report -n 1000 "$TMP"
}

json() {
	jq -r "$1" "$TMP/report.json"
}

echo "range_lock=list path=copy" >"$TMP/A.settings"
echo "range_lock=slot path=zerocopy" >"$TMP/B.settings"
echo "CPU_CLK_UNHALTED" >"$TMP/event"
echo 6.1.0 >"$TMP/release"
opreport "$TMP/A.1.symbols" <<-END
	418 zcblk.ko zcblk_bounce_fill
	206 zcblk.ko zcblk_list_count
	64 zcblk.ko zcblk_list_conflicts
	63 vmlinux _raw_spin_lock_irqsave
	249 fio (no symbols)
END
opreport "$TMP/B.1.symbols" <<-END
	5 /zcblk zcblk_range_lock
	995 vmlinux-6.1.0 __schedule
END
leg A.1 1000 4096 list
leg B.1 4000 0 slot

check "the report is made" report
note "$(<"$TMP/output")"
check_eq "samples are counted" "1000 1000" "$(json '"\(.A.samples) \(.B.samples)"')"
check_eq "zcblk's range lock is the hottest of A, with its share" "zcblk's range lock 27" \
	"$(json '.A.locks[0] | "\(.lock) \(.share)"')"
check_eq "B has little of it" 0.5 "$(json .B.range_lock)"
check_eq "copying is counted" "41.8 0" "$(json '"\(.A.copying) \(.B.copying)"')"
check_eq "the verdict has four times the IOPS" 1 "$(grep -c '4 times as many' "$TMP/output")"

opreport "$TMP/B.1.symbols" <<<"1000 zcblk.ko (no symbols)"
check_fails "functions without a name are an error" "without a name" report
opreport "$TMP/B.1.symbols" <<<"1000 vmlinux __schedule"
check_fails "a load that does not reach zcblk is an error" "does the load use" report
opreport "$TMP/B.1.symbols" <<<"999 zcblk.ko zcblk_range_lock"
check_fails "too few samples are an error" "--samples" report

# The output of perf script has two tasks that wait. While the first task waits for a spinlock on
# CPU 0, an interrupt waits, too. The second task waits for a mutex, and moves to another CPU. A
# wait for a spinlock has a probe and a tracepoint, but counts once.
cat >"$TMP/script" <<-'END'
	fio 21 [000] 100.000001000: zcblk_profile:wait_1: (ffffffff81000001)
	    ffffffff81000001 native_queued_spin_lock_slowpath ([kernel.kallsyms])
	    ffffffff81000002 _raw_spin_lock ([kernel.kallsyms])
	    ffffffffc0000003 zcblk_list_lock ([zcblk])

	fio 21 [000] 100.000001100: lock:contention_begin: 0xffff0 (flags=SPIN)
	    ffffffff81000001 native_queued_spin_lock_slowpath ([kernel.kallsyms])

	fio 21 [000] 100.000002000: zcblk_profile:wait_1: (ffffffff81000001)
	    ffffffff81000001 native_queued_spin_lock_slowpath ([kernel.kallsyms])
	    ffffffff81000004 _raw_spin_lock_irqsave ([kernel.kallsyms])
	    ffffffff81000005 complete ([kernel.kallsyms])

	fio 21 [000] 100.000002500: zcblk_profile:got_1: (ffffffff81000001)
	    ffffffff81000004 _raw_spin_lock_irqsave ([kernel.kallsyms])

	two words 22 [001] 100.000002600: lock:contention_begin: 0xffff1 (flags=MUTEX)
	    ffffffff81000006 __traceiter_contention_begin ([kernel.kallsyms])
	    ffffffff81000007 mutex_lock ([kernel.kallsyms])
	    ffffffff81000008 blkdev_get_by_dev ([kernel.kallsyms])

	fio 21 [000] 100.000003000: zcblk_profile:got_1: (ffffffff81000001)
	    ffffffff81000002 _raw_spin_lock ([kernel.kallsyms])

	fio 21 [000] 100.000003100: lock:contention_end: 0xffff0 (ret=0)
	    ffffffff81000001 native_queued_spin_lock_slowpath ([kernel.kallsyms])

	two words 22 [000] 101.000002600: lock:contention_end: 0xffff1 (ret=0)
	    ffffffff81000007 mutex_lock ([kernel.kallsyms])
END
check_eq "waits are paired, timed, and charged to the function that acquired the lock" \
	"mutex 1 1000000000 blkdev_get_by_dev; spinlock 1 2000 zcblk_list_lock; spinlock 1 500 complete" \
	"$(../scripts/perf/waits <"$TMP/script" | ../scripts/perf/fold |
		jq -rRs -L ../scripts/perf 'include "report"; waits
			| map("\(.lock) \(.waits) \(.total_ns) \(.taker)") | join("; ")')"
