// SPDX-License-Identifier: GPL-2.0-only
/*
 * Computes differences, sums, means and percentiles of statistics.
 */
#include "figures.h"

#include <string.h>

static void subtract(u64 *now, u64 before)
{
	if (*now >= before)
		*now -= before;
}

static void op_since(struct op_stats *now, const struct op_stats *before)
{
	subtract(&now->ios, before->ios);
	subtract(&now->bytes, before->bytes);
	subtract(&now->segments, before->segments);
	for (int i = 0; i < MAX_BUCKETS; i++)
		subtract(&now->bucket[i].count, before->bucket[i].count);
}

static void path_since(struct path_stats *now, const struct path_stats *before)
{
	subtract(&now->mapped, before->mapped);
	subtract(&now->copied, before->copied);
	for (unsigned int i = 0; i < now->ops; i++)
		for (unsigned int j = 0; j < before->ops; j++)
			if (!strcmp(now->op[i].name, before->op[j].name))
				op_since(&now->op[i], &before->op[j]);
}

void stats_since(struct stats *now, const struct stats *before)
{
	for (unsigned int i = 0; i < now->paths; i++)
		for (unsigned int j = 0; j < before->paths; j++)
			if (!strcmp(now->path[i].name, before->path[j].name))
				path_since(&now->path[i], &before->path[j]);
}

static void add_buckets(struct op_stats *total, const struct op_stats *op)
{
	for (int i = 0; i < MAX_BUCKETS; i++) {
		if (!op->bucket[i].count)
			continue;
		total->bucket[i].low_ns = op->bucket[i].low_ns;
		total->bucket[i].high_ns = op->bucket[i].high_ns;
		total->bucket[i].count += op->bucket[i].count;
	}
}

void path_total(struct op_stats *total, const struct path_stats *path)
{
	memset(total, 0, sizeof(*total));
	strcpy(total->name, "all");
	for (unsigned int i = 0; i < path->ops; i++) {
		total->ios += path->op[i].ios;
		total->bytes += path->op[i].bytes;
		total->segments += path->op[i].segments;
		add_buckets(total, &path->op[i]);
	}
}

static double bucket_at(const struct bucket *bucket, double share)
{
	double low = bucket->low_ns, high = bucket->high_ns;

	return low + (high - low) * share;
}

static u64 latency_count(const struct op_stats *op)
{
	u64 count = 0;

	for (int i = 0; i < MAX_BUCKETS; i++)
		count += op->bucket[i].count;
	return count;
}

double latency_mean(const struct op_stats *op)
{
	u64 count = latency_count(op);
	double sum = 0;

	for (int i = 0; i < MAX_BUCKETS; i++)
		sum += bucket_at(&op->bucket[i], 0.5) * op->bucket[i].count;
	return count ? sum / count : -1;
}

double latency_percentile(const struct op_stats *op, double percent)
{
	double below = latency_count(op) * percent / 100;
	const struct bucket *bucket = op->bucket;

	for (; bucket < op->bucket + MAX_BUCKETS; bucket++) {
		if (!bucket->count)
			continue;
		if (below <= bucket->count)
			return bucket_at(bucket, below / bucket->count);
		below -= bucket->count;
	}
	return -1;
}
