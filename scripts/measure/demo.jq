# SPDX-License-Identifier: GPL-2.0-only
#
# Converts the results of guest-demo to the rows of the report. A leg is one job of fio. A row
# combines all legs with the same device, block size, operation and path.
#
# USAGE
#	jq -L scripts/measure 'include "demo"; ...'
#
#	counts		converts the text of a file N.counts to an object with a key for each path
#	leg(CELL; COUNTS)	converts a job of fio to a leg. The leg has the fields of CELL:
#			cell (a number to sort by), device, op and bs. The result is empty for
#			a job that only warms up.
#	rows		converts an array of legs to an array of rows
#	table		prints an array of rows as lines of text with columns separated by tabs
#	bars		prints an array of rows as lines of numbers for demo.gp
#
# REQUIREMENTS
#	jq

include "ratio";

# Converts lines "PATH BYTES BYTES_COPIED" to { PATH: [BYTES, BYTES_COPIED], ... }
def counts:
	rtrimstr("\n") / "\n" | map(. / " " | { (.[0]): (.[1:] | map(tonumber)) }) | add;

# Returns the leg of a job of fio. The name of the job is ROUND-HALF-PATH. Jobs of round 0 only warm
# up, so their result is empty. The paths raw and dm-linear have no zcblk disk, so their byte counts
# are null.
def leg(cell; counts):
	(.jobname | capture("^(?<round>[0-9]+)-(?<half>[12])-(?<path>.*)$")) as
		{ $round, $half, $path }
	| .[cell.op] as $io
	| select($round != "0")
	| cell + { $path, pair: "\($round)-\($half)", ios: $io.total_ios,
		bytes: $io.io_bytes, seconds: ($io.runtime / 1000),
		cpu_seconds: ((.usr_cpu + .sys_cpu) / 100 * .job_runtime / 1000),
		bytes_moved: counts[$path][0], bytes_copied: counts[$path][1] };

# Returns the ratio of the time of one I/O in the input legs to that in the legs of base. Each leg
# is paired with the leg of base that has the same round and half.
def ratio_to(base):
	(base | map({ (.pair): (.seconds / .ios) }) | add) as $at
	| map([$at[.pair], .seconds / .ios]) | ratio;

def row:
	(map(.bytes) | add) as $bytes | (map(.seconds) | add) as $seconds
	| (.[0] | { cell, device, op, bs, path, bytes_moved, bytes_copied }) + {
		iops: ((map(.ios) | add) / $seconds),
		mb_per_s: ($bytes / $seconds / 1e6),
		cpu_s_per_gib: ((map(.cpu_seconds) | add) / $bytes * 1073741824) };

# Returns the rows of an array of legs. The path "again" is the control, another disk with zerocopy.
def rows:
	group_by(.cell)
	| map(map(select(.path == "zerocopy")) as $base
		| map(select(.path == "again")) as $again
		| ($again | ratio_to($base)) as $control
		| group_by(.path)
		| map(row + if .[0].path == "zerocopy" then {} else
			ratio_to($base) as $time
			| { time: $time, told_apart: ($time | apart($control)) }
		  end)
		| sort_by({ raw: 0, "dm-linear": 1, zerocopy: 2, again: 3, copy: 4, ab: 5 }[.path]))
	| add;

def fixed(digits):
	pow(10; digits) as $p | . * $p | round | tostring
	| (digits + 1 - length) as $missing
	| if $missing > 0 then "0" * $missing + . else . end
	| if digits > 0 then .[:-digits] + "." + .[-digits:] else . end;

def table:
	["device", "op", "bs", "path", "IOPS", "MB/s", "CPU s/GiB", "MiB moved", "MiB copied",
	 "time/zerocopy", "95 % interval", ""],
	(.[] | [.device, .op, .bs, .path, (.iops | fixed(0)), (.mb_per_s | fixed(1)),
		(.cpu_s_per_gib | fixed(2)),
		((.bytes_moved, .bytes_copied)
			| if . then . / 1048576 | fixed(1) else "" end)]
		+ if .time then
			[(.time.ratio | fixed(2)),
			 (.time.low | fixed(2)) + " .. " + (.time.high | fixed(2)),
			 if .path == "again" then "control"
			 elif .told_apart then "" else "same?" end]
		  else ["1", "", ""] end)
	| join("\t");

# Prints a block of lines for each device. A line has "OP BS", and then the ratio and its interval
# (low, high) for the paths again, copy and ab.
def bars:
	group_by(.device)[]
	| (group_by(.cell)[]
		| [(.[0] | "\(.op) \(.bs)" | tojson),
		   ((map({ (.path): .time }) | add)[("again", "copy", "ab")]
			| .ratio, .low // .ratio, .high // .ratio | tostring)]
		| join(" ")),
	"", "";
