// SPDX-License-Identifier: GPL-2.0-only
/*
 * Path zerocopy: the submitter's pages go down to the lower device. No page is
 * allocated and no byte of the data is touched.
 *
 * Where nobody asks what becomes of a bio it is sent on as it is, with another
 * device and nothing to come back for. Otherwise a clone goes down, which
 * shares the table of pages.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <trace/events/block.h>

#include "trace.h"
#include "zcblk.h"

static bool zcblk_wants_completion(struct zcblk_disk *disk, struct bio *bio)
{
	/* A submitter that polls must find its bio at the lower device */
	if (bio->bi_opf & REQ_POLLED)
		return false;
	return READ_ONCE(disk->set->stats) == ZCBLK_STATS_LATENCY ||
	       blk_queue_io_stat(disk->gd->queue) ||
	       trace_zcblk_complete_enabled();
}

static void zcblk_remap(struct zcblk_disk *disk, struct bio *bio)
{
	dev_t dev = disk_devt(disk->gd);

	bio_set_dev(bio, disk->lower);
	trace_block_bio_remap(bio, dev, bio->bi_iter.bi_sector);
	submit_bio_noacct(bio);
}

static void zcblk_clone_end_io(struct bio *clone)
{
	zcblk_io_end(container_of(clone, struct zcblk_io, clone),
		     clone->bi_status);
}

/**
 * zcblk_zerocopy_submit() - send a bio down with the pages that it came with
 * @disk: the disk that it came to
 * @bio: the submitter's bio; also one that has no data
 * @op: what it does
 *
 * Context: process, inside submit_bio.
 */
void zcblk_zerocopy_submit(struct zcblk_disk *disk, struct bio *bio,
			   enum zcblk_op op)
{
	struct zcblk_io *io;

	if (!zcblk_wants_completion(disk, bio)) {
		zcblk_remap(disk, bio);
		return;
	}
	io = zcblk_io_begin(disk, bio, ZCBLK_PATH_ZEROCOPY, op);
	if (!io)
		return;
	io->clone.bi_end_io = zcblk_clone_end_io;
	trace_block_bio_remap(&io->clone, disk_devt(disk->gd),
			      bio->bi_iter.bi_sector);
	submit_bio_noacct(&io->clone);
}
