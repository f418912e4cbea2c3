# SPDX-License-Identifier: GPL-2.0-only
#
# Computes the geometric mean of the ratios of pairs of measurements, and its 95 % confidence
# interval, by Student's t.
#
# USAGE
#	jq -L scripts/measure 'include "ratio"; [[2, 4], [2, 4.2]] | ratio'
#
#	ratio		returns { n, ratio, low, high } of OTHER / BASE for an array
#			[[BASE, OTHER]...]. low and high are null for fewer than two pairs.
#	trimmed_ratio	returns the same, but ignores the lowest and the highest fifth of the
#			ratios. Use it for many pairs with outliers. The interval is that of Tukey
#			and McLaughlin (1963), from the winsorized ratios.
#	apart(CONTROL)	returns true if the interval of a result does not overlap that of CONTROL,
#			which is the result of comparing a setup with itself
#	reach		returns half the width of a result's interval, in percent
#	interval	returns the interval of a result as text
#	round(DIGITS)	rounds a number to DIGITS decimal digits
#
#	Benches that measure time combine rows into cells: { cell, control, rows }. The control
#	of a cell compares a setup with itself. One row of a cell is the base, and each other
#	row has a ratio to the base.
#
#	settled		returns each cell of an array once. If a cell was measured several
#			times, settled returns the measurement whose control is closest to 1.
#			settled adds two fields to a cell: `measured` is the number of
#			measurements, and `noisy` is true if the control is not within 2 % of 1.
#	undecided	prints "FAIL: ..." if no row of the settled cells differs from its control
#	mark		returns the remark that a table shows beside a settled cell
#
# REQUIREMENTS
#	jq

# Returns the 0.975 quantile of Student's t, or 2.0 for more than 20 degrees of freedom
def student(degrees):
	[12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
	 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086]
	[degrees - 1] // 2.0;

def ratio:
	map(.[1] / .[0] | log)
	| length as $n
	| (add / $n) as $mean
	| { n: $n, ratio: ($mean | exp), low: null, high: null }
	+ if $n < 2 then {} else
		(((map(. - $mean | . * .) | add) / ($n - 1) / $n | sqrt) * student($n - 1))
			as $reach
		| { low: ($mean - $reach | exp), high: ($mean + $reach | exp) }
	end;

def trimmed_ratio:
	map(.[1] / .[0] | log) | sort
	| length as $n
	| ($n / 5 | floor) as $cut
	| .[$cut:$n - $cut] as $kept
	| (map([[., $kept[0]] | max, $kept[-1]] | min)) as $drawn
	| ($drawn | add / $n) as $mean
	| ($kept | add / length) as $trimmed
	| ((($drawn | map(. - $mean | . * .) | add) / ($n - 1) | sqrt) / 0.6 / ($n | sqrt)
		* student($kept | length - 1)) as $reach
	| { n: $n, ratio: ($trimmed | exp), low: ($trimmed - $reach | exp),
	    high: ($trimmed + $reach | exp) };

def apart(control):
	.low != null and control.low != null and
	(.low > control.high or .high < control.low);

def reach:
	if .low then (.high / .low | sqrt - 1) * 100 else infinite end;

def round(digits):
	pow(10; digits) as $p | . * $p | round / $p;

def interval:
	"\(.low // 0 | round(4)) .. \(.high // 0 | round(4))";

def off:
	[.low, .high | . - 1 | fabs] | max;

def settled:
	group_by(.cell) | map(length as $measured | min_by(.control | off)
		| . + { measured: $measured, noisy: (.control | off > 0.02) });

def undecided:
	select(any(.[]; .control as $control | any(.rows[]; .ratio and apart($control))) | not)
	| "FAIL: too noisy: no row can be told apart from its control";

def mark:
	if .noisy then "noisy: control \(.control | interval)" else "" end;
