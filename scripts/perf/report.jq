# SPDX-License-Identifier: GPL-2.0-only
#
# Evaluates counted stacks: makes a table of functions, and finds the hottest lock.
#
# USAGE
#	jq -L scripts/perf 'include "report"; ...'
#
#	profile		converts the lines of scripts/perf/fold, as one text, to an object
#			{ samples, table, locks, unresolved, range_lock, copying }
#	waits		converts the output of `scripts/perf/waits | scripts/perf/fold`, as one
#			text, to an array. An element has the number and the time of the waits
#			for one kind of lock in one function.
#	words		prints sentences about the hottest lock of a profile
#	side_by_side(N)	prints N lines of the tables of two profiles, with columns separated by
#			tabs
#	waits_table(N)	prints N lines of `waits`, with columns separated by tabs
#	verdict		prints the verdict of the whole report
#
# A sample belongs to a lock if its innermost function locks or unlocks, or if this function is part
# of zcblk's range locks. A lock of the kernel has no name, so this file names the lock after the
# function that acquires it. All range locks of zcblk count as one lock.
#
# REQUIREMENTS
#	jq

include "ratio" { search: "../measure" };

# Returns { samples, frames } for each line. frames is [innermost function, its caller, ...].
def stacks:
	rtrimstr("\n") / "\n" | map(
		rindex(" ") as $at
		| { samples: (.[$at + 1:] | tonumber),
		    frames: (.[:$at] / ";" | .[1:] | reverse) }
		| select(.frames != []));

def takes_locks:
	test("^kernel`(_raw_(spin|read|write)_|(native_|__pv_)?queued_(spin|read|write)_" +
		"|do_raw_|osq_(lock|unlock)|mutex_|__mutex_|ww_mutex_|__ww_mutex_|rwsem_|" +
		"(__)?(down|up)_|(__)?percpu_(down|up)_|rt_(spin|mutex|read|write)_|__lock_text)");

def range_lock:
	test("^zcblk`zcblk_(ranges?|list|tree|interval|node|slots?|chain|link)_");

def copies:
	test("^zcblk`zcblk_bounce_");

def symbol:
	.[index("`") + 1:];

# Returns what the innermost function does with the lock, as text. With the event cpu-clock, a timer
# interrupt records the samples. This interrupt is delayed while interrupts are off. So samples of
# code with interrupts off appear in the function that enables interrupts again.
def doing:
	if test("unlock_irq") then "releasing it, or before that with interrupts off"
	elif test("unlock|`_*up_") then "releasing it"
	elif takes_locks then "waiting for it"
	else "holding it" end;

# Returns the text that names a stack in the table: its innermost function. If this function is a
# lock function of the kernel, the text also has the caller that uses the lock.
def entry:
	. as $frames
	| if .[0] | takes_locks then
		([.[0]] + [first(.[] | select(takes_locks | not) | symbol)] | join(" < "))
	  else .[0] end;

