// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the disk can do: all that its lower device can, and no more.
 *
 * For kernels from v6.11 on; compat-limits.c does the same for older ones.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/blk-integrity.h>

#include "zcblk.h"

/**
 * zcblk_limits_alloc_disk() - allocate a disk with the limits of a lower device
 * @lower: the lower device
 * @name: name of the disk, for messages
 *
 * Inline encryption and atomic writes are not passed on: the block layer does
 * the one by itself, and the copy path could not keep the other's promise.
 *
 * Context: process.
 * Return: the disk, not yet added, or an ERR_PTR().
 */
struct gendisk *zcblk_limits_alloc_disk(struct block_device *lower,
					const char *name)
{
	struct queue_limits lim;

	blk_set_stacking_limits(&lim);
	/* Its default would make the disk stricter than the lower device */
	lim.dma_alignment = 0;
	/* Stacking clears NOWAIT again where it is missing */
	lim.features |= BLK_FEAT_IO_STAT | BLK_FEAT_NOWAIT;
	/* The lower device's cache may be switched on later; it ignores what it does not need */
	lim.features |= BLK_FEAT_WRITE_CACHE | BLK_FEAT_FUA;
	if (zcblk_lower_can_poll(lower))
		lim.features |= BLK_FEAT_POLL;
	queue_limits_stack_bdev(&lim, lower, 0, name);
	if (!queue_limits_stack_integrity_bdev(&lim, lower))
		return ERR_PTR(-EINVAL);
	return blk_alloc_disk(&lim, NUMA_NO_NODE);
}
