// SPDX-License-Identifier: GPL-2.0-only
/*
 * Range lock engine list: one lock around one list of all that is held or waits,
 * compared with one by one. It is what a replication driver of 2010 did, where it
 * took a fifth of all samples; kept to be looked at with a profiler.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/slab.h>

#include "range.h"

/**
 * struct zcblk_range_list - the engine
 * @lock: protects @all; interrupts are off
 * @all: in the order in which they came
 */
struct zcblk_range_list {
	spinlock_t lock; /* see above */
	struct list_head all;
};

static int zcblk_list_init(struct zcblk_ranges *ranges)
{
	struct zcblk_range_list *list = kzalloc(sizeof(*list), GFP_KERNEL);

	if (!list)
		return -ENOMEM;
	spin_lock_init(&list->lock);
	INIT_LIST_HEAD(&list->all);
	ranges->engine = list;
	return 0;
}

static void zcblk_list_exit(struct zcblk_ranges *ranges)
{
	kfree(ranges->engine);
}

/* Out of line, so that a profile shows what the comparing costs */
static noinline bool zcblk_list_overlapped(const struct zcblk_range *earlier,
					   const struct zcblk_range *later)
{
	return zcblk_range_waits(later, earlier);
}

static noinline unsigned int zcblk_list_conflict(struct zcblk_range_list *list,
						 struct zcblk_range *range)
{
	struct zcblk_range *earlier;
	unsigned int n = 0;

	list_for_each_entry(earlier, &list->all, list)
		n += zcblk_list_overlapped(earlier, range);
	return n;
}

static int zcblk_list_lock(struct zcblk_ranges *ranges, struct zcblk_range *range)
{
	struct zcblk_range_list *list = ranges->engine;
	unsigned int blockers;
	unsigned long flags;
	int err = 0;

	spin_lock_irqsave(&list->lock, flags);
	blockers = zcblk_list_conflict(list, range);
	if (blockers)
		err = zcblk_range_conflict(ranges, range, blockers);
	if (!err || err == -EINPROGRESS)
		list_add_tail(&range->list, &list->all);
	spin_unlock_irqrestore(&list->lock, flags);
	return err;
}

static struct zcblk_range *zcblk_list_unlock(struct zcblk_ranges *ranges,
					     struct zcblk_range *range)
{
	struct zcblk_range_list *list = ranges->engine;
	struct zcblk_range *later = range;
	struct zcblk_range *grants = NULL;
	unsigned long flags;

	spin_lock_irqsave(&list->lock, flags);
	list_for_each_entry_continue(later, &list->all, list)
		if (later->parked && zcblk_list_overlapped(range, later))
			zcblk_range_unblock(later, &grants);
	list_del(&range->list);
	spin_unlock_irqrestore(&list->lock, flags);
	return grants;
}

static void zcblk_list_for_each(struct zcblk_ranges *ranges,
				zcblk_range_visit_fn visit, void *data)
{
	struct zcblk_range_list *list = ranges->engine;
	struct zcblk_range *range;
	unsigned long flags;

	spin_lock_irqsave(&list->lock, flags);
	list_for_each_entry(range, &list->all, list)
		visit(range, data);
	spin_unlock_irqrestore(&list->lock, flags);
}

const struct zcblk_range_ops zcblk_range_list_ops = {
	.name = "list",
	.init = zcblk_list_init,
	.exit = zcblk_list_exit,
	.lock = zcblk_list_lock,
	.unlock = zcblk_list_unlock,
	.for_each = zcblk_list_for_each,
};
