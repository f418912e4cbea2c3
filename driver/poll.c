// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements polled I/O: when a submitter polls for its bio, zcblk polls a queue of the lower
 * device.
 *
 * Each polled bio has a number, which zcblk stores in bi_cookie of the bio. The number is an
 * index into a table. The table entry points to the bio that was sent to the lower device. When
 * the lower device starts that second bio, the block layer stores the number of the hardware queue
 * in its bi_cookie. A poller needs only this queue number. A poller must not access other data of
 * the second bio, because that bio may complete at any time, by another poller or by a timeout.
 *
 * Only a poller checks the queue for completions. If a submitter stops polling, its bio does not
 * complete, and does not release its range. So when a range lock parks or refuses a bio, a worker
 * polls for all polled I/O of the disk, until none is in flight. It also does so when the disk is
 * dead, or is removed by force.
 *
 * dm instead keeps its state in bi_private of the submitter's bio, and completes the bio only
 * in that submitter's poller. With this method, no other poller and no worker may end the bio.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/rcupdate.h>
#include <linux/sbitmap.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "zcblk.h"

/*
 * Maximum number of polled bios in flight, for all disks together. Further bios complete by
 * interrupt.
 */
#define ZCBLK_NR_POLLED		1024

/**
 * struct zcblk_polled - a table entry for a polled bio
 * @lock: protects the other members; acquired in interrupt context, too
 * @disk: disk of the polled bio, or NULL if the entry is not in use
 * @sent: bio in flight at the lower device, or NULL
 */
struct zcblk_polled {
	spinlock_t lock; /* protects the other members */
	struct zcblk_disk *disk;
	struct bio *sent;
};

static struct zcblk_polled *zcblk_polled;
static struct sbitmap zcblk_polled_map;

/*
 * A disk's own workqueue may be full of bios that wait for a tag of the lower device, until its
 * polled I/O completes. So the workers that poll have another one.
 */
static struct workqueue_struct *zcblk_poll_wq;

/**
 * zcblk_poll_init() - allocate the table of polled bios, and the workqueue that polls
 *
 * Context: process, module init.
 * Return: 0 or -ENOMEM.
 */
