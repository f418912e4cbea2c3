// SPDX-License-Identifier: GPL-2.0-only
/*
 * Range locks, the front: taking, parking, granting, cancelling; see range.h.
 * What is held and who waits for whom is the engines' business.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/slab.h>

#include "range-slot.h"
#include "trace.h"

/* Added to the blockers of a range that nobody shall grant any more */
#define ZCBLK_RANGE_CLAIM	(INT_MAX / 2)

const char *const zcblk_range_kind_names[] = { "read", "write", "flush", NULL };
const char *const zcblk_overlap_names[] = { "serialize", "reject", "detect", NULL };
const char *const zcblk_range_lock_names[] = {
	[ZCBLK_ENGINE_OFF] = "off",
	[ZCBLK_ENGINE_LIST] = "list",
	[ZCBLK_ENGINE_TREE] = "tree",
	[ZCBLK_ENGINE_BUCKET] = "bucket",
	[ZCBLK_ENGINE_SLOT] = "slot",
	NULL
};

static const struct zcblk_range_ops *const zcblk_range_engines[] = {
	[ZCBLK_ENGINE_LIST] = &zcblk_range_list_ops,
	[ZCBLK_ENGINE_TREE] = &zcblk_range_tree_ops,
	[ZCBLK_ENGINE_BUCKET] = &zcblk_range_bucket_ops,
	[ZCBLK_ENGINE_SLOT] = &zcblk_range_slot_ops,
};

/**
 * zcblk_ranges_create() - make a range lock
 * @engine: an enum zcblk_range_engine, not off
 * @overlap: an enum zcblk_overlap: what to do with requests that overlap; it may
 *	change at any time
 *
 * Context: process.
 * Return: the lock, or NULL when there is no memory.
 */
struct zcblk_ranges *zcblk_ranges_create(unsigned int engine, const int *overlap)
{
	struct zcblk_ranges *ranges = kzalloc(sizeof(*ranges), GFP_KERNEL);

	BUILD_BUG_ON(ARRAY_SIZE(zcblk_range_lock_names) !=
		     ARRAY_SIZE(zcblk_range_engines) + 1);
	if (!ranges)
		return NULL;
	ranges->ops = zcblk_range_engines[engine];
	ranges->overlap = overlap;
	ranges->watched = jiffies;
	raw_spin_lock_init(&ranges->hot_lock);
	ranges->stats = alloc_percpu(struct zcblk_range_stats);
	if (!ranges->stats)
		goto free_ranges;
	if (ranges->ops->init(ranges))
		goto free_stats;
	return ranges;

free_stats:
	free_percpu(ranges->stats);
free_ranges:
	kfree(ranges);
	return NULL;
}

/**
 * zcblk_ranges_destroy() - free a range lock
 * @ranges: the lock; all ranges are given back; NULL is ignored
 *
 * Context: process.
 */
void zcblk_ranges_destroy(struct zcblk_ranges *ranges)
{
	if (!ranges)
		return;
	ranges->ops->exit(ranges);
	free_percpu(ranges->stats);
	kfree(ranges);
}

static void zcblk_range_count_hot(struct zcblk_ranges *ranges, u64 region)
{
	struct zcblk_range_hot *hot, *coldest = &ranges->hot[0];
	unsigned long flags;

	raw_spin_lock_irqsave(&ranges->hot_lock, flags);
	for (hot = ranges->hot; hot < ranges->hot + ZCBLK_RANGE_HOT; hot++) {
		if (hot->region == region && hot->count) {
			coldest = hot;
			break;
		}
		if (hot->count < coldest->count)
			coldest = hot;
	}
	/* A newcomer inherits the count, or two of them would evict each other */
	coldest->region = region;
	coldest->count++;
	raw_spin_unlock_irqrestore(&ranges->hot_lock, flags);
}

/**
 * zcblk_range_conflict() - what becomes of a range that overlaps earlier ones
 * @ranges: the lock
 * @range: a range that no one else can see yet
 * @blockers: how many earlier ones it has to wait for, at least one; an engine may
 *	count one twice that it meets in two places
 *
 * Context: called by an engine, under that lock of its own which keeps the
 * blockers where they are.
 * Return: -EINPROGRESS: it is parked, to be made visible; 0: it is granted
 * nevertheless, to be made visible; -EAGAIN or -ECANCELED: it is refused.
 */
int zcblk_range_conflict(struct zcblk_ranges *ranges, struct zcblk_range *range,
			 unsigned int blockers)
{
	int overlap = READ_ONCE(*ranges->overlap);

	this_cpu_inc(ranges->stats->contended);
	if (range->kind != ZCBLK_RANGE_FLUSH)
		zcblk_range_count_hot(ranges, range->start >> ZCBLK_RANGE_HOT_SHIFT);
	trace_zcblk_range_wait(ranges, range, blockers);
	if (overlap == ZCBLK_OVERLAP_DETECT)
		return 0;
	if (READ_ONCE(ranges->cancelled))
		return -ECANCELED;
	if (range->nowait || overlap == ZCBLK_OVERLAP_REJECT) {
		this_cpu_inc(ranges->stats->refused);
		return -EAGAIN;
	}
	this_cpu_inc(ranges->stats->parked);
	range->parked = true;
	range->parked_ns = ktime_get_ns();
	atomic_set(&range->blockers, blockers);
	return -EINPROGRESS;
}

