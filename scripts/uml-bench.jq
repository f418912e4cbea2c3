# SPDX-License-Identifier: GPL-2.0-only
#
# The table of scripts/uml-bench, from the turns that were timed.
#
# USAGE
#	jq -L scripts -nRr 'include "uml-bench"; [inputs] | table'	lines "DEVICE BUFFER
#		BYTES WAY PS" (ps of one write), those of a turn of each following each other
#
# REQUIREMENTS
#	jq

include "ratio";

def digits(n): pow(10; n) as $p | . * $p | round / $p | tostring;

def mean: (map(log) | add / length | exp);

def lines:
	map(split(" ") | { cell: (.[:2] + [.[2] | tonumber]), way: .[3], ns: (.[4] | tonumber / 1000) });

# { map, copy, again } of each turn of a cell
def turns:
	[range(0; length; 3) as $i | .[$i:$i + 3] | map({ (.way): .ns }) | add];

def interval: "\(.ratio | digits(3)) [\(.low | digits(3)), \(.high | digits(3))]";

def row:
	.[0].cell as $cell | $cell[2] as $bytes
	| turns as $turns
	| ($turns | map([.map, .copy]) | ratio) as $copy
	| ($turns | map([.map, .again]) | ratio) as $control
	| ($turns | map(.map) | mean) as $map_ns
	| ($turns | map(.copy) | mean) as $copy_ns
	| ($cell + [($map_ns | digits(0)), ($bytes / $map_ns | digits(2)),
		($copy_ns | digits(0)), ($bytes / $copy_ns | digits(2)),
		($copy | interval), ($control | interval)] | @tsv),
	if $control.low < 0.98 or $control.high > 1.02 then
		"FAIL: \($cell | map(tostring) | join(" ")): the control is not within 2 %"
	else empty end;

def table:
	(["device", "buffer", "bytes", "map ns", "GB/s", "copy ns", "GB/s",
		"copy / map [95 %]", "again / map [95 %]"] | @tsv),
	(lines | group_by(.cell)[] | row);
