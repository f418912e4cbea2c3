/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arithmetic on statistics.
 */
#ifndef ZCBLK_FIGURES_H
#define ZCBLK_FIGURES_H

#include "kernel.h"

/*
 * Subtracts @before from @now: the bytes mapped and copied on each path, and the counters of each
 * operation. A counter that decreased was reset, and keeps its value.
 */
void stats_since(struct stats *now, const struct stats *before);

/* Stores the sum of all operations of @path in @total. */
void path_total(struct op_stats *total, const struct path_stats *path);

/*
 * Estimate the mean, or a percentile, from the histogram of @op. Both assume that latencies are
 * uniform in a bucket. Return: ns; negative if the histogram is empty.
 */
double latency_mean(const struct op_stats *op);
double latency_percentile(const struct op_stats *op, double percent);

#endif
