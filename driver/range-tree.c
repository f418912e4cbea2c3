// SPDX-License-Identifier: GPL-2.0-only
/*
 * Range lock engine tree: one lock around one interval tree of all that is held
 * or waits.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/slab.h>

#include "range.h"

/**
 * struct zcblk_range_tree - the engine
 * @lock: protects the rest; interrupts are off
 * @root: all that is held or waits
 * @seq: counts those that came
 */
struct zcblk_range_tree {
	spinlock_t lock; /* see above */
	struct rb_root_cached root;
	u64 seq;
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

static void zcblk_tree_exit(struct zcblk_ranges *ranges)
{
	kfree(ranges->engine);
}

static int zcblk_tree_lock(struct zcblk_ranges *ranges, struct zcblk_range *range)
{
	struct zcblk_range_tree *tree = ranges->engine;
	unsigned int blockers;
	unsigned long flags;
	int err = 0;

	spin_lock_irqsave(&tree->lock, flags);
	blockers = zcblk_interval_count(&tree->root, range);
	if (blockers)
		err = zcblk_range_conflict(ranges, range, blockers);
	if (!err || err == -EINPROGRESS) {
		range->seq = ++tree->seq;
		zcblk_interval_insert(&tree->root, &range->node[0], range);
	}
	spin_unlock_irqrestore(&tree->lock, flags);
	return err;
}

static struct zcblk_range *zcblk_tree_unlock(struct zcblk_ranges *ranges,
					     struct zcblk_range *range)
{
	struct zcblk_range_tree *tree = ranges->engine;
	struct zcblk_range *grants = NULL;
	unsigned long flags;

	spin_lock_irqsave(&tree->lock, flags);
	zcblk_interval_remove(&tree->root, &range->node[0]);
	zcblk_interval_unblock(&tree->root, range, &grants);
	spin_unlock_irqrestore(&tree->lock, flags);
	return grants;
}

static void zcblk_tree_for_each(struct zcblk_ranges *ranges,
				zcblk_range_visit_fn visit, void *data)
{
	struct zcblk_range_tree *tree = ranges->engine;
	unsigned long flags;
	struct rb_node *rb;

	spin_lock_irqsave(&tree->lock, flags);
	for (rb = rb_first_cached(&tree->root); rb; rb = rb_next(rb))
		visit(rb_entry(rb, struct zcblk_range, node[0].rb), data);
	spin_unlock_irqrestore(&tree->lock, flags);
}

const struct zcblk_range_ops zcblk_range_tree_ops = {
	.name = "tree",
	.init = zcblk_tree_init,
	.exit = zcblk_tree_exit,
	.lock = zcblk_tree_lock,
	.unlock = zcblk_tree_unlock,
	.for_each = zcblk_tree_for_each,
};
