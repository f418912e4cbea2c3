// SPDX-License-Identifier: GPL-2.0-only
/*
 * limits.c for kernels before v6.11, where limits and flags are set one by one
 * on a disk that is allocated first.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/blk-integrity.h>

#include "zcblk.h"

/* Flags that the disk has where its lower device has them */
static const unsigned int zcblk_inherited_flags[] = {
	QUEUE_FLAG_NONROT,
	QUEUE_FLAG_STABLE_WRITES,
	QUEUE_FLAG_NOWAIT,
};

struct gendisk *zcblk_limits_alloc_disk(struct block_device *lower,
					const char *name)
{
	struct request_queue *lq = bdev_get_queue(lower);
	struct gendisk *gd = blk_alloc_disk(NUMA_NO_NODE);
	struct request_queue *q;
	size_t i;

	if (!gd)
		return ERR_PTR(-ENOMEM);
	q = gd->queue;
	/* disk_stack_limits() warns by this name */
	strscpy(gd->disk_name, name, sizeof(gd->disk_name));
	blk_set_stacking_limits(&q->limits);
	/* Its default would make the disk stricter than the lower device */
	q->limits.dma_alignment = 0;
	disk_stack_limits(gd, lower, 0);
	for (i = 0; i < ARRAY_SIZE(zcblk_inherited_flags); i++)
		if (test_bit(zcblk_inherited_flags[i], &lq->queue_flags))
			blk_queue_flag_set(zcblk_inherited_flags[i], q);
	if (zcblk_lower_can_poll(lower))
		blk_queue_flag_set(QUEUE_FLAG_POLL, q);
	blk_queue_flag_set(QUEUE_FLAG_IO_STAT, q);
	/* The lower device's cache may be switched on later; it ignores what it does not need */
	blk_queue_write_cache(q, true, true);
	if (blk_get_integrity(lower->bd_disk))
		blk_integrity_register(gd, blk_get_integrity(lower->bd_disk));
	return gd;
}
