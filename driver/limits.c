// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets and updates the limits and features of a disk, which are those of its lower device.
 *
 * This file is for kernels from v6.11 on. compat-limits.c does the same for older kernels.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/backing-dev.h>
#include <linux/blk-integrity.h>

#include "zcblk.h"

/*
 * Sets the limits of atomic writes. The path may change while I/O is in flight, so an atomic
 * write must always fit into one piece of path copy. The largest unit must be a power of two,
 * so ZCBLK_BOUNCE_BYTES must also be a power of two.
 */
static void zcblk_limits_stack_atomic(struct queue_limits *lim, struct block_device *lower)
{
	const struct queue_limits *from = &bdev_get_queue(lower)->limits;

	BUILD_BUG_ON_NOT_POWER_OF_2(ZCBLK_BOUNCE_BYTES);
	if (!bdev_can_atomic_write(lower) || from->atomic_write_unit_min > ZCBLK_BOUNCE_BYTES)
		return;

	lim->features |= BLK_FEAT_ATOMIC_WRITES;
	lim->atomic_write_hw_unit_min = from->atomic_write_unit_min;
	lim->atomic_write_hw_unit_max = min(from->atomic_write_unit_max, ZCBLK_BOUNCE_BYTES);
	lim->atomic_write_hw_max = min(from->atomic_write_max_sectors << SECTOR_SHIFT,
				       ZCBLK_BOUNCE_BYTES);
	lim->atomic_write_hw_boundary = from->atomic_write_hw_boundary;
}

static void zcblk_limits_stack(struct queue_limits *lim, struct zcblk_disk *disk,
			       const char *name)
{
	struct block_device *lower = disk->lower;

	blk_set_stacking_limits(lim);
	/* The default alignment may be stricter than the alignment of the lower device */
	lim->dma_alignment = 0;
	/* queue_limits_stack_bdev() clears BLK_FEAT_NOWAIT if the lower device lacks it */
	lim->features |= BLK_FEAT_IO_STAT | BLK_FEAT_NOWAIT;
	/*
	 * Always accept flushes and FUA, because the cache of the lower device may be switched on
	 * later. If the lower device has no cache, the block layer drops them there.
	 */
	lim->features |= BLK_FEAT_WRITE_CACHE | BLK_FEAT_FUA;
	if (zcblk_lower_can_poll(lower))
		lim->features |= BLK_FEAT_POLL;
	queue_limits_stack_bdev(lim, lower, 0, name);
	/*
	 * The user may have reduced the lower device's discard limit, or its driver may have set
	 * this limit to 0
	 */
	lim->max_user_discard_sectors = bdev_max_discard_sectors(lower);
	compat_copy_write_zeroes(lim, lim);
	zcblk_limits_stack_atomic(lim, lower);

	if (disk->set->stable)
		lim->features |= BLK_FEAT_STABLE_WRITES;
}

/**
 * zcblk_limits_alloc_disk() - allocate a disk with the limits of its lower device
 * @disk: the zcblk disk
 * @name: name of the disk, for messages
 *
 * The disk does not offer inline encryption, because the block layer can encrypt by itself.
 *
 * Context: process.
 * Return: the block layer's disk, which is not added yet; or an ERR_PTR().
 */
struct gendisk *zcblk_limits_alloc_disk(struct zcblk_disk *disk, const char *name)
{
	struct queue_limits lim;

	zcblk_limits_stack(&lim, disk, name);
	if (!queue_limits_stack_integrity_bdev(&lim, disk->lower))
		return ERR_PTR(-EINVAL);
	return blk_alloc_disk(&lim, NUMA_NO_NODE);
}

static void zcblk_limits_copy(struct queue_limits *lim, const struct queue_limits *from,
			      unsigned long changed)
{
	blk_features_t features = 0;

	if (changed & BIT(ZCBLK_STABLE_WRITES))
		features |= BLK_FEAT_STABLE_WRITES;
	if (changed & BIT(ZCBLK_ROTATIONAL))
		features |= BLK_FEAT_ROTATIONAL;
	if (changed & BIT(ZCBLK_NOWAIT))
		features |= BLK_FEAT_NOWAIT;
	lim->features = (lim->features & ~features) | (from->features & features);

	if (changed & BIT(ZCBLK_DISCARD)) {
		lim->max_hw_discard_sectors = from->max_hw_discard_sectors;
		lim->max_user_discard_sectors = from->max_user_discard_sectors;
		lim->max_discard_segments = from->max_discard_segments;
		lim->discard_granularity = from->discard_granularity;
		lim->discard_alignment = from->discard_alignment;
	}
	if (changed & BIT(ZCBLK_SECURE_ERASE))
		lim->max_secure_erase_sectors = from->max_secure_erase_sectors;
	if (changed & BIT(ZCBLK_WRITE_ZEROES))
		compat_copy_write_zeroes(lim, from);
}

/**
 * zcblk_limits_follow() - copy limits of the lower device that have changed
 * @disk: a disk that is up
 * @changed: a bit for each enum zcblk_property that has changed
 *
 * Context: process.
 */
void zcblk_limits_follow(struct zcblk_disk *disk, unsigned long changed)
{
	struct gendisk *gd = disk->gd;
	unsigned long ra_pages = gd->bdi->ra_pages;
	struct queue_limits lim, from;
	int err;

	zcblk_limits_stack(&from, disk, gd->disk_name);

	lim = queue_limits_start_update(gd->queue);
	zcblk_limits_copy(&lim, &from, changed);
	err = queue_limits_commit_update(gd->queue, &lim);
	if (err)
		pr_warn("%s: cannot follow the limits of %pg (%d)\n", gd->disk_name,
			disk->lower, err);
	/* Restore ra_pages, because queue_limits_commit_update() may have increased it */
	gd->bdi->ra_pages = ra_pages;
}
