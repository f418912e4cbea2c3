// SPDX-License-Identifier: GPL-2.0-only
/*
 * Engine rw-virt, which calls bdev_rw_virt(). This function waits for each I/O, and
 * accepts only memory in the direct map.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/bio.h>
#include <linux/module.h>
#include <linux/vmalloc.h>

#include "exerciser.h"

static const char *exerciser_rw_virt_refuse(const struct exerciser_job *job)
{
	int buffer = job->set.buffer;

	if (buffer != EXERCISER_BUFFER_KMALLOC && buffer != EXERCISER_BUFFER_PAGES)
		return "the buffer must be from kmalloc or pages";
	if ((job->set.offset | job->set.size) & bdev_dma_alignment(job->bdev))
		return "the buffer must be aligned for the device's DMA";
	if (job->set.depth > 1)
		return "it waits for each I/O: set depth to 1, and use threads";
	return NULL;
}

static void exerciser_rw_virt_submit(struct exerciser_slot *slot)
{
	int err = bdev_rw_virt(slot->worker->bdev, slot->sector, slot->buf,
			       slot->worker->size,
			       exerciser_slot_opf(slot) & REQ_OP_MASK);

	exerciser_slot_done(slot, err);
}

struct exerciser_engine exerciser_engine_rw_virt = {
	.name = "rw-virt",
	.owner = THIS_MODULE,
	.refuse = exerciser_rw_virt_refuse,
	.submit = exerciser_rw_virt_submit,
};
