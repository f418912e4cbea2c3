// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets and updates the limits of a disk, like limits.c, but for kernels before v6.11. These
 * kernels allocate a disk without limits. The limits of the lower device are then stacked onto
 * those of the disk's queue. Flags of the queue are set one by one.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/blk-integrity.h>

#include "zcblk.h"

/* Queue flags that the disk copies from its lower device */
static const struct {
	enum zcblk_property property;
	unsigned int flag;
} zcblk_inherited_flags[] = {
	{ ZCBLK_ROTATIONAL, QUEUE_FLAG_NONROT },
	{ ZCBLK_STABLE_WRITES, QUEUE_FLAG_STABLE_WRITES },
	{ ZCBLK_NOWAIT, QUEUE_FLAG_NOWAIT },
};

static void zcblk_limits_copy_flags(struct zcblk_disk *disk, struct request_queue *q,
				    unsigned long changed)
{
	struct request_queue *lq = bdev_get_queue(disk->lower);
	unsigned int flag;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(zcblk_inherited_flags); i++) {
		flag = zcblk_inherited_flags[i].flag;
		if (!(changed & BIT(zcblk_inherited_flags[i].property)))
			continue;
		if (test_bit(flag, &lq->queue_flags) ||
		    (flag == QUEUE_FLAG_STABLE_WRITES && disk->set->stable))
			blk_queue_flag_set(flag, q);
		else
			blk_queue_flag_clear(flag, q);
	}
}

struct gendisk *zcblk_limits_alloc_disk(struct zcblk_disk *disk, const char *name)
{
	struct block_device *lower = disk->lower;
	struct gendisk *gd = blk_alloc_disk(NUMA_NO_NODE);
	struct request_queue *q;

	if (!gd)
		return ERR_PTR(-ENOMEM);

	q = gd->queue;
	/* Set the name first, because disk_stack_limits() prints gd->disk_name in its warnings */
	strscpy(gd->disk_name, name, sizeof(gd->disk_name));
	blk_set_stacking_limits(&q->limits);
	/* The default alignment may be stricter than the alignment of the lower device */
	q->limits.dma_alignment = 0;
	disk_stack_limits(gd, lower, 0);

	zcblk_limits_copy_flags(disk, q, ZCBLK_LIMITS);
	if (zcblk_lower_can_poll(lower))
		blk_queue_flag_set(QUEUE_FLAG_POLL, q);
	blk_queue_flag_set(QUEUE_FLAG_IO_STAT, q);
	/*
	 * Always accept flushes and FUA, because the cache of the lower device may be switched on
	 * later. If the lower device has no cache, the block layer drops them there.
	 */
	blk_queue_write_cache(q, true, true);
	if (blk_get_integrity(lower->bd_disk))
		blk_integrity_register(gd, blk_get_integrity(lower->bd_disk));
	return gd;
}

void zcblk_limits_follow(struct zcblk_disk *disk, unsigned long changed)
{
	struct request_queue *q = disk->gd->queue;
	struct queue_limits *lim = &q->limits, from;

	zcblk_limits_copy_flags(disk, q, changed);
	blk_set_stacking_limits(&from);
	blk_stack_limits(&from, &bdev_get_queue(disk->lower)->limits,
			 get_start_sect(disk->lower));

	if (changed & BIT(ZCBLK_DISCARD)) {
		lim->discard_granularity = from.discard_granularity;
		lim->discard_alignment = from.discard_alignment;
		lim->max_discard_segments = from.max_discard_segments;
		lim->max_hw_discard_sectors = from.max_hw_discard_sectors;
		lim->max_discard_sectors = from.max_discard_sectors;
	}
	if (changed & BIT(ZCBLK_SECURE_ERASE))
		lim->max_secure_erase_sectors = from.max_secure_erase_sectors;
	if (changed & BIT(ZCBLK_WRITE_ZEROES))
		lim->max_write_zeroes_sectors = from.max_write_zeroes_sectors;
}
