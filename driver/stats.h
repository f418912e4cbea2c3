/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Defines a disk's counters, and the inline functions that count each bio.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _ZCBLK_STATS_H
#define _ZCBLK_STATS_H

#include <linux/log2.h>
#include <linux/percpu.h>

#include "zcblk.h"

/*
 * Number of buckets of a latency histogram. A bucket's index is log2 of the latency in ns. The
 * last bucket also counts all longer latencies.
 */
#define ZCBLK_NR_BUCKETS	40

/* Number of entries in zcblk_errors[] in stats.c */
#define ZCBLK_NR_ERRORS		13

struct zcblk_io_stats {
	u64 ios;
	u64 bytes;
	u64 segments;
	u64 latency[ZCBLK_NR_BUCKETS];
};

struct zcblk_stats {
	struct zcblk_io_stats io[ZCBLK_NR_PATHS][ZCBLK_NR_OPS];
	u64 copied[ZCBLK_NR_PATHS];
	u64 unreferenced[ZCBLK_NR_PATHS];
	u64 splits;
	u64 unstable;
	u64 errors[ZCBLK_NR_ERRORS];
	/* zcblk_stats_reset() clears only the members before this one */
	s64 in_flight;
};

/**
 * zcblk_stats_submit() - count a bio that was submitted to a disk
 * @disk: the disk
 * @bio: the submitter's bio
 * @needs: ZCBLK_NEEDS_* flags of the bio
 * @op: operation of the bio
 *
 * The function is inline because the driver's fastest path, zcblk_io_remap(), calls it. Before the
 * function was inline, it caused a twentieth of the time that zcblk adds to a remapped bio.
 *
 * Context: any.
 */
static inline void zcblk_stats_submit(struct zcblk_disk *disk, struct bio *bio,
				      unsigned int needs, enum zcblk_op op)
{
	struct zcblk_io_stats __percpu *stats;

	if (!(needs & ZCBLK_NEEDS_COUNT))
		return;
	stats = &disk->stats->io[zcblk_needs_path(needs)][op];
	this_cpu_inc(stats->ios);
	this_cpu_add(stats->bytes, bio->bi_iter.bi_size);
	/* For a clone, bi_vcnt is 0, so its segments must be counted */
	if (likely(bio->bi_vcnt == 1))
		this_cpu_inc(stats->segments);
	else if (zcblk_op_has_data(op))
		zcblk_stats_count_bvecs(stats, bio);
}

/**
 * zcblk_stats_end() - add a completed bio to the latency histogram
 * @io: the bio; without ZCBLK_NEEDS_LATENCY, the function does nothing
 * @latency_ns: time since the bio's submission, in ns
 *
 * Context: any.
 */
static inline void zcblk_stats_end(struct zcblk_io *io, u64 latency_ns)
{
	struct zcblk_stats __percpu *stats = io->disk->stats;
	unsigned int bucket;

	if (io->needs & ZCBLK_NEEDS_LATENCY) {
		bucket = latency_ns ? ilog2(latency_ns) : 0;
		bucket = min(bucket, ZCBLK_NR_BUCKETS - 1U);
		this_cpu_inc(stats->io[zcblk_io_path(io)][io->op].latency[bucket]);
	}
}

#endif /* _ZCBLK_STATS_H */
