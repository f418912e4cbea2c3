// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interval trees of ranges, for those engines that have some. The lock that
 * protects a tree is its owner's.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/interval_tree_generic.h>

#include "range.h"

#define ZCBLK_NODE_START(node)	((node)->range->start)
#define ZCBLK_NODE_LAST(node)	((node)->range->last)

INTERVAL_TREE_DEFINE(struct zcblk_range_node, rb, u64, subtree_last,
		     ZCBLK_NODE_START, ZCBLK_NODE_LAST, static, zcblk_node);

/**
 * zcblk_interval_count() - count what a newcomer has to wait for
 * @root: the tree
 * @range: later than all that is in there
 *
 * Context: any, under the lock that protects the tree.
 * Return: how many.
 */
unsigned int zcblk_interval_count(struct rb_root_cached *root,
				  const struct zcblk_range *range)
{
	struct zcblk_range_node *node;
	unsigned int n = 0;

	for (node = zcblk_node_iter_first(root, range->start, range->last); node;
	     node = zcblk_node_iter_next(node, range->start, range->last))
		n += zcblk_range_excludes(node->range, range);
	return n;
}

/**
 * zcblk_interval_insert() - put a range into a tree
 * @root: the tree
 * @node: one of the range's nodes
 * @range: the range
 *
 * Context: any, under the lock that protects the tree.
 */
void zcblk_interval_insert(struct rb_root_cached *root,
			   struct zcblk_range_node *node, struct zcblk_range *range)
{
	node->range = range;
	zcblk_node_insert(node, root);
}

/**
 * zcblk_interval_remove() - take a range out of a tree
 * @root: the tree
 * @node: the node that it has there
 *
 * Context: any, under the lock that protects the tree.
 */
void zcblk_interval_remove(struct rb_root_cached *root,
			   struct zcblk_range_node *node)
{
	zcblk_node_remove(node, root);
}

/**
 * zcblk_interval_unblock() - tell those that wait for a range that it has gone
 * @root: the tree
 * @range: no longer in there
 * @grants: takes those that wait for nothing else
 *
 * Context: any, under the lock that protects the tree.
 */
void zcblk_interval_unblock(struct rb_root_cached *root,
			    const struct zcblk_range *range,
			    struct zcblk_range **grants)
{
	struct zcblk_range_node *node;
	struct zcblk_range *later;

	for (node = zcblk_node_iter_first(root, range->start, range->last); node;
	     node = zcblk_node_iter_next(node, range->start, range->last)) {
		later = node->range;
		if (later->parked && later->seq > range->seq &&
		    zcblk_range_excludes(range, later))
			zcblk_range_unblock(later, grants);
	}
}
