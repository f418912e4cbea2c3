// SPDX-License-Identifier: GPL-2.0-only
/*
 * Polled I/O of the kernel API.
 *
 * A task that sleeps does not poll. So the task must not wait for something that its own polled
 * bios hold. A bio holds memory, a request, and a reference that delays the freezing of a queue.
 * For this reason, an I/O has at most one polled bio in flight. The submitter polls until that
 * bio completes, and only then allocates the next bio. Polled bios have a separate bio_set, and
 * its allocations never wait.
 *
 * If polling cannot complete a bio, the bio is submitted without REQ_POLLED. An interrupt
 * completes such a bio.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/blkdev.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "client.h"

/**
 * zcblk_polled_alloc() - allocate a polled bio
 * @io: the I/O, which may be polled
 * @vecs: number of entries in the bio's bio_vec table
 *
 * Context: any. Does not sleep.
 * Return: the bio, or NULL if the I/O is not polled, or there is no memory.
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
 * The block layer does not poll for a bio that it has split. The limit assumes that each page
 * is a segment of its own.
 *
 * Context: any.
 * Return: the limit in bytes. With REQ_ATOMIC or REQ_NOWAIT, an I/O must be one bio, and the
 * limit is @bytes.
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
 * True if polling can complete a bio. A flush is sent as a request without a bio, so it has no
 * cookie to poll with. Inside ->submit_bio(), the block layer delays a bio until ->submit_bio()
 * returns. To poll another bio-based driver, such as device-mapper, a caller needs the bio itself,
 * which may already be freed.
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
 * zcblk_polled_begin() - prepare a bio of a polled I/O for submission
 * @io: the I/O, which has no polled bio in flight
 * @bio: the bio; this clears REQ_POLLED if polling cannot complete the bio
 *
 * Context: process.
 */
void zcblk_polled_begin(struct zcblk_bufio *io, struct bio *bio)
{
	/* Prevent merging, because only the first of merged bios has a cookie to poll with */
	bio->bi_opf |= REQ_NOMERGE;
	if (!(bio->bi_opf & REQ_POLLED))
		return;
	if (!zcblk_may_poll(bio)) {
		bio_clear_polled(bio);
		return;
	}
	/* As for direct I/O, writeback throttling does not delay a write with these flags */
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
 * Returns the cookie of the I/O's polled bio, or BLK_QC_T_NONE. Another poller may complete and
 * free the bio at any time. Until rcu_read_unlock(), the freed memory stays a bio, but this bio
 * may already be in use for another device. So this reads @io->polled again after the cookie. If
 * @io->polled has not changed, the cookie is valid.
 */
static blk_qc_t zcblk_polled_cookie(const struct zcblk_bufio *io)
{
	blk_qc_t cookie = BLK_QC_T_NONE;
	struct bio *bio;

	rcu_read_lock();
	bio = READ_ONCE(io->polled);
	if (bio)
		cookie = READ_ONCE(bio->bi_cookie);
	smp_rmb(); /* read the cookie before io->polled, which changes before a reuse of the bio */
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
	/* A bio in the caller's plug does not complete, so submit the plugged bios first */
	if (current->plug)
		io_schedule();

	bio_init(&probe, NULL, NULL, 0, (__force blk_opf_t)REQ_OP_READ | REQ_POLLED);
	probe.bi_bdev = io->bdev;
	probe.bi_cookie = zcblk_polled_cookie(io);
	if (probe.bi_cookie != BLK_QC_T_NONE)
		bio_poll(&probe, NULL, BLK_POLL_ONESHOT | BLK_POLL_NOSLEEP);
}
EXPORT_SYMBOL_GPL(zcblk_bufio_poll);
