// SPDX-License-Identifier: GPL-2.0-only
/*
 * The front end of range locks: it locks, parks, grants and cancels ranges; see range.h. The
 * engines record which ranges are held, and which ranges wait.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/slab.h>

#include "slot.h"
#include "trace.h"

const char *const zcblk_range_kind_names[] = { "read", "write", NULL };
const char *const zcblk_overlap_names[] = { "serialize", "reject", "detect", NULL };
const char *const zcblk_range_lock_names[] = {
	[ZCBLK_ENGINE_OFF] = "off",
	[ZCBLK_ENGINE_LIST] = "list",
	[ZCBLK_ENGINE_TREE] = "tree",
	[ZCBLK_ENGINE_SLOT] = "slot",
	NULL
};

const struct zcblk_range_ops *const zcblk_range_engines[] = {
	[ZCBLK_ENGINE_LIST] = &zcblk_range_list_ops,
	[ZCBLK_ENGINE_TREE] = &zcblk_range_tree_ops,
	[ZCBLK_ENGINE_SLOT] = &zcblk_range_slot_ops,
};

/*
 * Creates a range lock. @overlap points to an enum zcblk_overlap, which may change at any time. @wq
 * has a rescuer. Context: process. Return: the lock, or NULL if there is no memory
 */
struct zcblk_ranges *zcblk_ranges_create(const struct zcblk_range_ops *ops,
					 const int *overlap, struct workqueue_struct *wq)
{
	struct zcblk_ranges *ranges = kzalloc(sizeof(*ranges), GFP_KERNEL);

	if (!ranges)
		return NULL;
	ranges->ops = ops;
	ranges->overlap = overlap;
	ranges->wq = wq;
	ranges->watched = jiffies;
	raw_spin_lock_init(&ranges->hot_lock);
	ranges->stats = alloc_percpu(struct zcblk_range_stats);
	if (ranges->stats && !ops->init(ranges))
		return ranges;
	free_percpu(ranges->stats);
	kfree(ranges);
	return NULL;
}

/* Frees a range lock in which no range is held or parked. @ranges may be NULL. */
void zcblk_ranges_destroy(struct zcblk_ranges *ranges)
{
	if (!ranges)
		return;
	flush_workqueue(ranges->wq);
	kvfree(ranges->engine);
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
	/*
	 * A new region inherits the count of the region that it replaces. If its count began
	 * at 1 instead, two new regions would always replace each other.
	 */
	coldest->region = region;
	coldest->count++;
	raw_spin_unlock_irqrestore(&ranges->hot_lock, flags);
}

/*
 * Decides what happens to a new range that conflicts with @blocker. An engine calls this once for a
 * range, under the lock that protects @blocker.
 * Return: -EINPROGRESS if the range is parked; 0 if the range is granted although it overlaps;
 * -EAGAIN or -ECANCELED if the range is refused
 */
int zcblk_range_conflict(struct zcblk_ranges *ranges, struct zcblk_range *range,
			 const struct zcblk_range *blocker, int overlap)
{
	this_cpu_inc(ranges->stats->contended);
	zcblk_range_count_hot(ranges, range->start >> ZCBLK_RANGE_HOT_SHIFT);
	trace_zcblk_range_wait(ranges, range, blocker);

	if (overlap == ZCBLK_OVERLAP_DETECT)
		return 0;
	if (READ_ONCE(ranges->cancelled))
		return -ECANCELED;
	if (range->nowait || overlap == ZCBLK_OVERLAP_REJECT) {
		this_cpu_inc(ranges->stats->refused);
		return -EAGAIN;
	}

	this_cpu_inc(ranges->stats->parked);
	range->parked_ns = ktime_get_ns();
	range->parked = true;
	/* Pairs with zcblk_range_copy() */
	smp_store_release(&range->waits, true);
	return -EINPROGRESS;
}

/* Decrements @range->blockers. If no blocker is left, adds the range to @grants. */
void zcblk_range_unblock(struct zcblk_range *range, struct zcblk_range **grants)
{
	if (--range->blockers)
		return;
	range->next = *grants;
	*grants = range;
}

static void zcblk_range_count_wait(struct zcblk_ranges *ranges, struct zcblk_range *range)
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

/* Grants a list of parked ranges, which may be empty. The caller holds no lock of an engine. */
noinline void zcblk_range_grant(struct zcblk_ranges *ranges, struct zcblk_range *grants)
{
	struct zcblk_range *range;

	while ((range = grants)) {
		grants = range->next;
		WRITE_ONCE(range->since, jiffies);
		/* Pairs with zcblk_range_watch_one() */
		smp_store_release(&range->waits, false);
		zcblk_range_count_wait(ranges, range);
		range->granted(range, 0);
	}
}

/* Fails a list of cancelled ranges, which the engine has already removed */
void zcblk_range_fail(struct zcblk_range *failed)
{
	struct zcblk_range *range;

	while ((range = failed)) {
		failed = range->next;
		range->granted(range, -ECANCELED);
	}
}

/**
 * zcblk_range_lock() - lock or park a range
 * @ranges: the lock
 * @range: the range, initialised by zcblk_range_init()
 *
 * Context: process, interrupts on. May sleep while another caller searches for overlaps, but never
 * waits until a range is unlocked.
 * Return: 0 if the range is granted. -EINPROGRESS if the range is parked. -EAGAIN if the range
 * would have to wait, but @range->nowait or the mode ZCBLK_OVERLAP_REJECT is set. -ECANCELED if the
 * range would have to wait, but zcblk_ranges_cancel() was called. After -EINPROGRESS, the caller
 * must not access @range, because ->granted() may already have been called.
 */
int zcblk_range_lock(struct zcblk_ranges *ranges, struct zcblk_range *range)
{
	this_cpu_inc(ranges->stats->taken);
	range->since = jiffies;
	if (likely(ranges->ops == &zcblk_range_slot_ops))
		return zcblk_slot_lock(ranges, range);
	return ranges->ops->lock(ranges, range);
}

/*
 * Releases a range that was granted. Grants each range that waited for @range, and now waits for no
 * other range. Engine slot leaves some of these grants to a worker. Context: any.
 */
void zcblk_range_unlock(struct zcblk_ranges *ranges, struct zcblk_range *range)
{
	struct zcblk_range *grants;

	trace_zcblk_range_release(ranges, range);
	if (likely(ranges->ops == &zcblk_range_slot_ops))
		grants = zcblk_slot_unlock(ranges, range);
	else
		grants = ranges->ops->unlock(ranges, range);
	if (unlikely(grants))
		zcblk_range_grant(ranges, grants);
}

/*
 * Fails all parked ranges, and parks no more ranges. If another CPU searches for conflicts of a
 * parked range during this call, it may grant or fail the range later. Context: process.
 */
void zcblk_ranges_cancel(struct zcblk_ranges *ranges)
{
	/* Set the flag first. ->cancel() acquires each lock under which a range could be parked. */
	WRITE_ONCE(ranges->cancelled, true);
	ranges->ops->cancel(ranges);
}
