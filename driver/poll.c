// SPDX-License-Identifier: GPL-2.0-only
/*
 * Polled I/O: a submitter that polls for its bio polls the lower device's queue.
 *
 * A tracked bio that is polled for has a number, which its bi_cookie says. Under that
 * number stands what has been sent down for it, and the lower device writes the number of
 * a queue to the bi_cookie of that. This is all that a poller needs. Its bio may complete
 * at any time, by another poller or by a timeout, so it must not look at more.
 *
 * What is sent down waits in a queue that only a poller looks at. If its submitter stops
 * polling, it is held, and with it its range. So a worker polls for all of a disk's I/O
 * while another bio waits for a range, and when the disk is dead or goes down.
 *
 * dm keeps its state in bi_private of the submitter's bio instead, and completes the bio
 * in its poller only. No other poller may then end the bio, and no worker.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/rcupdate.h>
#include <linux/sbitmap.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "zcblk.h"

/* Polled I/O in flight, of all disks; what is more completes by interrupt */
#define ZCBLK_NR_POLLED		1024

/**
 * struct zcblk_polled - a bio that is polled for
 * @lock: protects what follows; acquired in interrupt context, too
 * @disk: its disk
 * @sent: what is in flight for it, or NULL
 */
struct zcblk_polled {
	spinlock_t lock; /* see above */
	struct zcblk_disk *disk;
	struct bio *sent;
};

static struct zcblk_polled *zcblk_polled;
static struct sbitmap zcblk_polled_map;

/**
 * zcblk_poll_init() - prepare for polled I/O
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
	if (!sbitmap_init_node(&zcblk_polled_map, ZCBLK_NR_POLLED, -1, GFP_KERNEL,
			       NUMA_NO_NODE, false, true))
		return 0;
	kvfree(zcblk_polled);
	return -ENOMEM;
}

/**
 * zcblk_poll_exit() - undo zcblk_poll_init()
 *
 * Context: process, module exit; there are no disks.
 */
void zcblk_poll_exit(void)
{
	sbitmap_free(&zcblk_polled_map);
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
 * zcblk_poll_begin() - give a polled bio a number
 * @io: the bio; it loses REQ_POLLED if no number is free
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
 * zcblk_poll_sent() - say what is in flight for a polled bio
 * @io: the bio
 * @sent: what is about to be sent down; NULL before that is freed
 *
 * Context: any.
 */
void zcblk_poll_sent(struct zcblk_io *io, struct bio *sent)
{
	zcblk_poll_set(io, io->disk, sent);
}

/**
 * zcblk_poll_end() - a polled bio has ended
 * @io: the bio; what was sent down for it is still there
 *
 * Context: any.
 */
void zcblk_poll_end(struct zcblk_io *io)
{
	WRITE_ONCE(io->parent->bi_cookie, BLK_QC_T_NONE);
	zcblk_poll_set(io, NULL, NULL);
	sbitmap_put(&zcblk_polled_map, io->poll_nr);
}

/* The disk remains until the RCU read lock is released, see zcblk_io_drain() */
static int zcblk_poll_nr(unsigned int nr, struct io_comp_batch *iob, unsigned int how)
{
	struct zcblk_polled *polled = &zcblk_polled[nr];
	struct bio probe;
	unsigned long flags;
	int found = 0;

	/* Of a bio, bio_poll() needs the device and the cookie, if there are queues */
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
 * zcblk_poll_bio() - poll for a bio that came to a disk
 * @bio: the submitter's bio; it may have completed, and be another one now
 * @iob: as for bio_poll()
 * @flags: as for bio_poll()
 *
 * Context: as bio_poll().
 * Return: what bio_poll() found at the lower device; 0 if nothing was sent there.
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
 * Return: true if there was any.
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
 * zcblk_poll_work() - poll for a disk's I/O, and again later
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
 * zcblk_poll_kick() - have a worker poll until no polled I/O is in flight
 * @disk: the disk
 *
 * Context: any.
 */
void zcblk_poll_kick(struct zcblk_disk *disk)
{
	if (disk->can_poll)
		queue_delayed_work(disk->wq, &disk->poll_work, 1);
}