# Returns { lock, taker, caller, doing } for a stack that belongs to a lock, and nothing for other
# stacks. taker is the innermost function other than the kernel's lock functions. caller is the
# function that called taker, or that called zcblk's range lock if taker belongs to it.
def charge:
	.frames as $frames
	| first(range($frames | length) | select($frames[.] | takes_locks | not)) as $at
	| $frames[$at] as $taker
	| ($taker | range_lock) as $ours
	| select($at > 0 or $ours)
	| { lock: (if $ours then "zcblk's range lock" else $taker | symbol end),
	    taker: ($taker | symbol),
	    caller: (first($frames[$at + 1:][] | select($ours and range_lock | not) | symbol)
		// null),
	    doing: ($frames[0] | doing) };

def share(total):
	if total == 0 then 0 else 100 * . / total end;

# Returns { name, samples, share } for each value of key, with the most samples first
def ranked(key; total):
	group_by(key)
	| map({ name: (.[0] | key), samples: (map(.samples) | add) }
		| .share = (.samples | share(total)))
	| sort_by(-.samples);

def lock(total):
	{ lock: .[0].lock, samples: (map(.samples) | add) }
	+ { share: (map(.samples) | add | share(total)),
	    takers: ranked(.taker; total),
	    callers: (map(select(.caller)) | ranked(.caller; total)),
	    doing: ranked(.doing; total),
	    stack: (max_by(.samples).frames) };

def profile:
	stacks as $stacks
	| ($stacks | map(.samples) | add // 0) as $total
	| { samples: $total,
	    table: ($stacks | ranked(.frames | entry; $total)
		| map((.name / "`") as [$image, $symbol]
			| { samples, share, image: $image, symbol: $symbol })),
	    locks: ($stacks | map(. + charge) | group_by(.lock) | map(lock($total))
		| sort_by(-.samples)),
	    unresolved: ($stacks | map(select((.frames[0] | test("^kernel`.unknown.")) or
			(.frames | any(test("^zcblk`.unknown.")))) | .samples) | add // 0),
	    copying: ($stacks | map(select(.frames | any(copies)) | .samples) | add // 0
		| share($total)) }
	| .range_lock = (first(.locks[] | select(.lock == "zcblk's range lock") | .share) // 0);

def waits:
	rtrimstr("\n") / "\n" | map(select(. != "")
		| rindex(" ") as $at
		| (.[:$at] / ";") as $line
		| ($line[0] | capture("^(?<lock>.*)_(?<ns>[0-9]+)$"))
			+ { n: (.[$at + 1:] | tonumber),
			    frames: ($line[1:] | reverse | map(select(test("`__traceiter_") | not))) }
		| .ns |= tonumber
		| .taker = ([.frames[] | select(takes_locks | not) | symbol][:3] | join(" < ")))
	| group_by([.lock, .taker])
	| map({ lock: .[0].lock, taker: .[0].taker, waits: (map(.n) | add),
		total_ns: (map(.n * .ns) | add), longest_ns: (map(.ns) | max) })
	| sort_by(-.total_ns);

def percent:
	"\(round(1)) %";

def listed:
	map(select(.share >= 0.1)) | .[:4] | map("\(.name): \(.share | percent)") | join(", ");

def words:
	if .locks == [] then "no sample is in a lock"
	else .locks[0]
		| "the hottest lock is \(if .lock | test(" ") then .lock else "that of " + .lock end)" +
			": \(.share | percent) of the samples",
		  "  taken in \(.takers | listed)",
		  (.callers | select(. != []) | "  called by \(listed)"),
		  "  \(.doing | listed)",
		  (.stack | select(length > 1) | "  mostly as \(.[:8] | map(symbol) | join(" < "))")
	end;

def row:
	if . then [.samples, (.share | percent), .image, .symbol] else ["", "", "", ""] end;

def side_by_side(n):
	. as [$a, $b]
	| ["samples", "%", "image", "symbol", "|", "samples", "%", "image", "symbol"],
	  (range([n, ([$a, $b | .table | length] | max)] | min) | ($a.table[.] | row) + ["|"] + ($b.table[.] | row))
	| @tsv;

def waits_table(n):
	["waits", "total ms", "mean us", "longest us", "lock", "taken in"],
	(.[:n][] | [.waits, (.total_ns / 1e6 | round(1)), (.total_ns / .waits / 1e3 | round(1)),
		(.longest_ns / 1e3 | round(1)), .lock, .taker])
	| @tsv;

# Prints the verdict: the hottest lock in A and in B, and then the range locks, copying and IOPS
def verdict:
	(("A", "B") as $name | "\($name): \([.[$name] | words] | join("\n"))"),
	([.A, .B]
	 | "range locks: \(.[0].range_lock | round(2)) % of the samples in A, \(.[1].range_lock | round(2)) % in B",
	   "copying: \(.[0].copying | percent) in A, \(.[1].copying | percent) in B",
	   "IOPS: \(map(.iops | add / length | round) | "\(.[0]) in A, \(.[1]) in B"), " +
		(map(.iops) | transpose | ratio | "\(.ratio | round(2)) times as many" +
		 if .low then ", 95 % interval \(.low | round(2)) .. \(.high | round(2))" else "" end));
