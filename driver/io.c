// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handles each bio that is submitted to a disk, in these steps:
 *
 *	submit		derive the bio's ZCBLK_NEEDS_* flags from the disk's settings
 *	begin		choose the bio's path, or refuse the bio; count and clone it, and record
 *			its start time
 *	range		lock the bio's range of sectors, if the disk has a range lock
 *	start		send the clone, or pieces of bounce memory (copy.c), to the lower device
 *	complete	release the range, and account the bio
 *	put		free the clone, and end the submitter's bio
 *
 * A bio that must wait for its range is queued between range and start. A worker starts that
 * bio, because a range may be released in interrupt context, where zcblk must not submit a bio.
 *
 * If zcblk does not need to see the completion, the step submit or begin sends the submitter's own
 * bio to the lower device. zcblk does not see that bio again.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/rcupdate.h>
#include <trace/events/block.h>

#include "io-cache.h"
#include "stable.h"
#include "stats.h"
#include "trace.h"
#include "zcblk.h"

#define ZCBLK_NEEDS_PATH	(ZCBLK_NEEDS_COPY | ZCBLK_NEEDS_TURN)
#define ZCBLK_NEEDS_STATS	(ZCBLK_NEEDS_COUNT | ZCBLK_NEEDS_LATENCY)

/* Flags that require a decision for each bio, by zcblk_io_decide() */
#define ZCBLK_NEEDS_DECISION	(ZCBLK_NEEDS_PATH | ZCBLK_NEEDS_REFUSE | ZCBLK_NEEDS_LOOK)

/* Flags that any operation may have */
#define ZCBLK_NEEDS_ALWAYS	(ZCBLK_NEEDS_STATS | ZCBLK_NEEDS_RANGE | ZCBLK_NEEDS_REFUSE)

/*
 * For each operation of the block layer: the operation of zcblk, and the flags that the
 * operation may have in addition to ZCBLK_NEEDS_ALWAYS
 */
static const struct {
	enum zcblk_op op;
	unsigned int needs;
} zcblk_ops[1 << REQ_OP_BITS] = {
	[REQ_OP_READ] = { ZCBLK_OP_READ, ZCBLK_NEEDS_PATH },
	[REQ_OP_WRITE] = { ZCBLK_OP_WRITE, ZCBLK_NEEDS_PATH | ZCBLK_NEEDS_STABLE |
			   ZCBLK_NEEDS_LOOK | ZCBLK_NEEDS_REFERENCES },
	[REQ_OP_DISCARD] = { ZCBLK_OP_DISCARD, ZCBLK_NEEDS_SUPPORT },
	[REQ_OP_SECURE_ERASE] = { ZCBLK_OP_SECURE_ERASE, ZCBLK_NEEDS_SUPPORT },
	[REQ_OP_WRITE_ZEROES] = { ZCBLK_OP_WRITE_ZEROES, ZCBLK_NEEDS_SUPPORT },
};

/**
 * zcblk_io_drain() - wait until no tracked I/O is in flight
 * @disk: the disk, to which no bio can be submitted any more
 *
 * Each CPU has its own counter of I/O in flight, so that CPUs share no cache line. No new bio
 * arrives, so the sum of the counters only falls. The sum is 0 after zcblk_io_put() has
 * decremented a counter for the last bio. This decrement is not a memory barrier. synchronize_rcu()
 * executes a memory barrier on each CPU, so that earlier accesses to the disk are complete. It also
 * waits until no poller in zcblk_poll_nr() accesses the disk. The function polls for polled I/O,
 * because submitters may be unable to poll any longer.
 *
 * Context: process.
 */
void zcblk_io_drain(struct zcblk_disk *disk)
{
	while (zcblk_stats_in_flight(disk)) {
		zcblk_poll_disk(disk);
		fsleep(1000);
	}
	synchronize_rcu();
}

/**
 * zcblk_io_update_needs() - derive a disk's ZCBLK_NEEDS_* flags from its settings
 * @disk: the disk; a bio submitted during the call may still use the old settings
 *
 * Context: process, under &zcblk_device.lock.
 */
