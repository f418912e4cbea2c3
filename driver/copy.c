// SPDX-License-Identifier: GPL-2.0-only
/*
 * Path copy: what a driver does that cannot hand its caller's memory to the
 * disk. Memory is allocated for every bio, data is copied, and the bounce
 * memory goes down.
 *
 * A bio goes down in pieces of at most ZCBLK_BOUNCE_BYTES. One that may not wait
 * has to fit into one: where a piece would have to wait when others are in flight,
 * the whole would fail long after its submitter could have tried in another way.
 * The block layer does not split such bios either. Each piece keeps the flags
 * of the whole, as with any split: pieces are not ordered among each other, so
 * that a flush ahead of the first would not be ahead of all. They are made inside
 * submit_bio for as long as memory is to be had without waiting; where it is
 * not, the rest is made by a worker that waits for it. The worker's bios are
 * issued at once, while those of submit_bio stay on current->bio_list until it
 * returns: waiting there for memory that they hold would wait for ever.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <trace/events/block.h>

#include "zcblk.h"

static void zcblk_copy_put(struct zcblk_io *io, blk_status_t status)
{
	if (status)
		WRITE_ONCE(io->status, status);
	if (atomic_dec_and_test(&io->pending))
		zcblk_io_complete(io, READ_ONCE(io->status));
}

/* A read that failed or fell short leaves the submitter's memory alone */
static void zcblk_piece_end_io(struct bio *bio)
{
	struct zcblk_bounce *bounce = container_of(bio, struct zcblk_bounce, bio);
	blk_status_t status = bio->bi_status;
	struct zcblk_io *io = bounce->io;

	if (unlikely(io->needs & ZCBLK_NEEDS_POLL))
		zcblk_poll_sent(io, NULL);
	if (!status && io->op == ZCBLK_OP_READ) {
		zcblk_bounce_drain(bounce);
		zcblk_stats_copied(io, bounce->iter.bi_size);
	}
	zcblk_bounce_free(bounce);
	zcblk_copy_put(io, status);
}

static void zcblk_piece_submit(struct zcblk_io *io, struct zcblk_bounce *bounce)
{
	struct bio *bio = &bounce->bio;

	if (io->op == ZCBLK_OP_WRITE) {
		zcblk_bounce_fill(bounce);
		zcblk_stats_copied(io, bounce->iter.bi_size);
	}
	if (io->pieces++)
		zcblk_stats_split(io);
	bio->bi_end_io = zcblk_piece_end_io;
	bio_advance(&io->clone, bounce->iter.bi_size);
	atomic_inc(&io->pending);
	if (unlikely(io->needs & ZCBLK_NEEDS_POLL))
		zcblk_poll_sent(io, bio);
	trace_block_bio_remap(bio, disk_devt(io->disk->gd),
			      bounce->iter.bi_sector);
	submit_bio_noacct(bio);
}

/* Return: false when there was no memory for the next piece */
static bool zcblk_copy_pieces(struct zcblk_io *io, gfp_t gfp)
{
	struct zcblk_bounce *bounce;

	while (io->clone.bi_iter.bi_size) {
		bounce = zcblk_bounce_alloc(io, min(io->clone.bi_iter.bi_size,
						    ZCBLK_BOUNCE_BYTES), gfp);
		if (!bounce)
			return false;
		zcblk_piece_submit(io, bounce);
	}
	return true;
}

static void zcblk_copy_work(struct work_struct *work)
{
	struct zcblk_io *io = container_of(work, struct zcblk_io, work);
	blk_status_t status = BLK_STS_OK;

	if (!zcblk_copy_pieces(io, GFP_NOIO))
		status = BLK_STS_RESOURCE;
	zcblk_copy_put(io, status);
}

/**
 * zcblk_copy_stop_polling() - let a bio that needs several pieces complete by interrupt
 * @bio: the submitter's bio, which may be polled for
 *
 * There is no one queue to poll. On 6.1 all polled I/O must not wait, so it could not
 * come again without REQ_NOWAIT, and io_uring would send it for ever.
 *
 * Context: any.
 */
void zcblk_copy_stop_polling(struct bio *bio)
{
	if (!(bio->bi_opf & REQ_POLLED) || bio->bi_iter.bi_size <= ZCBLK_BOUNCE_BYTES)
		return;
	bio_clear_polled(bio);
	bio->bi_opf &= ~REQ_NOWAIT;
}

/**
 * zcblk_copy_sends_back() - is a bio one that may not wait, and may have to?
 * @bio: the submitter's bio
 *
 * Context: any.
 * Return: true if it has to come again without REQ_NOWAIT.
 */
bool zcblk_copy_sends_back(const struct bio *bio)
{
	return (bio->bi_opf & REQ_NOWAIT) &&
	       bio->bi_iter.bi_size > ZCBLK_BOUNCE_BYTES;
}

/**
 * zcblk_copy_start() - make the pieces, and send them down
 * @io: the bio
 *
 * Context: process.
 */
void zcblk_copy_start(struct zcblk_io *io)
{
	io->status = BLK_STS_OK;
	io->pieces = 0;
	/* A piece that ends early must not end the whole */
	atomic_set(&io->pending, 1);
	if (zcblk_copy_pieces(io, GFP_NOWAIT | __GFP_NOWARN)) {
		zcblk_copy_put(io, BLK_STS_OK);
	} else if (io->parent->bi_opf & REQ_NOWAIT) {
		zcblk_copy_put(io, BLK_STS_AGAIN);
	} else {
		INIT_WORK(&io->work, zcblk_copy_work);
		queue_work(io->disk->wq, &io->work);
	}
}
