// SPDX-License-Identifier: GPL-2.0-only
/*
 * Polled I/O of the kernel API.
 *
 * A task that sleeps does not poll. So it must not wait for anything that its own polled bios
 * hold: memory, a request, or a queue that is frozen until they complete. For this reason, an
 * I/O has one polled bio in flight, and its submitter polls until that completes before it
 * allocates or sends another. Polled bios come from a bio_set of their own, for which nothing
 * ever waits.
 *
 * A bio that would not complete by polling is sent unpolled, and an interrupt completes it.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/blkdev.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "client.h"

/**
 * zcblk_polled_alloc() - allocate a bio of an I/O that may be polled
 * @io: the I/O
 * @vecs: entries of the bio's table
 *
 * Context: any. Does not sleep.
 * Return: the bio; NULL if the I/O is not polled, or there is no memory.
 */
struct bio *zcblk_polled_alloc(struct zcblk_bufio *io, unsigned int vecs)
{
	if (likely(!(io->opf & REQ_POLLED)))
		return NULL;
	return bio_alloc_bioset(io->bdev, vecs, io->opf, GFP_NOWAIT | __GFP_NOWARN,
				&io->client->polled);
}

/**
 * zcblk_polled_limit() - limit a polled bio to what the device can transfer at once
 * @io: the I/O
 * @bytes: limit of a bio that is not polled, in bytes
 *
 * The block layer does not poll for a bio that it has split. Each page may be a segment.
 *
 * Context: any.
 * Return: the limit in bytes. An I/O that must be one bio has no other limit than @bytes.
 */
unsigned int zcblk_polled_limit(const struct zcblk_bufio *io, unsigned int bytes)
{
	struct request_queue *q = bdev_get_queue(io->bdev);
	unsigned int unit = max_t(unsigned int, bdev_logical_block_size(io->bdev),
				  bdev_dma_alignment(io->bdev) + 1);
	unsigned int segments = queue_max_segments(q);

	if (io->opf & (REQ_ATOMIC | REQ_NOWAIT))
		return bytes;
	/* The device's limits in bytes may not fit into 32 bits */
	bytes = min_t(u64, bytes, (u64)queue_max_sectors(q) << SECTOR_SHIFT);
	if (segments > 1)
		bytes = min_t(u64, bytes, (u64)(segments - 1) << PAGE_SHIFT);
	return max(round_down(bytes, unit), unit);
}

/*
 * A flush is sent as a request without a bio, which has no cookie to poll with. Inside of
 * ->submit_bio(), bios are sent after it returns, so none can be polled for before the next.
 * For a device of device-mapper, a poller needs the bio itself, which may have completed.
 */
static bool zcblk_may_poll(const struct bio *bio)
{
	struct block_device *bdev = bio->bi_bdev;
	struct request_queue *q = bdev_get_queue(bdev);

	if (bio->bi_opf & REQ_PREFLUSH || current->bio_list)
		return false;
	return compat_queue_can_poll(q) && (queue_is_mq(q) || zcblk_is_ours(bdev->bd_disk));
}

/**
 * zcblk_polled_begin() - note a bio of a polled I/O, before it is sent
 * @io: the I/O, which has no polled bio in flight
 * @bio: the bio; it loses REQ_POLLED if it would not complete by polling
 *
 * Context: process.
 */
void zcblk_polled_begin(struct zcblk_bufio *io, struct bio *bio)
{
	/* Of bios that are merged, only the first has a cookie to poll with */
	bio->bi_opf |= REQ_NOMERGE;
	if (!(bio->bi_opf & REQ_POLLED))
		return;
	if (!zcblk_may_poll(bio)) {
		bio_clear_polled(bio);
		return;
	}
	/* As for direct I/O: the throttling of writeback would wait for other writes */
	if (op_is_write(bio_op(bio)))
		bio->bi_opf |= REQ_SYNC | REQ_IDLE;
	WRITE_ONCE(io->polled, bio);
}

/**
 * zcblk_polled_drain() - poll until no polled bio of an I/O is in flight
 * @io: the I/O
 *
 * Context: process.
 */
void zcblk_polled_drain(struct zcblk_bufio *io)
{
	while (zcblk_is_polled(io)) {
		zcblk_bufio_poll(io);
		cond_resched();
	}
}

/*
 * Another poller may complete the bio at any time. Its memory stays a bio until RCU allows its
 * reuse, but then has the cookie of another device. If it is still the I/O's bio after the
 * cookie was read, the cookie is right. With the device, this is all that bio_poll() needs.
 */
static blk_qc_t zcblk_polled_cookie(const struct zcblk_bufio *io)
{
	blk_qc_t cookie = BLK_QC_T_NONE;
	struct bio *bio;

	rcu_read_lock();
	bio = READ_ONCE(io->polled);
	if (bio)
		cookie = READ_ONCE(bio->bi_cookie);
	smp_rmb(); /* after the bio's memory is reused, io->polled is seen to differ */
	if (READ_ONCE(io->polled) != bio)
		cookie = BLK_QC_T_NONE;
	rcu_read_unlock();
	return cookie;
}

void zcblk_bufio_poll(struct zcblk_bufio *io)
{
	struct bio probe;

	if (!(io->opf & REQ_POLLED))
		return;
	/* A bio in the caller's plug, polled or not, does not complete: submit it first */
	if (current->plug)
		io_schedule();

	bio_init(&probe, NULL, NULL, 0, (__force blk_opf_t)REQ_OP_READ | REQ_POLLED);
	probe.bi_bdev = io->bdev;
	probe.bi_cookie = zcblk_polled_cookie(io);
	if (probe.bi_cookie != BLK_QC_T_NONE)
		bio_poll(&probe, NULL, BLK_POLL_ONESHOT | BLK_POLL_NOSLEEP);
}
EXPORT_SYMBOL_GPL(zcblk_bufio_poll);