void zcblk_io_update_needs(struct zcblk_disk *disk)
{
	const struct zcblk_settings *set = disk->set;
	unsigned int needs = set->read_only ? ZCBLK_NEEDS_REFUSE : 0;

	if (set->path == ZCBLK_PATH_COPY)
		needs |= ZCBLK_NEEDS_COPY;
	else if (set->path == ZCBLK_PATH_AB)
		needs |= ZCBLK_NEEDS_TURN;

	if (set->stats != ZCBLK_STATS_OFF)
		needs |= ZCBLK_NEEDS_COUNT;
	if (set->stats == ZCBLK_STATS_LATENCY)
		needs |= ZCBLK_NEEDS_LATENCY;
	if (set->range_lock)
		needs |= ZCBLK_NEEDS_RANGE;
	if (set->stable)
		needs |= ZCBLK_NEEDS_STABLE;
	if (set->unreferenced != ZCBLK_UNREFERENCED_MAP)
		needs |= ZCBLK_NEEDS_LOOK;
	if (set->unreferenced == ZCBLK_UNREFERENCED_COPY)
		needs |= ZCBLK_NEEDS_REFERENCES;
	spin_lock(&disk->needs_lock);
	/* A reader of the new flags also sees the reserve of path copy; see zcblk_copy_prepare() */
	smp_store_release(&disk->needs, needs | disk->own_needs);
	spin_unlock(&disk->needs_lock);
}

/**
 * zcblk_io_add_needs() - add flags that do not follow from a disk's settings
 * @disk: the disk, which may have been removed by force
 * @needs: ZCBLK_NEEDS_* flags, for each bio from now on
 *
 * Context: process.
 */
void zcblk_io_add_needs(struct zcblk_disk *disk, unsigned int needs)
{
	spin_lock(&disk->needs_lock);
	disk->own_needs |= needs;
	/* Pairs with smp_load_acquire() in zcblk_submit_bio() */
	smp_store_release(&disk->needs, disk->needs | needs);
	spin_unlock(&disk->needs_lock);
}

/*
 * Counts a failed bio, and sets the status of the submitter's bio. If the lower device does not
 * support the operation, the function sets the disk's limit for the operation to 0. This happens
 * before the bio ends, so that the submitter sees the limit and uses another operation.
 */
static noinline void zcblk_io_fail(struct zcblk_io *io, blk_status_t status)
{
	if (io->needs & ZCBLK_NEEDS_COUNT)
		zcblk_stats_error(io->disk, status);
	if (io->needs & ZCBLK_NEEDS_SUPPORT &&
	    (status == BLK_STS_NOTSUPP || status == BLK_STS_TARGET))
		zcblk_follow_unsupported(io->disk, io->op);
	io->parent->bi_status = status;
}

static noinline void zcblk_io_put(struct zcblk_io *io)
{
	struct zcblk_disk *disk = io->disk;
	struct bio *bio = io->parent;

	zcblk_io_free(disk, io);
	/*
	 * zcblk_disk_remove() may return after the next line, so do not access the disk
	 * afterwards
	 */
	this_cpu_dec(disk->stats->in_flight);
	bio_endio(bio);
}

/**
 * zcblk_io_complete() - release a bio's range, and account and end the bio
 * @io: the tracked bio, which the function frees
 * @status: status of the bio
 *
 * The range is released before the bio ends, so that the submitter's next request does not wait
 * for that range.
 *
 * Context: any.
 */
void zcblk_io_complete(struct zcblk_io *io, blk_status_t status)
{
	u64 latency = 0;

	if (io->needs & ZCBLK_NEEDS_STABLE)
		zcblk_stable_end_bio(io);
	if (io->needs & ZCBLK_NEEDS_RANGE)
		zcblk_range_unlock(io->disk->ranges, &io->range);
	if (unlikely(io->needs & ZCBLK_NEEDS_POLL))
		zcblk_poll_end(io);

	if (io->start_ns)
		latency = ktime_get_ns() - io->start_ns;
	zcblk_stats_end(io, latency);
	if (unlikely(status))
		zcblk_io_fail(io, status);
	trace_zcblk_complete(io->parent, zcblk_io_path(io), io->op, status, latency);
	if (io->needs & ZCBLK_NEEDS_ACCOUNT)
		bio_end_io_acct(io->parent, io->start_jiffies);

	zcblk_io_put(io);
}

