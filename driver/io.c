// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a bio whose completion we handle: begun, accounted, ended.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/blk-integrity.h>
#include <linux/ktime.h>

#include "stats.h"
#include "trace.h"
#include "zcblk.h"

static void zcblk_io_drained(struct percpu_ref *ref)
{
	complete(&container_of(ref, struct zcblk_disk, tracked)->drained);
}

/**
 * zcblk_bioset_init() - make a bio_set for clones, which may carry integrity
 * @set: to be initialised
 * @front_pad: room before each bio, in bytes
 *
 * Context: process.
 * Return: 0 or -ENOMEM; undone by bioset_exit().
 */
int zcblk_bioset_init(struct bio_set *set, unsigned int front_pad)
{
	int err = bioset_init(set, BIO_POOL_SIZE, front_pad, 0);

	if (err)
		return err;
	if (bioset_integrity_create(set, BIO_POOL_SIZE)) {
		bioset_exit(set);
		return -ENOMEM;
	}
	return 0;
}

/**
 * zcblk_io_init() - prepare a disk for tracked I/O
 * @disk: the disk
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int zcblk_io_init(struct zcblk_disk *disk)
{
	int err;

	init_completion(&disk->drained);
	err = percpu_ref_init(&disk->tracked, zcblk_io_drained, 0, GFP_KERNEL);
	if (err)
		return err;
	err = zcblk_bioset_init(&disk->io_set, offsetof(struct zcblk_io, clone));
	if (err)
		percpu_ref_exit(&disk->tracked);
	return err;
}

/**
 * zcblk_io_exit() - undo zcblk_io_init()
 * @disk: the disk; nothing is in flight
 *
 * Context: process.
 */
void zcblk_io_exit(struct zcblk_disk *disk)
{
	bioset_exit(&disk->io_set);
	percpu_ref_exit(&disk->tracked);
}

/**
 * zcblk_io_drain() - wait until no tracked I/O is left
 * @disk: the disk; no bio can come to it any more
 *
 * Context: process.
 */
void zcblk_io_drain(struct zcblk_disk *disk)
{
	percpu_ref_kill(&disk->tracked);
	wait_for_completion(&disk->drained);
}

static void zcblk_io_refuse(struct zcblk_disk *disk, struct bio *bio,
			    enum zcblk_path path, enum zcblk_op op,
			    enum zcblk_stats_level level)
{
	bool nowait = bio->bi_opf & REQ_NOWAIT;
	blk_status_t status = nowait ? BLK_STS_AGAIN : BLK_STS_RESOURCE;

	if (level != ZCBLK_STATS_OFF)
		zcblk_stats_error(disk, status);
	trace_zcblk_complete(bio, path, op, status, 0);
	if (nowait) {
		bio_wouldblock_error(bio);
		return;
	}
	bio->bi_status = status;
	bio_endio(bio);
}

/**
 * zcblk_io_begin() - begin to track a bio
 * @disk: the disk that it came to
 * @bio: the submitter's bio
 * @path: the way that it will go
 * @op: what it does
 *
 * Context: process, inside submit_bio. May sleep for memory, until I/O in
 * flight gives some back; not for a bio with REQ_NOWAIT.
 * Return: the tracking structure, with a clone of @bio for the lower device; or
 * NULL, and then @bio has been ended with an error.
 */
struct zcblk_io *zcblk_io_begin(struct zcblk_disk *disk, struct bio *bio,
				enum zcblk_path path, enum zcblk_op op)
{
	gfp_t gfp = bio->bi_opf & REQ_NOWAIT ? GFP_NOWAIT | __GFP_NOWARN : GFP_NOIO;
	enum zcblk_stats_level level;
	struct zcblk_io *io;
	struct bio *clone;

	level = zcblk_stats_submit(disk, bio, path, op);
	trace_zcblk_submit(bio, path, op);
	/* Without a device yet, or its cgroup would be looked up twice */
	clone = bio_alloc_clone(NULL, bio, gfp, &disk->io_set);
	if (!clone) {
		zcblk_io_refuse(disk, bio, path, op, level);
		return NULL;
	}
	clone->bi_bdev = disk->lower;
	bio_clone_blkg_association(clone, bio);
	/* A clone says nothing of its table; one page need not be split, though */
	clone->bi_vcnt = bio->bi_vcnt;
	io = container_of(clone, struct zcblk_io, clone);
	io->disk = disk;
	io->parent = bio;
	io->path = path;
	io->op = op;
	io->status = BLK_STS_OK;
	io->ranged = false;
	percpu_ref_get(&disk->tracked);
	io->accounted = blk_queue_io_stat(disk->gd->queue);
	if (io->accounted)
		io->start_jiffies = bio_start_io_acct(bio);
	zcblk_stats_begin(io, level);
	return io;
}

/**
 * zcblk_io_finish() - account a bio that holds no range any more, and give it back
 * @io: from zcblk_io_begin(); freed
 * @status: how it ended
 *
 * Context: any.
 */
void zcblk_io_finish(struct zcblk_io *io, blk_status_t status)
{
	struct zcblk_disk *disk = io->disk;
	struct bio *bio = io->parent;
	u64 latency = io->start_ns ? ktime_get_ns() - io->start_ns : 0;

	zcblk_stats_end(io, status, latency);
	trace_zcblk_complete(bio, io->path, io->op, status, latency);
	if (io->accounted)
		bio_end_io_acct(bio, io->start_jiffies);
	bio_put(&io->clone);
	if (status)
		bio->bi_status = status;
	bio_endio(bio);
	/* The last one lets zcblk_disk_remove() go on: nothing of disk below */
	percpu_ref_put(&disk->tracked);
}

/**
 * zcblk_io_end() - unlock a bio's range, account the bio and complete it
 * @io: from zcblk_io_begin(); freed
 * @status: what the lower device returned
 *
 * The range is unlocked before the submitter can send the next request for it.
 *
 * Context: any.
 */
void zcblk_io_end(struct zcblk_io *io, blk_status_t status)
{
	if (io->ranged)
		zcblk_range_unlock(io->disk->ranges, &io->range);
	zcblk_io_finish(io, status);
}