/**
 * zcblk_range_unblock() - one of those that a range waited for has gone
 * @range: the range
 * @grants: it is put here when that was the last one
 *
 * Context: called by an engine, under that lock of its own which kept the one
 * that has gone.
 */
void zcblk_range_unblock(struct zcblk_range *range, struct zcblk_range **grants)
{
	/* Before it can be seen as granted; whoever waits is as old as @parked_ns */
	WRITE_ONCE(range->since, jiffies);
	if (!atomic_dec_and_test(&range->blockers))
		return;
	range->next = *grants;
	*grants = range;
}

static void zcblk_range_count_wait(struct zcblk_ranges *ranges,
				   struct zcblk_range *range)
{
	u64 wait_ns = ktime_get_ns() - range->parked_ns;
	unsigned int bucket = wait_ns ? ilog2(wait_ns) : 0;
	unsigned long flags;

	bucket = min(bucket, ZCBLK_RANGE_BUCKETS - 1U);
	this_cpu_inc(ranges->stats->waits[bucket]);
	local_irq_save(flags);
	if (wait_ns > this_cpu_read(ranges->stats->longest_ns))
		this_cpu_write(ranges->stats->longest_ns, wait_ns);
	local_irq_restore(flags);
	trace_zcblk_range_grant(ranges, range, wait_ns);
}

static noinline void zcblk_range_grant(struct zcblk_ranges *ranges,
				       struct zcblk_range *grants)
{
	struct zcblk_range *range;

	while ((range = grants)) {
		grants = range->next;
		zcblk_range_count_wait(ranges, range);
		range->granted(range, 0);
	}
}

/**
 * zcblk_range_lock() - ask for a range
 * @ranges: the lock
 * @range: from zcblk_range_init()
 *
 * Context: any.
 * Return: 0: it is granted. -EINPROGRESS: it is parked, and its ->granted() may
 * have been called already: the caller may not touch it. -EAGAIN: it would have
 * to wait, and may not. -ECANCELED: it would have to wait, after
 * zcblk_ranges_cancel().
 */
int zcblk_range_lock(struct zcblk_ranges *ranges, struct zcblk_range *range)
{
	this_cpu_inc(ranges->stats->taken);
	range->since = jiffies;
	if (likely(ranges->ops == &zcblk_range_slot_ops))
		return zcblk_slot_lock(ranges, range);
	return ranges->ops->lock(ranges, range);
}

static inline void __zcblk_range_unlock(struct zcblk_ranges *ranges,
					struct zcblk_range *range)
{
	struct zcblk_range *grants;

	if (likely(ranges->ops == &zcblk_range_slot_ops))
		grants = zcblk_slot_unlock(ranges, range);
	else
		grants = ranges->ops->unlock(ranges, range);
	if (unlikely(grants))
		zcblk_range_grant(ranges, grants);
}

/**
 * zcblk_range_drop() - take a range out that nobody was told of
 * @ranges: the lock
 * @range: a range that is in there, and not parked
 *
 * Context: any, without a lock of the engine.
 */
void zcblk_range_drop(struct zcblk_ranges *ranges, struct zcblk_range *range)
{
	__zcblk_range_unlock(ranges, range);
}

/**
 * zcblk_range_unlock() - give a range back, and grant those that waited for it
 * @ranges: the lock
 * @range: a range that was granted
 *
 * Context: any; those that waited are granted before this returns.
 */
void zcblk_range_unlock(struct zcblk_ranges *ranges, struct zcblk_range *range)
{
	trace_zcblk_range_release(ranges, range);
	__zcblk_range_unlock(ranges, range);
}

static void zcblk_range_claim(struct zcblk_range *range, void *claimed)
{
	struct zcblk_range **first = claimed;

	if (!range->parked ||
	    !atomic_add_unless(&range->blockers, ZCBLK_RANGE_CLAIM, 0))
		return;
	range->next = *first;
	*first = range;
}

/**
 * zcblk_ranges_cancel() - fail all that wait, and all that would have to
 * @ranges: the lock
 *
 * All are claimed before the first one is taken out, or that one's going could
 * grant another.
 *
 * Context: any; those that waited have failed when this returns.
 */
void zcblk_ranges_cancel(struct zcblk_ranges *ranges)
{
	struct zcblk_range *range, *claimed = NULL;

	/*
	 * Who parks where for_each has been already must see this. A lock of the
	 * engine sees to it, or else the full barriers on both sides: for_each may
	 * look at an empty slot without locking it.
	 */
	smp_store_mb(ranges->cancelled, true);
	ranges->ops->for_each(ranges, zcblk_range_claim, &claimed);
	for (range = claimed; range; range = range->next)
		WARN_ON_ONCE(ranges->ops->unlock(ranges, range));
	while ((range = claimed)) {
		claimed = range->next;
		range->granted(range, -ECANCELED);
	}
}
