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

#include "stable.h"
#include "stats.h"
#include "trace.h"
#include "zcblk.h"

/**
 * zcblk_zerocopy_remap() - send a bio on as it is, never to be seen again
 * @disk: the disk that it came to
 * @bio: the submitter's bio; also one that has no data
 * @op: what it does
 *
 * Context: process, inside submit_bio.
 */
void zcblk_zerocopy_remap(struct zcblk_disk *disk, struct bio *bio,
			  enum zcblk_op op)
{
	zcblk_stats_submit(disk, bio, ZCBLK_PATH_ZEROCOPY, op);
	trace_zcblk_submit(bio, ZCBLK_PATH_ZEROCOPY, op);
	bio_set_dev(bio, disk->lower);
	/* Asked first, or what it is given would be worked out for nothing */
	if (trace_block_bio_remap_enabled())
		trace_block_bio_remap(bio, disk_devt(disk->gd),
				      bio->bi_iter.bi_sector);
	submit_bio_noacct(bio);
}

static void zcblk_clone_end_io(struct bio *clone)
{
	zcblk_io_end(container_of(clone, struct zcblk_io, clone),
		     clone->bi_status);
}

static void zcblk_watched_end_io(struct bio *clone)
{
	zcblk_stable_end_bio(container_of(clone, struct zcblk_io, clone));
	zcblk_clone_end_io(clone);
}

/**
 * zcblk_zerocopy_start() - send the clone down
 * @io: from zcblk_io_begin(), and zcblk_stable_watch() has seen it
 *
 * Context: process.
 */
void zcblk_zerocopy_start(struct zcblk_io *io)
{
	struct bio *clone = &io->clone;

	clone->bi_end_io = io->stable ? zcblk_watched_end_io : zcblk_clone_end_io;
	trace_block_bio_remap(clone, disk_devt(io->disk->gd),
			      clone->bi_iter.bi_sector);
	submit_bio_noacct(clone);
}

/**
 * zcblk_zerocopy_clone() - send a clone down, and handle its completion
 * @disk: the disk that it came to
 * @bio: the submitter's bio; also one that has no data
 * @op: what it does
 *
 * Context: process, inside submit_bio.
 */
void zcblk_zerocopy_clone(struct zcblk_disk *disk, struct bio *bio,
			  enum zcblk_op op)
{
	struct zcblk_io *io = zcblk_io_begin(disk, bio, ZCBLK_PATH_ZEROCOPY, op);

	if (!io)
		return;
	zcblk_stable_watch(io);
	zcblk_zerocopy_start(io);
}