int zcblk_poll_init(void)
{
	unsigned int i;

	zcblk_polled = kvcalloc(ZCBLK_NR_POLLED, sizeof(*zcblk_polled), GFP_KERNEL);
	if (!zcblk_polled)
		return -ENOMEM;
	for (i = 0; i < ZCBLK_NR_POLLED; i++)
		spin_lock_init(&zcblk_polled[i].lock);
	zcblk_poll_wq = alloc_workqueue(ZCBLK_NAME "/poll", WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	if (!zcblk_poll_wq)
		goto free_polled;

	if (!sbitmap_init_node(&zcblk_polled_map, ZCBLK_NR_POLLED, -1, GFP_KERNEL,
			       NUMA_NO_NODE, false, true))
		return 0;
	destroy_workqueue(zcblk_poll_wq);
free_polled:
	kvfree(zcblk_polled);
	return -ENOMEM;
}

/**
 * zcblk_poll_exit() - free the memory from zcblk_poll_init()
 *
 * Context: process, module exit; there are no disks.
 */
void zcblk_poll_exit(void)
{
	sbitmap_free(&zcblk_polled_map);
	destroy_workqueue(zcblk_poll_wq);
	kvfree(zcblk_polled);
}

static void zcblk_poll_set(struct zcblk_io *io, struct zcblk_disk *disk, struct bio *sent)
{
	struct zcblk_polled *polled = &zcblk_polled[io->poll_nr];
	unsigned long flags;

	spin_lock_irqsave(&polled->lock, flags);
	polled->disk = disk;
	polled->sent = sent;
	spin_unlock_irqrestore(&polled->lock, flags);
}

/**
 * zcblk_poll_begin() - assign a number to a polled bio
 * @io: the tracked bio; if no number is free or the disk cannot poll, the function clears
 *	REQ_POLLED
 *
 * Context: process, inside submit_bio.
 */
void zcblk_poll_begin(struct zcblk_io *io)
{
	struct bio *bio = io->parent;
	int nr = io->disk->can_poll ? sbitmap_get(&zcblk_polled_map) : -1;

	if (nr < 0) {
		bio_clear_polled(bio);
		bio_clear_polled(&io->clone);
		return;
	}
	io->needs |= ZCBLK_NEEDS_POLL;
	io->poll_nr = nr;
	zcblk_poll_set(io, io->disk, NULL);
	WRITE_ONCE(bio->bi_cookie, nr);
}

/**
 * zcblk_poll_sent() - record the bio that is in flight for a polled bio
 * @io: the polled bio, tracked
 * @sent: the bio that is about to be sent to the lower device; NULL before that bio is freed
 *
 * Context: any.
 */
void zcblk_poll_sent(struct zcblk_io *io, struct bio *sent)
{
	zcblk_poll_set(io, io->disk, sent);
}

/**
 * zcblk_poll_end() - free the number of a polled bio that has completed
 * @io: the tracked bio; the caller frees its clone after this call
 *
 * Context: any.
 */
void zcblk_poll_end(struct zcblk_io *io)
{
	WRITE_ONCE(io->parent->bi_cookie, BLK_QC_T_NONE);
	zcblk_poll_set(io, NULL, NULL);
	sbitmap_put(&zcblk_polled_map, io->poll_nr);
}

/*
 * Polls for the bio with the number @nr. The disk stays valid until the RCU read lock is
 * released; see zcblk_io_drain(). Return: as bio_poll(), or 0 if no bio is in flight.
 */
static int zcblk_poll_nr(unsigned int nr, struct io_comp_batch *iob, unsigned int how)
{
	struct zcblk_polled *polled = &zcblk_polled[nr];
	struct bio probe;
	unsigned long flags;
	int found = 0;

	/*
	 * Poll with a bio on the stack. If the device has hardware queues, bio_poll() reads only
	 * the device and bi_cookie of this bio.
	 */
	bio_init(&probe, NULL, NULL, 0, (__force blk_opf_t)REQ_OP_READ | REQ_POLLED);
	rcu_read_lock();
	spin_lock_irqsave(&polled->lock, flags);
	if (polled->sent) {
		probe.bi_bdev = polled->disk->lower;
		probe.bi_cookie = READ_ONCE(polled->sent->bi_cookie);
	}
	spin_unlock_irqrestore(&polled->lock, flags);

	if (probe.bi_bdev)
		found = bio_poll(&probe, iob, how | BLK_POLL_NOSLEEP);
	rcu_read_unlock();
	return found;
}

/**
 * zcblk_poll_bio() - poll for a bio that was submitted to a disk
 * @bio: the submitter's bio, which may have completed; its memory may contain another bio now
 * @iob: as for bio_poll()
 * @flags: as for bio_poll()
 *
 * Context: as bio_poll().
 * Return: what bio_poll() returns for the lower device; 0 if no bio is in flight there.
 */
int zcblk_poll_bio(struct bio *bio, struct io_comp_batch *iob, unsigned int flags)
{
	unsigned int nr = READ_ONCE(bio->bi_cookie);

	return nr < ZCBLK_NR_POLLED ? zcblk_poll_nr(nr, iob, flags) : 0;
}

/**
 * zcblk_poll_disk() - poll for all of a disk's polled I/O
 * @disk: the disk
 *
 * Context: process.
 * Return: true if the function found polled I/O in flight, which may have completed now.
 */
bool zcblk_poll_disk(struct zcblk_disk *disk)
{
	bool any = false;
	unsigned int nr;

	if (!disk->can_poll)
		return false;
	for (nr = 0; nr < ZCBLK_NR_POLLED; nr++) {
		if (READ_ONCE(zcblk_polled[nr].disk) != disk)
			continue;
		any = true;
		zcblk_poll_nr(nr, NULL, BLK_POLL_ONESHOT);
		cond_resched();
	}
	return any;
}

/**
 * zcblk_poll_work() - poll for a disk's I/O, and repeat later until none is in flight
 * @work: &zcblk_disk.poll_work
 *
 * Context: workqueue.
 */
void zcblk_poll_work(struct work_struct *work)
{
	struct zcblk_disk *disk = container_of(to_delayed_work(work), struct zcblk_disk,
					       poll_work);

	if (zcblk_poll_disk(disk))
		zcblk_poll_kick(disk);
}

/**
 * zcblk_poll_kick() - start a worker that polls until no polled I/O is in flight
 * @disk: the disk
 *
 * Context: any.
 */
void zcblk_poll_kick(struct zcblk_disk *disk)
{
	if (disk->can_poll)
		queue_delayed_work(zcblk_poll_wq, &disk->poll_work, 1);
}