static void zcblk_clone_end_io(struct bio *clone)
{
	zcblk_io_complete(container_of(clone, struct zcblk_io, clone), clone->bi_status);
}

static noinline void zcblk_io_start(struct zcblk_io *io)
{
	struct bio *clone = &io->clone;

	if (io->needs & ZCBLK_NEEDS_COPY) {
		zcblk_copy_start(io);
		return;
	}
	clone->bi_end_io = zcblk_clone_end_io;
	if (unlikely(io->needs & ZCBLK_NEEDS_POLL))
		zcblk_poll_sent(io, clone);
	/* Compute the arguments of the tracepoint only if it is enabled */
	if (trace_block_bio_remap_enabled())
		trace_block_bio_remap(clone, disk_devt(io->disk->gd),
				      clone->bi_iter.bi_sector);
	submit_bio_noacct(clone);
}

static void zcblk_io_start_work(struct work_struct *work)
{
	zcblk_io_start(container_of(work, struct zcblk_io, work));
}

/* Ends a bio that got no range, because its range was refused or cancelled */
static void zcblk_io_cancel(struct zcblk_io *io, int err)
{
	io->needs &= ~ZCBLK_NEEDS_RANGE;
	zcblk_io_complete(io, err == -EAGAIN ? BLK_STS_AGAIN : BLK_STS_IOERR);
}

static void zcblk_io_granted(struct zcblk_range *range, int err)
{
	struct zcblk_io *io = container_of(range, struct zcblk_io, range);

	if (err) {
		zcblk_io_cancel(io, err);
		return;
	}
	INIT_WORK(&io->work, zcblk_io_start_work);
	queue_work(io->disk->wq, &io->work);
}

static noinline void zcblk_io_range(struct zcblk_io *io)
{
	struct zcblk_disk *disk = io->disk;
	struct bio *bio = io->parent;
	u64 sector = bio->bi_iter.bi_sector;
	int err;

	zcblk_range_init(&io->range, sector, sector + max(bio_sectors(bio), 1U) - 1,
			 io->op == ZCBLK_OP_READ ? ZCBLK_RANGE_READ : ZCBLK_RANGE_WRITE,
			 bio->bi_opf & REQ_NOWAIT, zcblk_io_granted);

	err = zcblk_range_lock(disk->ranges, &io->range);
	if (likely(!err)) {
		zcblk_io_start(io);
		return;
	}
	zcblk_poll_kick(disk);	/* polled I/O may hold the range */
	if (err != -EINPROGRESS)
		zcblk_io_cancel(io, err);
}

/* Counts the error @status, and ends a bio that is not tracked */
static void zcblk_io_refuse(struct zcblk_disk *disk, struct bio *bio,
			    unsigned int needs, enum zcblk_op op, blk_status_t status)
{
	if (needs & ZCBLK_NEEDS_COUNT)
		zcblk_stats_error(disk, status);
	trace_zcblk_complete(bio, zcblk_needs_path(needs), op, status, 0);
	if (status == BLK_STS_AGAIN) {
		bio_wouldblock_error(bio);
		return;
	}
	bio->bi_status = status;
	bio_endio(bio);
}

static bool zcblk_io_needs_completion(unsigned int needs)
{
	return needs & ~ZCBLK_NEEDS_COUNT || trace_zcblk_complete_enabled();
}

