/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A disk's counters, and the part of counting that every bio goes through.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _ZCBLK_STATS_H
#define _ZCBLK_STATS_H

#include <linux/percpu.h>

#include "zcblk.h"

/* log2(ns) buckets of a histogram; the last one takes all that is longer */
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
	u64 splits;
	u64 unstable;
	u64 errors[ZCBLK_NR_ERRORS];
	/* From here on a reset leaves alone */
	s64 inflight;
};

/**
 * zcblk_stats_submit() - count a bio that comes in
 * @disk: the disk
 * @bio: the submitter's bio
 * @path: the way that it will go
 * @op: what it does
 *
 * Inline, for it is a part of the fastest way through the driver: out of line
 * it was a twentieth of all that zcblk adds to a remapped bio.
 *
 * Context: any.
 * Return: how much is counted of this bio, also later.
 */
static inline enum zcblk_stats_level
zcblk_stats_submit(struct zcblk_disk *disk, struct bio *bio,
		   enum zcblk_path path, enum zcblk_op op)
{
	struct zcblk_io_stats __percpu *stats = &disk->stats->io[path][op];
	enum zcblk_stats_level level = READ_ONCE(disk->set->stats);

	if (level == ZCBLK_STATS_OFF)
		return level;
	this_cpu_inc(stats->ios);
	this_cpu_add(stats->bytes, bio->bi_iter.bi_size);
	if (zcblk_op_has_data(op)) {
		/* A clone does not say how long the table is that it shares */
		if (likely(bio->bi_vcnt == 1))
			this_cpu_inc(stats->segments);
		else
			zcblk_stats_count_bvecs(stats, bio);
	}
	return level;
}

#endif /* _ZCBLK_STATS_H */
