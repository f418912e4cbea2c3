/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arithmetic on statistics.
 */
#ifndef ZCBLK_FIGURES_H
#define ZCBLK_FIGURES_H

#include "kernel.h"

/* What @now has more than @before; all of it where statistics began anew. */
void stats_since(struct stats *now, const struct stats *before);

/* All operations of a path in one. */
void path_total(struct op_stats *total, const struct path_stats *path);

/*
 * Estimates in ns from a histogram, as if latencies lay evenly in each bucket;
 * negative where there are none.
 */
double latency_mean(const struct op_stats *op);
double latency_percentile(const struct op_stats *op, double percent);

#endif
