// SPDX-License-Identifier: GPL-2.0-only
/*
 * A disk with a range lock: a bio locks its range before it is submitted, and unlocks
 * it when it has ended (io.c). A bio that has to wait is parked, and a worker submits
 * it: a range may be unlocked in interrupt context, which must not submit.
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

/* A flush covers the writes that completed before it, so it has no range */
static int zcblk_order_lock(struct zcblk_io *io)
{
	struct bio *bio = io->parent;
	u64 sector = bio->bi_iter.bi_sector;

	if (io->op == ZCBLK_OP_FLUSH)
		return 0;
	io->ranged = true;
	zcblk_range_init(&io->range, sector, sector + max(bio_sectors(bio), 1U) - 1,
			 io->op == ZCBLK_OP_READ ? ZCBLK_RANGE_READ : ZCBLK_RANGE_WRITE,
			 bio->bi_opf & REQ_NOWAIT, zcblk_order_granted);
	return zcblk_range_lock(io->disk->ranges, &io->range);
}

/**
 * zcblk_order_submit() - submit a bio when no earlier one is in its way
 * @disk: the disk, which has a range lock
 * @bio: the submitter's bio; it may have no data
 * @path: the path that it will take
 * @op: its operation
 *
 * Context: process, inside submit_bio.
 */
void zcblk_order_submit(struct zcblk_disk *disk, struct bio *bio,
			enum zcblk_path path, enum zcblk_op op)
{
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
	err = zcblk_order_lock(io);
	if (!err)
		zcblk_order_go(io);
	else if (err != -EINPROGRESS)
		zcblk_order_fail(io, err == -EAGAIN ? BLK_STS_AGAIN : BLK_STS_IOERR);
}
