/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many times as much: ratios of pairs of measurements.
 */
#ifndef ZCBLK_RATIO_H
#define ZCBLK_RATIO_H

#include <stdbool.h>

struct ratio {
	unsigned int pairs;		/* 0: there is none */
	double mean;			/* geometric, trimmed */
	double low;			/* 95 % confidence interval, by Student's t; */
	double high;			/* negative for fewer than two pairs */
};

/* Of @other to @base, each of @count; pairs of which one is not positive are left out. */
void ratio_of(struct ratio *ratio, const double *base, const double *other,
	      unsigned int count);

/*
 * Whether @ratio differs from @control, which compares a thing with itself:
 * their intervals have nothing in common.
 */
bool ratio_apart(const struct ratio *ratio, const struct ratio *control);

#endif
