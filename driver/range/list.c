// SPDX-License-Identifier: GPL-2.0-only
/*
 * Range lock engine list: one lock protects one list of all ranges, and a new range is compared
 * with each range in the list. A replication driver of 2010 worked this way. In a profile of that
 * driver, a fifth of the samples was in this comparison. The engine is an example for the use of
 * profilers. Its work under the lock has no bound.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/slab.h>

#include "range.h"

struct zcblk_range_list {
	spinlock_t lock;	/* protects @all; interrupts are off */
	struct list_head all;	/* ranges, held or parked, in the order of arrival */
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

/* This is noinline, so that a profile shows the cost of the comparison */
static noinline bool zcblk_list_conflicts(const struct zcblk_range *earlier,
					  const struct zcblk_range *later)
{
	return zcblk_range_conflicts(earlier, later);
}

static noinline unsigned int zcblk_list_count(struct zcblk_range_list *list,
					      struct zcblk_range *range,
					      const struct zcblk_range **blocker)
{
	struct zcblk_range *earlier;
	unsigned int n = 0;

	list_for_each_entry(earlier, &list->all, list) {
		if (zcblk_list_conflicts(earlier, range)) {
			*blocker = earlier;
			n++;
		}
	}
	return n;
}

static int zcblk_list_lock(struct zcblk_ranges *ranges, struct zcblk_range *range)
{
	struct zcblk_range_list *list = ranges->engine;
	const struct zcblk_range *blocker;
	unsigned long flags;
	int err = 0;

	spin_lock_irqsave(&list->lock, flags);
	range->blockers = zcblk_list_count(list, range, &blocker);
	if (range->blockers)
		err = zcblk_range_conflict(ranges, range, blocker, READ_ONCE(*ranges->overlap));
	if (!err || err == -EINPROGRESS)
		list_add_tail(&range->list, &list->all);
	spin_unlock_irqrestore(&list->lock, flags);
	return err;
}

static struct zcblk_range *zcblk_list_unlock(struct zcblk_ranges *ranges, struct zcblk_range *range)
{
	struct zcblk_range_list *list = ranges->engine;
	struct zcblk_range *later = range;
	struct zcblk_range *grants = NULL;
	unsigned long flags;

	spin_lock_irqsave(&list->lock, flags);
	list_for_each_entry_continue(later, &list->all, list)
		if (later->parked && zcblk_list_conflicts(range, later))
			zcblk_range_unblock(later, &grants);
	list_del(&range->list);
	spin_unlock_irqrestore(&list->lock, flags);
	return grants;
}

static void zcblk_list_for_each(struct zcblk_ranges *ranges, zcblk_range_visit_fn visit, void *data)
{
	struct zcblk_range_list *list = ranges->engine;
	struct zcblk_range *range;
	unsigned long flags;

	spin_lock_irqsave(&list->lock, flags);
	list_for_each_entry(range, &list->all, list)
		visit(range, data);
	spin_unlock_irqrestore(&list->lock, flags);
}

/* Fails all ranges that wait. The others do not wait, so their @blockers need no update. */
static void zcblk_list_cancel(struct zcblk_ranges *ranges)
{
	struct zcblk_range_list *list = ranges->engine;
	struct zcblk_range *range, *next, *failed = NULL;
	unsigned long flags;

	spin_lock_irqsave(&list->lock, flags);
	list_for_each_entry_safe(range, next, &list->all, list) {
		if (!range->parked || !range->blockers)
			continue;
		list_del(&range->list);
		range->next = failed;
		failed = range;
	}
	spin_unlock_irqrestore(&list->lock, flags);
	zcblk_range_fail(failed);
}

const struct zcblk_range_ops zcblk_range_list_ops = {
	.name = "list",
	.init = zcblk_list_init,
	.lock = zcblk_list_lock,
	.unlock = zcblk_list_unlock,
	.for_each = zcblk_list_for_each,
	.cancel = zcblk_list_cancel,
};
