/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ratios of pairs of measurements.
 */
#ifndef ZCBLK_RATIO_H
#define ZCBLK_RATIO_H

#include <stdbool.h>

struct ratio {
	unsigned int pairs;		/* 0: the ratio has no value */
	double mean;			/* trimmed geometric mean */
	double low;			/* lower end of the 95 % confidence interval, or -1 */
	double high;			/* upper end; both are -1 for fewer than two pairs */
};

/*
 * Computes the mean ratio of @other to @base, two arrays of @count values. Pairs with a value that
 * is not positive are omitted.
 */
void ratio_of(struct ratio *ratio, const double *base, const double *other,
	      unsigned int count);

/*
 * True if the confidence intervals of @ratio and @control do not overlap. @control is the ratio of
 * two measurements of the same thing.
 */
bool ratio_apart(const struct ratio *ratio, const struct ratio *control);

#endif
