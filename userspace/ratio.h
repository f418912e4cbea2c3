/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ratios of pairs of measurements.
 */
#ifndef ZCBLK_RATIO_H
#define ZCBLK_RATIO_H

#include <stdbool.h>

struct ratio {
	unsigned int pairs;		/* number of pairs used; 0: no mean */
	double mean;			/* trimmed geometric mean */
	double low;			/* lower end of the 95 % confidence interval, or -1 */
	double high;			/* upper end, or -1; fewer than two pairs: both -1 */
};

/*
 * Computes the mean of the ratios other[i] / base[i]. Both arrays have @count values. A pair is
 * omitted if one of its values is not positive.
 */
void ratio_of(struct ratio *ratio, const double *base, const double *other,
	      unsigned int count);

/*
 * True if the confidence intervals of @ratio and @control do not overlap. @control is the ratio of
 * two measurements of the same thing. False if one of them has no confidence interval.
 */
bool ratio_apart(const struct ratio *ratio, const struct ratio *control);

#endif
