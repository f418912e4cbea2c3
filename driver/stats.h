/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A disk's counters, and the part of counting that every bio goes through.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _ZCBLK_STATS_H
#define _ZCBLK_STATS_H

#include <linux/log2.h>
#include <linux/percpu.h>

#include "zcblk.h"

/* log2(ns) buckets of a histogram; the last one has all that is longer */
#define ZCBLK_NR_BUCKETS	40

/* Statuses that are counted by name; see zcblk_errors[] */
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
	/* Not cleared by a reset */
	s64 in_flight;
};

/**
 * zcblk_stats_submit() - count a bio that comes in
 * @disk: the disk
 * @bio: the submitter's bio
 * @needs: what has to be done for it: ZCBLK_NEEDS_* flags
 * @op: what it does
 *
 * Inline, for it is a part of the fastest way through the driver: out of line
 * it was a twentieth of all that zcblk adds to a remapped bio.
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
	/* A clone does not say how long the table is that it shares */
	if (likely(bio->bi_vcnt == 1))
		this_cpu_inc(stats->segments);
	else if (zcblk_op_has_data(op))
		zcblk_stats_count_bvecs(stats, bio);
}

/**
 * zcblk_stats_end() - count a bio that has ended
 * @io: the bio
 * @latency_ns: time from submission, ns
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