/* Sends the submitter's own bio, without tracking it. Inline, because this is the fastest path. */
static __always_inline void zcblk_io_remap(struct zcblk_disk *disk, struct bio *bio,
					   unsigned int needs, enum zcblk_op op)
{
	zcblk_stats_submit(disk, bio, needs, op);
	trace_zcblk_submit(bio, ZCBLK_PATH_ZEROCOPY, op);
	/*
	 * With the flag cleared, the block layer counts the bytes for the cgroup at the lower
	 * device, too
	 */
	bio_clear_flag(bio, BIO_CGROUP_ACCT);
	bio_set_dev(bio, disk->lower);
	/* Compute the arguments of the tracepoint only if it is enabled */
	if (trace_block_bio_remap_enabled())
		trace_block_bio_remap(bio, disk_devt(disk->gd), bio->bi_iter.bi_sector);
	submit_bio_noacct(bio);
}

/*
 * True if the disk must refuse a bio, because the disk is unfit or the bio writes to a read-only
 * device. The block layer only warns about such a write. No blk_status_t means EROFS, so the caller
 * ends the bio with BLK_STS_IOERR. Earlier kernels refused such writes with the same status.
 */
static bool zcblk_io_is_forbidden(struct zcblk_disk *disk, struct bio *bio)
{
	if (READ_ONCE(disk->unfit))
		return true;
	/* A flush without data is a write for op_is_write(), but read-only devices accept it */
	return op_is_write(bio_op(bio)) && bio->bi_iter.bi_size &&
	       (bdev_read_only(bio->bi_bdev) || bdev_read_only(disk->lower));
}

/*
 * Ends a bio that the disk refuses, or that must be submitted again without REQ_NOWAIT. If path
 * copy would need several pieces for a polled bio, the function makes that bio complete by
 * interrupt. Return: true if the bio has ended.
 */
static bool zcblk_io_turn_away(struct zcblk_disk *disk, struct bio *bio,
			       unsigned int needs, enum zcblk_op op)
{
	if (needs & ZCBLK_NEEDS_REFUSE && zcblk_io_is_forbidden(disk, bio)) {
		zcblk_io_refuse(disk, bio, needs, op, BLK_STS_IOERR);
		return true;
	}
	if (!(needs & ZCBLK_NEEDS_PATH))
		return false;
	zcblk_copy_stop_polling(bio);
	/* Check this before path ab counts a turn, because the bio will be submitted again */
	if (!zcblk_copy_sends_back(bio))
		return false;
	bio_wouldblock_error(bio);
	return true;
}

/*
 * Chooses the path of a bio. On path ab, this is the path whose turn it is. Path copy clears
 * ZCBLK_NEEDS_STABLE, because the lower device does not read the submitter's memory. Return: the
 * bio's flags, with the chosen path.
 */
static unsigned int zcblk_io_choose_path(struct zcblk_disk *disk, unsigned int needs,
					 enum zcblk_op op)
{
	if (!(needs & ZCBLK_NEEDS_PATH))
		return needs;
	if (needs & ZCBLK_NEEDS_TURN && atomic_inc_return(&disk->turn[op]) & 1)
		return needs & ~ZCBLK_NEEDS_TURN;
	return (needs & ~(ZCBLK_NEEDS_TURN | ZCBLK_NEEDS_STABLE)) | ZCBLK_NEEDS_COPY;
}

/*
 * Decides the flags that depend on the bio itself, not only on its operation. Also counts a write
 * of pages without a reference count. On path copy, the bio's pages are not checked. On path ab, a
 * bio that must be copied because of its pages does not use up a turn. Return: true; or false if
 * zcblk_io_turn_away() has ended the bio.
 */
static bool zcblk_io_decide(struct zcblk_disk *disk, struct bio *bio, unsigned int *needs,
			    enum zcblk_op op)
{
	bool unreferenced = *needs & ZCBLK_NEEDS_LOOK && !(*needs & ZCBLK_NEEDS_COPY) &&
			    zcblk_bio_is_unreferenced(bio);

	if (unreferenced && *needs & ZCBLK_NEEDS_REFERENCES)
		*needs = (*needs & ~ZCBLK_NEEDS_TURN) | ZCBLK_NEEDS_COPY;
	if (zcblk_io_turn_away(disk, bio, *needs, op))
		return false;

