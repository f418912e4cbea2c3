// SPDX-License-Identifier: GPL-2.0-only
/*
 * Range lock engine bucket, which the tests compare with the driver's engines. The engine
 * divides the disk into units, and hashes each unit to a bucket. A bucket has an interval tree,
 * and a lock that protects the tree. The Lustre file system divides its locks in a similar way.
 *
 * A range that covers one unit, or two neighbouring units, is in the tree of the bucket of each
 * unit. A longer range is in the tree @wide. The engine locks all buckets of a range before it
 * compares and inserts the range. For a wide range, it locks all buckets that exist. So @wide
 * changes only under all locks, and one of the locks is enough to read it.
 *
 * Lock order: the locks of buckets are acquired in the order of the buckets' indices.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/bits.h>
#include <linux/hash.h>
#include <linux/irqflags.h>
#include <linux/slab.h>

#include "interval.h"
#include "test.h"

/* A unit has 2,048 sectors, which are 1 MiB */
#define ZCBLK_BUCKET_UNIT_SHIFT	11

#define ZCBLK_BUCKET_BITS	5
#define ZCBLK_NR_BUCKET		BIT(ZCBLK_BUCKET_BITS)

/**
 * struct zcblk_range_bucket - one bucket
 * @lock: protects @root; interrupts are off while it is held
 * @root: the held and parked ranges in the units of this bucket, except wide ranges
 */
struct zcblk_range_bucket {
	raw_spinlock_t lock; /* protects the tree */
	struct rb_root_cached root;
} ____cacheline_aligned_in_smp;

/**
 * struct zcblk_range_buckets - the engine
 * @seq: number of the newest range, increased under the locks of the range's buckets
 * @wide: ranges longer than two units
 * @bucket: the buckets
 */
struct zcblk_range_buckets {
	atomic64_t seq;
	struct rb_root_cached wide;
	struct zcblk_range_bucket bucket[ZCBLK_NR_BUCKET];
};

/* The buckets of a range: only @first and @last, or if @wide, all from @first to @last */
struct zcblk_bucket_span {
	unsigned int first;
	unsigned int last;
	bool wide;
};

