#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Checks the arithmetic of ratio.jq: the geometric mean of ratios, its confidence interval, and
# whether an interval differs from that of a control. The expected values are computed by hand.

. ./lib.sh

requires program=jq

# calculate EXPRESSION: prints the value of a jq expression that uses the functions of ratio.jq
calculate()
{
	jq -nr -L ../scripts/measure "include \"ratio\"; $1"
}

# digits EXPRESSION: prints the value of a jq expression, rounded to four decimal places
digits()
{
	calculate "$1 | . * 1e4 | round / 1e4"
}

check_eq "equal ratios are their own mean, with no spread" "3 2 2 2" \
	"$(calculate '[[1, 2], [2, 4], [3, 6]] | ratio |
		[.n, .ratio, .low, .high | . * 1e9 | round / 1e9] | .[0] |= round | join(" ")')"
check_eq "the mean is geometric" 1 "$(digits '[[1, 4], [4, 1]] | ratio.ratio')"
check_eq "the ratio is the second to the first" 0.25 "$(digits '[[4, 1]] | ratio.ratio')"
# The logarithms of the ratios are 0, ln 2 and 2 ln 2. Their mean and their deviation are ln 2.
# Student's t of 2 degrees of freedom is 4.303.
check_eq "lower end: 2 * exp(-4.303 * ln 2 / sqrt 3)" 0.3574 \
	"$(digits '[[1, 1], [1, 2], [1, 4]] | ratio.low')"
check_eq "upper end: 2 * exp(4.303 * ln 2 / sqrt 3)" 11.1916 \
	"$(digits '[[1, 1], [1, 2], [1, 4]] | ratio.high')"
check_eq "one pair has no interval" "null null" \
	"$(calculate '[[1, 2]] | ratio | "\(.low) \(.high)"')"

check_eq "intervals that touch do not differ" false \
	"$(calculate '{ low: 1.0, high: 1.2 } | apart({ low: 0.9, high: 1.0 })')"
check_eq "intervals that do not touch differ" "true true" \
	"$(calculate '{ low: 1.1, high: 1.2 } as $a | { low: 0.9, high: 1.0 } as $b |
		"\($a | apart($b)) \($b | apart($a))"')"
check_eq "without an interval, nothing differs" false \
	"$(calculate '[[1, 2]] | ratio | apart({ low: 0.9, high: 1.0 })')"
