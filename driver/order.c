// SPDX-License-Identifier: GPL-2.0-only
/*
 * A disk with a range lock: a bio takes its range before it takes its path, and
 * gives it back when it has ended (io.c). One that has to wait is parked, and goes
 * on in a worker: whoever gives a range back may be in interrupt context, and may
 * not submit.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include "stable.h"
#include "zcblk.h"

static void zcblk_order_go(struct zcblk_io *io)
{
	if (io->path == ZCBLK_PATH_COPY)
		zcblk_copy_start(io);
	else
		zcblk_zerocopy_start(io);
}

static void zcblk_order_fail(struct zcblk_io *io, blk_status_t status)
{
	if (io->stable)
		zcblk_stable_end_bio(io);
	zcblk_io_finish(io, status);
}

static void zcblk_order_work(struct work_struct *work)
{
	zcblk_order_go(container_of(work, struct zcblk_io, work));
}

static void zcblk_order_granted(struct zcblk_range *range, int err)
{
	struct zcblk_io *io = container_of(range, struct zcblk_io, range);

	if (err) {
		zcblk_order_fail(io, BLK_STS_IOERR);
		return;
	}
	INIT_WORK(&io->work, zcblk_order_work);
	queue_work(io->disk->wq, &io->work);
}

static enum zcblk_range_kind zcblk_order_kind(enum zcblk_op op)
{
	if (op == ZCBLK_OP_READ)
		return ZCBLK_RANGE_READ;
	return op == ZCBLK_OP_FLUSH ? ZCBLK_RANGE_FLUSH : ZCBLK_RANGE_WRITE;
}

/**
 * zcblk_order_submit() - send a bio down when no earlier one is in its way
 * @disk: the disk that it came to; it has a range lock
 * @bio: the submitter's bio; also one that has no data
 * @path: the way that it will go
 * @op: what it does
 *
 * Context: process, inside submit_bio.
 */
void zcblk_order_submit(struct zcblk_disk *disk, struct bio *bio,
			enum zcblk_path path, enum zcblk_op op)
{
	u64 sector = bio->bi_iter.bi_sector;
	struct zcblk_io *io;
	int err;

	if (path == ZCBLK_PATH_COPY && zcblk_copy_sends_back(bio)) {
		bio_wouldblock_error(bio);
		return;
	}
	/* A submitter that polls would not find its bio at the lower device */
	bio_clear_polled(bio);
	io = zcblk_io_begin(disk, bio, path, op);
	if (!io)
		return;
	zcblk_stable_watch(io);
	zcblk_range_init(&io->range, sector, sector + max(bio_sectors(bio), 1U) - 1,
			 zcblk_order_kind(op), bio->bi_opf & REQ_NOWAIT,
			 zcblk_order_granted);
	err = zcblk_range_lock(disk->ranges, &io->range);
	if (!err)
		zcblk_order_go(io);
	else if (err != -EINPROGRESS)
		zcblk_order_fail(io, err == -EAGAIN ? BLK_STS_AGAIN : BLK_STS_IOERR);
}
