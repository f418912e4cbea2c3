# SPDX-License-Identifier: GPL-2.0-only
#
# Converts report.json to the data that report.gp draws, and to the text of report.html.
#
# USAGE
#	jq -L scripts/measure 'include "report"; ...'
#
#	figure(NAME)	prints the data file of the figure NAME. Two empty lines separate the
#			blocks of the file. Each block is a panel or a curve of the figure.
#	texts		returns an object with the text for each @name@ in report.html
#
# REQUIREMENTS
#	jq

include "ratio";

def size_text:
	if . < 1024 then "\(.) B" elif . < 1048576 then "\(. / 1024) KiB"
	else "\(. / 1048576) MiB" end;

# Returns an array of panels. A panel has the cells of one device and buffer, sorted by size.
def panels:
	.times | sort_by(.size) | group_by([.device, .buffer]);

def engine(name):
	.rows[] | select(.engine == name);

# Returns the crossover of a panel, the size above which mapping is faster than a copy. The
# crossover is interpolated between two measured sizes, on a logarithmic scale. Returns null if
# mapping is faster at each size, or if a copy is.
def crossover:
	[.[] | { size, ratio: (engine("copy").ratio) }] as $at
	| [range(1; $at | length) | $at[. - 1:. + 1]
		| select(.[0].ratio < 1 and .[1].ratio >= 1)
		| (.[0].size | log) + ((.[1].size / .[0].size) | log)
			* (.[0].ratio | log) / ((.[0].ratio / .[1].ratio) | log) | exp] | last;

def verdict:
	map(engine("copy").ratio) as $ratios
	| crossover as $crossover
	| if $crossover then "Crossover: \($crossover | round(0)) B"
	  elif $ratios[-1] < 1 then "No crossover: a copy is faster at each size"
	  else "No crossover: mapping is faster at each size" end;

def title:
	"\(.[0].device), \(.[0].buffer)";

def block(lines):
	[lines | map(tostring) | join(" ")] | join("\n") + "\n\n";

# Returns the functions and their counts in both setups, sorted by the difference of the counts,
# with the largest difference first
def functions:
	.functions
	| .counts as $new | .base_counts as $old
	| [($new + $old | keys[]) | { name: ., new: ($new[.] // 0), old: ($old[.] // 0) }]
	| sort_by(-(.new - .old | fabs));

def shown: 24;

def cases: ["held", "hot", "readers", "readers-behind"];

def controls:
	(.times | sort_by(.device, .buffer, .size)
		| .[] | .name = "\(.device) \(.buffer) \(.size | size_text)"),
	(.smp[] | .name = "two CPUs, \(.cell)");

# Returns a string in quotes that gnuplot can read
def quoted: tojson;

def figure(name):
	if name == "times" then
		panels[] | block(.[] | [.size, (engine("map", "registered", "copy") | .ns)])
	elif name == "throughput" then
		panels[] | select(.[0].device | startswith("ram"))
		| block(.[] | [.size, (engine("map", "registered", "copy") | .mbps)])
	elif name == "functions" then
		block(functions[:shown] | sort_by(.new - .old)[] | [(.name | quoted), .old, .new])
	elif name == "inflight" then
		.locks as $locks | cases[] as $case
		| block($locks | map(select(.case == $case)) | group_by(.n)[] | . as $rows
			| [.[0].n, (("slot", "tree", "list") as $engine
				| [$rows[] | select(.engine == $engine).count][0] // "?")])
	elif name == "smp" then
		.smp as $cells | ("off", "slot", "tree", "list") as $engine
		| block($cells | sort_by(.cell) | .[]
			| [(.cell | quoted), (engine($engine) | .ns, (.ratio // 1), (.low // 1), (.high // 1)),
			   .control.low, .control.high])
	elif name == "controls" then
		block(controls | [(.name | quoted), .control.low, .control.high,
			(if .noisy then 1 else 0 end)])
	else
		[panels[]] as $panels
		| "array titles[\($panels | length)] = [\($panels | map(title | quoted) | join(", "))]",
		  "array crossovers[\($panels | length)] = [\($panels | map(crossover // 0) | join(", "))]",
		  "array verdicts[\($panels | length)] = [\($panels | map(verdict | quoted) | join(", "))]",
		  "array cases[4] = [\(cases | map(quoted) | join(", "))]",
		  "setup = \(.functions.setup | quoted)", "base = \(.functions.base | quoted)"
	end;

def html:
	tostring | @html;

def row_line(cell; what):
	"<tr\(if cell.noisy then " class=noisy" else "" end)>"
	+ ([what, .engine, (.ns | round(0)), (.ratio // 1 | round(3)),
		(if .low then interval else "" end),
		(cell.control | "\(.low | round(4)) .. \(.high | round(4))"), cell.measured,
		(if cell.noisy then "noisy" else "" end)]
		| map("<td>\(html)</td>") | add) + "</tr>";

def times_text:
	[panels[] | . as $cells
		| [$cells[0, -1] | "\(engine("copy").ratio | round(2)) times as long for \(.size | size_text)"]
		| "<li><b>\($cells | title | html)</b>: a copy lasts \(join(", ")). \($cells | verdict | html)."]
	| join("\n");

def texts:
	. as $all
	| ([controls | .rows | length - 1] | add) as $rows
	| ([controls | select(.noisy) | .rows | length - 1] | add // 0) as $noisy
	| functions as $functions
	| {
		uml_machine: (.machines.uml | html), smp_machine: (.machines.smp | html),
		icount_machine: (.machines.icount | html),
		times_text: times_text,
		setup: .functions.setup, base: .functions.base,
		setup_sum: ($functions | map(.new) | add | tostring),
		base_sum: ($functions | map(.old) | add | tostring),
		setup_rest: ($functions[shown:] | map(.new) | add // 0 | tostring),
		base_rest: ($functions[shown:] | map(.old) | add // 0 | tostring),
		noise: "\($noisy) of \($rows) rows are noisy",
		rows: ([controls | . as $cell | .rows[] | row_line($cell; $cell.name)] | join("\n"))
	};
