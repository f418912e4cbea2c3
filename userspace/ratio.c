// SPDX-License-Identifier: GPL-2.0-only
/*
 * Geometric means and their confidence intervals.
 */
#include "ratio.h"
#include "compiler.h"

#include <math.h>
#include <stddef.h>

/* The 0.975 quantile of Student's t; the normal distribution's where it makes no odds. */
static double student(unsigned int degrees)
{
	static const double quantiles[] = {
		12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262,
		2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101,
		2.093, 2.086
	};

	return degrees <= ARRAY_SIZE(quantiles) ? quantiles[degrees - 1] : 2.0;
}

void ratio_of(struct ratio *ratio, const double *base, const double *other,
	      unsigned int count)
{
	double sum = 0, squares = 0, mean, reach;
	unsigned int n = 0;

	for (unsigned int i = 0; i < count; i++) {
		if (base[i] <= 0 || other[i] <= 0)
			continue;
		sum += log(other[i] / base[i]);
		n++;
	}
	*ratio = (struct ratio) { .pairs = n, .low = -1, .high = -1 };
	if (!n)
		return;
	mean = sum / n;
	ratio->mean = exp(mean);
	if (n < 2)
		return;
	for (unsigned int i = 0; i < count; i++)
		if (base[i] > 0 && other[i] > 0)
			squares += pow(log(other[i] / base[i]) - mean, 2);
	reach = sqrt(squares / (n - 1) / n) * student(n - 1);
	ratio->low = exp(mean - reach);
	ratio->high = exp(mean + reach);
}

bool ratio_apart(const struct ratio *ratio, const struct ratio *control)
{
	return ratio->pairs > 1 && control->pairs > 1 &&
	       (ratio->low > control->high || ratio->high < control->low);
}
