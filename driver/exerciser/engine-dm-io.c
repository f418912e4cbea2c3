// SPDX-License-Identifier: GPL-2.0-only
/*
 * Engine dm-io, which calls dm_io() of device-mapper asynchronously. A vmalloc buffer is
 * passed as DM_IO_VMA, and any other buffer as DM_IO_KMEM. The engine is a separate module,
 * so that the exerciser does not depend on device-mapper.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/dm-io.h>
#include <linux/module.h>
#include <linux/vmalloc.h>

#include "exerciser.h"

struct exerciser_dm_io {
	struct dm_io_request req;
	struct dm_io_region where;
};

static const char *exerciser_dm_io_refuse(const struct exerciser_job *job)
{
	/* dm_io() counts the data of each page in whole sectors */
	if (job->set.offset % SECTOR_SIZE)
		return "the buffer must begin at a multiple of 512 bytes";
	if ((job->set.offset | job->set.size) & bdev_dma_alignment(job->bdev))
		return "the buffer must be aligned for the device's DMA";
	return NULL;
}

static int exerciser_dm_io_start(struct exerciser_job *job)
{
	struct dm_io_client *client = dm_io_client_create();

	if (IS_ERR(client))
		return PTR_ERR(client);
	job->private = client;
	return 0;
}

static void exerciser_dm_io_stop(struct exerciser_job *job)
{
	dm_io_client_destroy(job->private);
}

/* dm-io reports which regions failed, but not why */
static void exerciser_dm_io_done(unsigned long error, unsigned long unsupported,
				 void *context)
{
	exerciser_slot_done(context, error | unsupported ? -EIO : 0);
}

COMPAT_DM_IO_NOTIFY(exerciser_dm_io_done)

static int exerciser_dm_io_init(struct exerciser_slot *slot)
{
	struct exerciser_dm_io *io = (void *)slot->private;

	io->req.mem.type = is_vmalloc_addr(slot->buf) ? DM_IO_VMA : DM_IO_KMEM;
	io->req.mem.ptr.addr = slot->buf;
	io->req.notify.fn = compat_dm_io_notify(exerciser_dm_io_done);
	io->req.notify.context = slot;
	io->req.client = slot->worker->job->private;
	io->where.bdev = slot->worker->bdev;
	io->where.count = slot->worker->size >> SECTOR_SHIFT;
	return 0;
}

static void exerciser_dm_io_submit(struct exerciser_slot *slot)
{
	struct exerciser_dm_io *io = (void *)slot->private;
	int err;

	io->req.bi_opf = exerciser_slot_opf(slot);
	io->where.sector = slot->sector;
	err = dm_io(&io->req, 1, &io->where, NULL, NULL, 0);
	if (err)
		exerciser_slot_done(slot, err);
}

static struct exerciser_engine exerciser_engine_dm_io = {
	.name = "dm-io",
	.owner = THIS_MODULE,
	.slot_size = sizeof(struct exerciser_dm_io),
	.refuse = exerciser_dm_io_refuse,
	.start = exerciser_dm_io_start,
	.stop = exerciser_dm_io_stop,
	.slot_init = exerciser_dm_io_init,
	.submit = exerciser_dm_io_submit,
};

static int __init exerciser_dm_io_module_init(void)
{
	return exerciser_engine_register(&exerciser_engine_dm_io);
}

static void __exit exerciser_dm_io_module_exit(void)
{
	exerciser_engine_unregister(&exerciser_engine_dm_io);
}

module_init(exerciser_dm_io_module_init);
module_exit(exerciser_dm_io_module_exit);

MODULE_ALIAS(EXERCISER_NAME "-engine-dm-io");
MODULE_DESCRIPTION("Load generator for kernel buffers: engine dm-io");
MODULE_AUTHOR("The zcblk authors");
MODULE_LICENSE("GPL");
