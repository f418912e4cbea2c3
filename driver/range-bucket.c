// SPDX-License-Identifier: GPL-2.0-only
/*
 * Range lock engine bucket: the disk is cut into units, units are hashed to
 * buckets, and each bucket is a lock around an interval tree.
 *
 * A range that lies in one unit, or in two neighbouring ones, is in the tree of
 * each; one that is longer is in a tree of its own kind, @wide. Order is kept by
 * holding all buckets that a range concerns while it is compared and put in: one
 * or two, and all of them for a wide one. So @wide is changed under all locks,
 * and may be read under any.
 *
 * Lock order: buckets by their index.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/bits.h>
#include <linux/hash.h>
#include <linux/irqflags.h>
#include <linux/lockdep.h>
#include <linux/slab.h>

#include "range.h"

/* A unit in sectors: 1 MiB */
#define ZCBLK_BUCKET_UNIT_SHIFT	11

/* All are held at once: less than lockdep's MAX_LOCK_DEPTH */
#define ZCBLK_BUCKET_BITS	5
#define ZCBLK_NR_BUCKET		BIT(ZCBLK_BUCKET_BITS)

/**
 * struct zcblk_range_bucket - one bucket
 * @lock: protects @root; interrupts are off
 * @root: all that is held or waits in its units, but for what is wide
 */
struct zcblk_range_bucket {
	raw_spinlock_t lock; /* see above */
	struct rb_root_cached root;
} ____cacheline_aligned_in_smp;

/**
 * struct zcblk_range_buckets - the engine
 * @seq: counts those that came; of two that overlap, under a lock they share
 * @wide: ranges longer than two units
 * @bucket: the buckets
 */
struct zcblk_range_buckets {
	atomic64_t seq;
	struct rb_root_cached wide;
	struct zcblk_range_bucket bucket[ZCBLK_NR_BUCKET];
};

/* The buckets that a range concerns: @first and @last, or all between */
struct zcblk_bucket_span {
	unsigned int first;
	unsigned int last;
	bool wide;
};

static struct lock_class_key zcblk_bucket_keys[ZCBLK_NR_BUCKET];

static int zcblk_bucket_init(struct zcblk_ranges *ranges)
{
	struct zcblk_range_buckets *buckets = kzalloc(sizeof(*buckets), GFP_KERNEL);
	unsigned int i;

	if (!buckets)
		return -ENOMEM;
	for (i = 0; i < ZCBLK_NR_BUCKET; i++) {
		raw_spin_lock_init(&buckets->bucket[i].lock);
		lockdep_set_class(&buckets->bucket[i].lock, &zcblk_bucket_keys[i]);
		buckets->bucket[i].root = RB_ROOT_CACHED;
	}
	buckets->wide = RB_ROOT_CACHED;
	ranges->engine = buckets;
	return 0;
}

static void zcblk_bucket_exit(struct zcblk_ranges *ranges)
{
	kfree(ranges->engine);
}

static void zcblk_bucket_span(const struct zcblk_range *range,
			      struct zcblk_bucket_span *span)
{
	u64 first = range->start >> ZCBLK_BUCKET_UNIT_SHIFT;
	u64 last = range->last >> ZCBLK_BUCKET_UNIT_SHIFT;

	span->wide = last - first > 1;
	span->first = span->wide ? 0 : hash_64(first, ZCBLK_BUCKET_BITS);
	span->last = span->wide ? ZCBLK_NR_BUCKET - 1 : hash_64(last, ZCBLK_BUCKET_BITS);
	if (span->first > span->last)
		swap(span->first, span->last);
}

/* From one bucket of a span to the next: all of a wide one, else two at most */
static unsigned int zcblk_bucket_step(const struct zcblk_bucket_span *span)
{
	return span->wide ? 1 : max(span->last - span->first, 1U);
}

/* Neither function tells sparse, which cannot count what a loop locks */
static void zcblk_bucket_take(struct zcblk_range_bucket *bucket)
{
	raw_spin_lock(&bucket->lock);
	__release(&bucket->lock);
}

static void zcblk_bucket_give(struct zcblk_range_bucket *bucket)
{
	__acquire(&bucket->lock);
	raw_spin_unlock(&bucket->lock);
}

static unsigned long zcblk_buckets_hold(struct zcblk_range_buckets *buckets,
					const struct zcblk_bucket_span *span)
{
	unsigned int step = zcblk_bucket_step(span);
	unsigned long flags;
	unsigned int i;

	local_irq_save(flags);
	for (i = span->first; i <= span->last; i += step)
		zcblk_bucket_take(&buckets->bucket[i]);
	return flags;
}

static void zcblk_buckets_drop(struct zcblk_range_buckets *buckets,
			       const struct zcblk_bucket_span *span,
			       unsigned long flags)
{
	unsigned int step = zcblk_bucket_step(span);
	unsigned int i;

	for (i = span->first; i <= span->last; i += step)
		zcblk_bucket_give(&buckets->bucket[i]);
	local_irq_restore(flags);
}

/* In how many trees it is, other than @wide */
static unsigned int zcblk_bucket_nodes(const struct zcblk_bucket_span *span)
{
	return span->first == span->last ? 1 : 2;
}

