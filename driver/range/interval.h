/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functions on an interval tree of ranges.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _ZCBLK_RANGE_INTERVAL_H
#define _ZCBLK_RANGE_INTERVAL_H

#include <linux/interval_tree_generic.h>

#include "range.h"

#define ZCBLK_NODE_START(node)	((node)->range->start)
#define ZCBLK_NODE_LAST(node)	((node)->range->last)

INTERVAL_TREE_DEFINE(struct zcblk_range_node, rb, u64, subtree_last,
		     ZCBLK_NODE_START, ZCBLK_NODE_LAST, static inline, zcblk_node);

/* Returns how many ranges a new range must wait for, and sets @blocker to one of them */
static inline unsigned int zcblk_interval_count(struct rb_root_cached *root,
						const struct zcblk_range *range,
						const struct zcblk_range **blocker)
{
	struct zcblk_range_node *node;
	unsigned int n = 0;

	for (node = zcblk_node_iter_first(root, range->start, range->last); node;
	     node = zcblk_node_iter_next(node, range->start, range->last)) {
		if (zcblk_range_conflicts(node->range, range)) {
			*blocker = node->range;
			n++;
		}
	}
	return n;
}

/*
 * Decrements @blockers of each range that waits for a removed range. Adds the ranges that then wait
 * for no other range to @grants.
 */
static inline void zcblk_interval_unblock(struct rb_root_cached *root,
					  const struct zcblk_range *range,
					  struct zcblk_range **grants)
{
	struct zcblk_range_node *node;
	struct zcblk_range *later;

	for (node = zcblk_node_iter_first(root, range->start, range->last); node;
	     node = zcblk_node_iter_next(node, range->start, range->last)) {
		later = node->range;
		if (later->parked && later->seq > range->seq &&
		    zcblk_range_conflicts(range, later))
			zcblk_range_unblock(later, grants);
	}
}

#endif /* _ZCBLK_RANGE_INTERVAL_H */
