// SPDX-License-Identifier: GPL-2.0-only
/*
 * Engine rq-map-kern, which calls blk_rq_map_kern(). This function maps a buffer into one
 * request, or copies the data, but does not report which. Drivers call it for commands of their
 * own. This engine calls it for reads and writes, and submits the request with
 * blk_insert_cloned_request(), as request-based device-mapper does. The request bypasses the I/O
 * scheduler, and is not split. An I/O that does not fit into one request fails.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/blk-mq.h>
#include <linux/delay.h>
#include <linux/module.h>

#include "exerciser.h"

static const char *exerciser_rq_refuse(const struct exerciser_job *job)
{
	struct request_queue *q = bdev_get_queue(job->bdev);

	if (!queue_is_mq(q))
		return "the target must have a queue of requests";
	if (bdev_is_partition(job->bdev))
		return "the target must be a whole device, not a partition";
	if (job->set.size > (u64)queue_max_sectors(q) << SECTOR_SHIFT)
		return "the size must fit into one request";
	return NULL;
}

static enum rq_end_io_ret exerciser_rq_end_io(struct request *rq, blk_status_t status,
					      const struct io_comp_batch *iob)
{
	exerciser_slot_done(rq->end_io_data, blk_status_to_errno(status));
	return RQ_END_IO_FREE;
}

COMPAT_RQ_END_IO(exerciser_rq_end_io)

static blk_status_t exerciser_rq_insert(struct request *rq)
{
	blk_status_t status = blk_insert_cloned_request(rq);

	while (status == BLK_STS_RESOURCE || status == BLK_STS_DEV_RESOURCE) {
		fsleep(100);
		status = blk_insert_cloned_request(rq);
	}
	return status;
}

static void exerciser_rq_issue(struct exerciser_slot *slot, struct request *rq)
{
	blk_status_t status = BLK_STS_NOTSUPP;

	rq->__sector = slot->sector;
	rq->bio->bi_bdev = slot->worker->bdev;
	rq->end_io = compat_rq_end_io(exerciser_rq_end_io);
	rq->end_io_data = slot;
	/* When blk_rq_map_kern() copies, it silently drops data that does not fit into a bio */
	if (blk_rq_bytes(rq) == slot->worker->size)
		status = exerciser_rq_insert(rq);
	if (status)
		blk_mq_end_request(rq, status);
}

static void exerciser_rq_submit(struct exerciser_slot *slot)
{
	struct request *rq;
	int err;

	rq = blk_mq_alloc_request(bdev_get_queue(slot->worker->bdev),
				  exerciser_slot_opf(slot), 0);
	if (IS_ERR(rq)) {
		exerciser_slot_done(slot, PTR_ERR(rq));
		return;
	}
	err = blk_rq_map_kern(rq, slot->buf, slot->worker->size, GFP_NOIO);
	if (err) {
		blk_mq_free_request(rq);
		exerciser_slot_done(slot, err);
		return;
	}
	exerciser_rq_issue(slot, rq);
}

struct exerciser_engine exerciser_engine_rq_map_kern = {
	.name = "rq-map-kern",
	.owner = THIS_MODULE,
	.refuse = exerciser_rq_refuse,
	.submit = exerciser_rq_submit,
};