static int zcblk_bucket_init(struct zcblk_ranges *ranges)
{
	struct zcblk_range_buckets *buckets = kzalloc(sizeof(*buckets), GFP_KERNEL);
	unsigned int i;

	if (!buckets)
		return -ENOMEM;
	for (i = 0; i < ZCBLK_NR_BUCKET; i++) {
		raw_spin_lock_init(&buckets->bucket[i].lock);
		buckets->bucket[i].root = RB_ROOT_CACHED;
	}
	buckets->wide = RB_ROOT_CACHED;
	ranges->engine = buckets;
	return 0;
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

/* Return: the step with which a loop from @first to @last visits exactly the buckets of a range */
static unsigned int zcblk_bucket_step(const struct zcblk_bucket_span *span)
{
	return span->wide ? 1 : max(span->last - span->first, 1U);
}

static unsigned long zcblk_buckets_hold(struct zcblk_range_buckets *buckets,
					const struct zcblk_bucket_span *span)
{
	unsigned int step = zcblk_bucket_step(span);
	unsigned long flags;
	unsigned int i;

	local_irq_save(flags);
	for (i = span->first; i <= span->last; i += step)
		raw_spin_lock(&buckets->bucket[i].lock);
	return flags;
}

static void zcblk_buckets_drop(struct zcblk_range_buckets *buckets,
			       const struct zcblk_bucket_span *span,
			       unsigned long flags)
{
	unsigned int step = zcblk_bucket_step(span);
	unsigned int i;

	for (i = span->first; i <= span->last; i += step)
		raw_spin_unlock(&buckets->bucket[i].lock);
	local_irq_restore(flags);
}

/* Return: the number of nodes of a range that is not wide. Each of its buckets has one node. */
static unsigned int zcblk_bucket_nodes(const struct zcblk_bucket_span *span)
{
	return span->first == span->last ? 1 : 2;
}

/*
 * Counts the earlier ranges that block @range. A pair of ranges counts once for each tree that
 * contains both, so two ranges that share two buckets count twice. A wide range counts once for
 * each node of the other range. zcblk_buckets_unblock() subtracts the same number.
 */
static unsigned int zcblk_buckets_count(struct zcblk_range_buckets *buckets,
					const struct zcblk_bucket_span *span,
					const struct zcblk_range *range,
					const struct zcblk_range **blocker)
{
	unsigned int i, n = zcblk_interval_count(&buckets->wide, range, blocker);

	if (!span->wide)
		n *= zcblk_bucket_nodes(span);
	for (i = span->first; i <= span->last; i += zcblk_bucket_step(span))
		n += zcblk_interval_count(&buckets->bucket[i].root, range, blocker);
	return n;
}

/*
 * Like zcblk_interval_unblock(), but decrements the blockers of a range atomically, because two
 * callers may hold different locks.
 */
static void zcblk_bucket_unblock(struct rb_root_cached *root,
				 const struct zcblk_range *range,
				 struct zcblk_range **grants)
{
	struct zcblk_range_node *node;
	struct zcblk_range *later;

	for (node = zcblk_node_iter_first(root, range->start, range->last); node;
	     node = zcblk_node_iter_next(node, range->start, range->last)) {
		later = node->range;
		if (!later->parked || later->seq < range->seq ||
		    !zcblk_range_kind_excludes(range->kind, later->kind) ||
		    !atomic_dec_and_test((atomic_t *)&later->blockers))
			continue;
		later->next = *grants;
		*grants = later;
	}
}

static void zcblk_buckets_unblock(struct zcblk_range_buckets *buckets,
				  const struct zcblk_bucket_span *span,
				  const struct zcblk_range *range,
				  struct zcblk_range **grants)
{
	unsigned int i, n = span->wide ? 1 : zcblk_bucket_nodes(span);

	while (n--)
		zcblk_bucket_unblock(&buckets->wide, range, grants);
	for (i = span->first; i <= span->last; i += zcblk_bucket_step(span))
		zcblk_bucket_unblock(&buckets->bucket[i].root, range, grants);
}

static void zcblk_buckets_insert(struct zcblk_range_buckets *buckets,
				 const struct zcblk_bucket_span *span,
				 struct zcblk_range *range)
{
	struct zcblk_range_bucket *bucket = buckets->bucket;

	range->seq = atomic64_inc_return(&buckets->seq);
	range->node[0].range = range;
	range->node[1].range = range;
	if (span->wide) {
		zcblk_node_insert(&range->node[0], &buckets->wide);
		return;
	}
	zcblk_node_insert(&range->node[0], &bucket[span->first].root);
	if (zcblk_bucket_nodes(span) > 1)
		zcblk_node_insert(&range->node[1], &bucket[span->last].root);
}

static void zcblk_buckets_remove(struct zcblk_range_buckets *buckets,
				 const struct zcblk_bucket_span *span,
				 struct zcblk_range *range)
{
	struct zcblk_range_bucket *bucket = buckets->bucket;

	if (span->wide) {
		zcblk_node_remove(&range->node[0], &buckets->wide);
		return;
	}
	zcblk_node_remove(&range->node[0], &bucket[span->first].root);
	if (zcblk_bucket_nodes(span) > 1)
		zcblk_node_remove(&range->node[1], &bucket[span->last].root);
}

static int zcblk_bucket_lock(struct zcblk_ranges *ranges, struct zcblk_range *range)
{
	struct zcblk_range_buckets *buckets = ranges->engine;
	const struct zcblk_range *blocker = NULL;
	struct zcblk_bucket_span span;
	unsigned long flags;
	int err = 0;

	zcblk_bucket_span(range, &span);
	flags = zcblk_buckets_hold(buckets, &span);
	range->blockers = zcblk_buckets_count(buckets, &span, range, &blocker);
	if (range->blockers)
		err = zcblk_range_conflict(ranges, range, blocker,
					   READ_ONCE(*ranges->overlap));
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

static const struct zcblk_bucket_span zcblk_all_buckets = {
	.last = ZCBLK_NR_BUCKET - 1,
	.wide = true,
};

/* Visits the ranges whose first node is in this tree, so that no range is visited twice */
static void zcblk_bucket_visit(struct rb_root_cached *root,
			       zcblk_range_visit_fn visit, void *data)
{
	struct zcblk_range_node *node;
	struct rb_node *rb, *next;

	for (rb = rb_first_cached(root); rb; rb = next) {
		next = rb_next(rb);
		node = rb_entry(rb, struct zcblk_range_node, rb);
		if (node == &node->range->node[0])
			visit(node->range, data);
	}
}

static void zcblk_bucket_for_each(struct zcblk_ranges *ranges,
				  zcblk_range_visit_fn visit, void *data)
{
	struct zcblk_range_buckets *buckets = ranges->engine;
	unsigned long flags;
	unsigned int i;

	flags = zcblk_buckets_hold(buckets, &zcblk_all_buckets);
	zcblk_bucket_visit(&buckets->wide, visit, data);
	for (i = 0; i < ZCBLK_NR_BUCKET; i++)
		zcblk_bucket_visit(&buckets->bucket[i].root, visit, data);
	zcblk_buckets_drop(buckets, &zcblk_all_buckets, flags);
}

static void zcblk_bucket_collect(struct zcblk_range *range, void *data)
{
	struct zcblk_range **failed = data;

	if (!range->parked || !READ_ONCE(range->blockers))
		return;
	range->next = *failed;
	*failed = range;
}

/* Fails all ranges that wait. Held ranges remain, and no held range waits for a removed one. */
static void zcblk_bucket_cancel(struct zcblk_ranges *ranges)
{
	struct zcblk_range_buckets *buckets = ranges->engine;
	struct zcblk_range *range, *failed = NULL;
	struct zcblk_bucket_span span;
	unsigned long flags;
	unsigned int i;

	flags = zcblk_buckets_hold(buckets, &zcblk_all_buckets);
	zcblk_bucket_visit(&buckets->wide, zcblk_bucket_collect, &failed);
	for (i = 0; i < ZCBLK_NR_BUCKET; i++)
		zcblk_bucket_visit(&buckets->bucket[i].root, zcblk_bucket_collect, &failed);
	for (range = failed; range; range = range->next) {
		zcblk_bucket_span(range, &span);
		zcblk_buckets_remove(buckets, &span, range);
	}
	zcblk_buckets_drop(buckets, &zcblk_all_buckets, flags);
	zcblk_range_fail(failed);
}

const struct zcblk_range_ops zcblk_range_bucket_ops = {
	.name = "bucket",
	.init = zcblk_bucket_init,
	.lock = zcblk_bucket_lock,
	.unlock = zcblk_bucket_unlock,
	.for_each = zcblk_bucket_for_each,
	.cancel = zcblk_bucket_cancel,
};
