// SPDX-License-Identifier: GPL-2.0-only
/*
 * Computes geometric means of the ratios of pairs of measurements, and their confidence intervals.
 *
 * On a shared machine, the ratios of a few pairs are much smaller or larger than all others. So if
 * there are ten pairs or more, the mean is trimmed. It omits the smallest fifth and the largest
 * fifth of the ratios. The confidence interval of a trimmed mean is computed from the winsorized
 * variance (Tukey and McLaughlin 1963).
 */
#include "ratio.h"
#include "compiler.h"
#include "error.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#define TRIM_FROM 10

/* Return: 0.975 quantile of Student's t; about 2.0 for more than 20 degrees of freedom */
static double student(unsigned int degrees)
{
	static const double quantiles[] = {
		12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262,
		2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101,
		2.093, 2.086
	};

	return degrees <= ARRAY_SIZE(quantiles) ? quantiles[degrees - 1] : 2.0;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Stores the sorted logarithms of the ratios in @logs. Return: number of ratios */
static unsigned int sorted_logs(double *logs, const double *base,
				const double *other, unsigned int count)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < count; i++)
		if (base[i] > 0 && other[i] > 0)
			logs[n++] = log(other[i] / base[i]);
	qsort(logs, n, sizeof(*logs), compare);
	return n;
}

static double mean_of(const double *values, unsigned int n)
{
	double sum = 0;

	for (unsigned int i = 0; i < n; i++)
		sum += values[i];
	return sum / n;
}

/*
 * Return: half the width of the confidence interval of a trimmed mean of the @n sorted @values. The
 * mean omits the @trim smallest and the @trim largest values, which this function overwrites.
 */
static double reach_of(double *values, unsigned int n, unsigned int trim)
{
	double mean, squares = 0;

	for (unsigned int i = 0; i < trim; i++) {
		values[i] = values[trim];
		values[n - 1 - i] = values[n - 1 - trim];
	}
	mean = mean_of(values, n);
	for (unsigned int i = 0; i < n; i++)
		squares += pow(values[i] - mean, 2);
	return sqrt(squares / (n - 1) * n) / (n - 2 * trim) * student(n - 2 * trim - 1);
}

void ratio_of(struct ratio *ratio, const double *base, const double *other,
	      unsigned int count)
{
	double *logs = calloc(count ? count : 1, sizeof(*logs)), mean, reach;
	unsigned int n, trim;

	if (!logs)
		error_memory();
	n = sorted_logs(logs, base, other, count);
	trim = n < TRIM_FROM ? 0 : n / 5;
	*ratio = (struct ratio) { .pairs = n, .low = -1, .high = -1 };
	if (n) {
		mean = mean_of(logs + trim, n - 2 * trim);
		ratio->mean = exp(mean);
	}
	if (n > 1) {
		reach = reach_of(logs, n, trim);
		ratio->low = exp(mean - reach);
		ratio->high = exp(mean + reach);
	}
	free(logs);
}

bool ratio_apart(const struct ratio *ratio, const struct ratio *control)
{
	return ratio->pairs > 1 && control->pairs > 1 &&
	       (ratio->low > control->high || ratio->high < control->low);
}
