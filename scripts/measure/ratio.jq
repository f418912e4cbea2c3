# SPDX-License-Identifier: GPL-2.0-only
#
# Computes the geometric mean of the ratios of pairs of measurements, and its 95 % confidence
# interval, by Student's t.
#
# USAGE
#	jq -L scripts/measure 'include "ratio"; [[2, 4], [2, 4.2]] | ratio'
#
#	ratio		of [[BASE, OTHER]...]: { n, ratio, low, high } of OTHER / BASE;
#			no interval (null) for fewer than two pairs
#	trimmed_ratio	the same without the lowest and the highest fifth, for many pairs with
#			outliers (interval: Tukey and McLaughlin, 1963, from the winsorized
#			ratios)
#	apart(CONTROL)	of such a result: true if its interval does not overlap that of
#			CONTROL, which compares a setup with itself
#	reach		of such a result: its interval to either side, in percent
#	interval	of such a result: its interval, as text
#	round(DIGITS)	of a number: rounded to DIGITS decimal digits
#
#	Benches that measure time put rows into cells: { cell, control, rows }. The control
#	compares a setup with itself, beside the rows. A row has a ratio, or is the base.
#
#	settled		of an array of cells, some measured several times: each cell once, from
#			the measurement whose control was closest to 1. `measured` is the number
#			of measurements, and `noisy` is true if the control is not within 2 %.
#	undecided	of settled cells: "FAIL: ..." if no row differs from its control
#	mark		of a settled cell: its remark in a table
#
# REQUIREMENTS
#	jq

# the 0.975 quantile of Student's t; that of the normal distribution if it is close enough
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
