// SPDX-License-Identifier: GPL-2.0-only
/*
 * Range lock engine tree: one lock protects one interval tree of all ranges, as in DRBD and
 * dm-integrity. The engine exists for comparisons. Its work under the lock has no bound.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/slab.h>

#include "interval.h"

struct zcblk_range_tree {
	spinlock_t lock;	/* protects the other members; interrupts are off */
	struct rb_root_cached root;	/* ranges, held or parked */
	u64 seq;		/* number of the newest range */
};

static int zcblk_tree_init(struct zcblk_ranges *ranges)
{
	struct zcblk_range_tree *tree = kzalloc(sizeof(*tree), GFP_KERNEL);

	if (!tree)
		return -ENOMEM;
	spin_lock_init(&tree->lock);
	tree->root = RB_ROOT_CACHED;
	ranges->engine = tree;
	return 0;
}

static int zcblk_tree_lock(struct zcblk_ranges *ranges, struct zcblk_range *range)
{
	struct zcblk_range_tree *tree = ranges->engine;
	const struct zcblk_range *blocker;
	unsigned long flags;
	int err = 0;

	spin_lock_irqsave(&tree->lock, flags);
	range->blockers = zcblk_interval_count(&tree->root, range, &blocker);
	if (range->blockers)
		err = zcblk_range_conflict(ranges, range, blocker, READ_ONCE(*ranges->overlap));
	if (!err || err == -EINPROGRESS) {
		range->seq = ++tree->seq;
		range->node[0].range = range;
		zcblk_node_insert(&range->node[0], &tree->root);
	}
	spin_unlock_irqrestore(&tree->lock, flags);
	return err;
}

static struct zcblk_range *zcblk_tree_unlock(struct zcblk_ranges *ranges, struct zcblk_range *range)
{
	struct zcblk_range_tree *tree = ranges->engine;
	struct zcblk_range *grants = NULL;
	unsigned long flags;

	spin_lock_irqsave(&tree->lock, flags);
	zcblk_node_remove(&range->node[0], &tree->root);
	zcblk_interval_unblock(&tree->root, range, &grants);
	spin_unlock_irqrestore(&tree->lock, flags);
	return grants;
}

static void zcblk_tree_for_each(struct zcblk_ranges *ranges, zcblk_range_visit_fn visit, void *data)
{
	struct zcblk_range_tree *tree = ranges->engine;
	unsigned long flags;
	struct rb_node *rb;

	spin_lock_irqsave(&tree->lock, flags);
	for (rb = rb_first_cached(&tree->root); rb; rb = rb_next(rb))
		visit(rb_entry(rb, struct zcblk_range, node[0].rb), data);
	spin_unlock_irqrestore(&tree->lock, flags);
}

/* Fails all ranges that wait. The others do not wait, so their @blockers need no update. */
static void zcblk_tree_cancel(struct zcblk_ranges *ranges)
{
	struct zcblk_range_tree *tree = ranges->engine;
	struct zcblk_range *range, *failed = NULL;
	struct rb_node *rb, *next;
	unsigned long flags;

	spin_lock_irqsave(&tree->lock, flags);
	for (rb = rb_first_cached(&tree->root); rb; rb = next) {
		next = rb_next(rb);
		range = rb_entry(rb, struct zcblk_range, node[0].rb);
		if (!range->parked || !range->blockers)
			continue;
		zcblk_node_remove(&range->node[0], &tree->root);
		range->next = failed;
		failed = range;
	}
	spin_unlock_irqrestore(&tree->lock, flags);
	zcblk_range_fail(failed);
}

const struct zcblk_range_ops zcblk_range_tree_ops = {
	.name = "tree",
	.init = zcblk_tree_init,
	.lock = zcblk_tree_lock,
	.unlock = zcblk_tree_unlock,
	.for_each = zcblk_tree_for_each,
	.cancel = zcblk_tree_cancel,
};