/*
 * A pair is counted once for each tree in which the two can meet, and taken off
 * once for each: two ranges that share two buckets count twice, and a wide one
 * counts once for each node of the other.
 */
static unsigned int zcblk_buckets_count(struct zcblk_range_buckets *buckets,
					const struct zcblk_bucket_span *span,
					const struct zcblk_range *range)
{
	unsigned int i, n = zcblk_interval_count(&buckets->wide, range);

	if (!span->wide)
		n *= zcblk_bucket_nodes(span);
	for (i = span->first; i <= span->last; i += zcblk_bucket_step(span))
		n += zcblk_interval_count(&buckets->bucket[i].root, range);
	return n;
}

static void zcblk_buckets_unblock(struct zcblk_range_buckets *buckets,
				  const struct zcblk_bucket_span *span,
				  const struct zcblk_range *range,
				  struct zcblk_range **grants)
{
	unsigned int i, n = span->wide ? 1 : zcblk_bucket_nodes(span);

	while (n--)
		zcblk_interval_unblock(&buckets->wide, range, grants);
	for (i = span->first; i <= span->last; i += zcblk_bucket_step(span))
		zcblk_interval_unblock(&buckets->bucket[i].root, range, grants);
}

static void zcblk_buckets_insert(struct zcblk_range_buckets *buckets,
				 const struct zcblk_bucket_span *span,
				 struct zcblk_range *range)
{
	struct zcblk_range_bucket *bucket = buckets->bucket;

	range->seq = atomic64_inc_return(&buckets->seq);
	if (span->wide) {
		zcblk_interval_insert(&buckets->wide, &range->node[0], range);
		return;
	}
	zcblk_interval_insert(&bucket[span->first].root, &range->node[0], range);
	if (zcblk_bucket_nodes(span) > 1)
		zcblk_interval_insert(&bucket[span->last].root, &range->node[1], range);
}

static void zcblk_buckets_remove(struct zcblk_range_buckets *buckets,
				 const struct zcblk_bucket_span *span,
				 struct zcblk_range *range)
{
	struct zcblk_range_bucket *bucket = buckets->bucket;

	if (span->wide) {
		zcblk_interval_remove(&buckets->wide, &range->node[0]);
		return;
	}
	zcblk_interval_remove(&bucket[span->first].root, &range->node[0]);
	if (zcblk_bucket_nodes(span) > 1)
		zcblk_interval_remove(&bucket[span->last].root, &range->node[1]);
}

static int zcblk_bucket_lock(struct zcblk_ranges *ranges, struct zcblk_range *range)
{
	struct zcblk_range_buckets *buckets = ranges->engine;
	struct zcblk_bucket_span span;
	unsigned int blockers;
	unsigned long flags;
	int err = 0;

	zcblk_bucket_span(range, &span);
	flags = zcblk_buckets_hold(buckets, &span);
	blockers = zcblk_buckets_count(buckets, &span, range);
	if (blockers)
		err = zcblk_range_conflict(ranges, range, blockers);
	if (!err || err == -EINPROGRESS)
		zcblk_buckets_insert(buckets, &span, range);
	zcblk_buckets_drop(buckets, &span, flags);
	return err;
}

static struct zcblk_range *zcblk_bucket_unlock(struct zcblk_ranges *ranges,
					       struct zcblk_range *range)
{
	struct zcblk_range_buckets *buckets = ranges->engine;
	struct zcblk_bucket_span span;
	struct zcblk_range *grants = NULL;
	unsigned long flags;

	zcblk_bucket_span(range, &span);
	flags = zcblk_buckets_hold(buckets, &span);
	zcblk_buckets_remove(buckets, &span, range);
	zcblk_buckets_unblock(buckets, &span, range, &grants);
	zcblk_buckets_drop(buckets, &span, flags);
	return grants;
}

static void zcblk_bucket_visit(struct rb_root_cached *root,
			       zcblk_range_visit_fn visit, void *data)
{
	struct zcblk_range_node *node;
	struct rb_node *rb;

	for (rb = rb_first_cached(root); rb; rb = rb_next(rb)) {
		node = rb_entry(rb, struct zcblk_range_node, rb);
		if (node == &node->range->node[0])
			visit(node->range, data);
	}
}

static void zcblk_bucket_for_each(struct zcblk_ranges *ranges,
				  zcblk_range_visit_fn visit, void *data)
{
	struct zcblk_range_buckets *buckets = ranges->engine;
	const struct zcblk_bucket_span all = {
		.last = ZCBLK_NR_BUCKET - 1,
		.wide = true,
	};
	unsigned long flags;
	unsigned int i;

	flags = zcblk_buckets_hold(buckets, &all);
	zcblk_bucket_visit(&buckets->wide, visit, data);
	for (i = 0; i < ZCBLK_NR_BUCKET; i++)
		zcblk_bucket_visit(&buckets->bucket[i].root, visit, data);
	zcblk_buckets_drop(buckets, &all, flags);
}

const struct zcblk_range_ops zcblk_range_bucket_ops = {
	.name = "bucket",
	.init = zcblk_bucket_init,
	.exit = zcblk_bucket_exit,
	.lock = zcblk_bucket_lock,
	.unlock = zcblk_bucket_unlock,
	.for_each = zcblk_bucket_for_each,
};