	*needs = zcblk_io_choose_path(disk, *needs & ~(ZCBLK_NEEDS_REFUSE | ZCBLK_NEEDS_LOOK), op);
	if (!(*needs & ZCBLK_NEEDS_COPY))
		*needs &= ~ZCBLK_NEEDS_REFERENCES;
	if (unlikely(unreferenced))
		zcblk_stats_unreferenced(disk, bio, *needs);
	return true;
}

/* Refuses a bio, or starts it. Tracks the bio only if zcblk needs to see its completion. */
static noinline void zcblk_io_begin(struct zcblk_disk *disk, struct bio *bio,
				    unsigned int needs, enum zcblk_op op)
{
	struct zcblk_io *io;

	if (unlikely(needs & ZCBLK_NEEDS_DECISION)) {
		if (!zcblk_io_decide(disk, bio, &needs, op))
			return;
		if (!zcblk_io_needs_completion(needs)) {
			zcblk_io_remap(disk, bio, needs, op);
			return;
		}
	}
	zcblk_stats_submit(disk, bio, needs, op);
	trace_zcblk_submit(bio, zcblk_needs_path(needs), op);

	io = zcblk_io_alloc(disk, bio);
	if (unlikely(!io)) {
		zcblk_io_refuse(disk, bio, needs, op, bio->bi_opf & REQ_NOWAIT ?
				BLK_STS_AGAIN : BLK_STS_RESOURCE);
		return;
	}
	io->disk = disk;
	io->parent = bio;
	io->needs = needs;
	io->op = op;
	this_cpu_inc(disk->stats->in_flight);

	if (needs & ZCBLK_NEEDS_ACCOUNT)
		io->start_jiffies = bio_start_io_acct(bio);
	io->start_ns = needs & ZCBLK_NEEDS_LATENCY || trace_zcblk_complete_enabled() ?
		ktime_get_ns() : 0;
	if (needs & ZCBLK_NEEDS_STABLE)
		zcblk_stable_begin_bio(io);
	if (unlikely(bio->bi_opf & REQ_POLLED))
		zcblk_poll_begin(io);

	if (needs & ZCBLK_NEEDS_RANGE)
		zcblk_io_range(io);
	else
		zcblk_io_start(io);
}

/**
 * zcblk_submit_bio() - handle a bio that is submitted to a disk
 * @bio: the submitter's bio
 *
 * Context: process, inside submit_bio. May sleep until I/O in flight frees memory, but
 * not for a bio with REQ_NOWAIT.
 */
void zcblk_submit_bio(struct bio *bio)
{
	struct zcblk_disk *disk = bio->bi_bdev->bd_disk->private_data;
	unsigned int nr = (__force unsigned int)bio_op(bio);
	enum zcblk_op op = zcblk_ops[nr].op;
	/* Pairs with smp_store_release() in zcblk_io_update_needs() */
	unsigned int needs = smp_load_acquire(&disk->needs) &
			     (zcblk_ops[nr].needs | ZCBLK_NEEDS_ALWAYS);

	if (op != ZCBLK_OP_READ) {
		/* A flush covers only writes that completed before it, so a flush needs no range */
		if (op == ZCBLK_OP_WRITE && !bio->bi_iter.bi_size) {
			op = ZCBLK_OP_FLUSH;
			needs &= ZCBLK_NEEDS_STATS | ZCBLK_NEEDS_REFUSE;
		} else if (unlikely(bdev_read_only(disk->lower))) {
			/*
			 * The kernel does not notify zcblk when the lower device becomes
			 * read-only, and follow.c checks only once a second
			 */
			needs |= ZCBLK_NEEDS_REFUSE;
		}
	}

	if (blk_queue_io_stat(bdev_get_queue(bio->bi_bdev)))
		zcblk_io_begin(disk, bio, needs | ZCBLK_NEEDS_ACCOUNT, op);
	else if (zcblk_io_needs_completion(needs))
		zcblk_io_begin(disk, bio, needs, op);
	else
		zcblk_io_remap(disk, bio, needs, op);
}
