// SPDX-License-Identifier: GPL-2.0-only
/*
 * Polled I/O of the kernel API.
 *
 * The bios of an I/O may be on several queues. So the I/O notes those that are in flight, up
 * to ZCBLK_BUFIO_POLLED of them, and the caller polls for each. A submitter that waits for a
 * free entry polls, too, because nothing else completes these bios.
 *
 * For the same reason, a task must not wait for memory that only its own polled bios would
 * free. So these come from a bio_set of their own, for which nothing ever waits. If there is no
 * memory, a bio is sent unpolled, and an interrupt completes it.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/blkdev.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "client.h"

/**
 * zcblk_is_polled() - has an I/O bios in flight to poll for?
 * @io: the I/O, which is not freed
 *
 * Context: any.
 * Return: true if there is a bio.
 */
bool zcblk_is_polled(const struct zcblk_bufio *io)
{
	unsigned int i;

	if (!(io->opf & REQ_POLLED))
		return false;
	for (i = 0; i < ZCBLK_BUFIO_POLLED; i++)
		if (READ_ONCE(io->polled[i]))
			return true;
	return false;
}

/**
 * zcblk_polled_alloc() - allocate a bio of an I/O that may be polled
 * @io: the I/O
 * @vecs: entries of the bio's table
 *
 * Context: any. Does not sleep.
 * Return: the bio; NULL if the I/O is not polled, or there is no memory.
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
 * The block layer does not poll for a bio that it has split. Each page may be a segment.
 *
 * Context: any.
 * Return: the limit in bytes. An I/O that must be one bio has no other limit than @bytes.
 */
unsigned int zcblk_polled_limit(const struct zcblk_bufio *io, unsigned int bytes)
{
	struct request_queue *q = bdev_get_queue(io->bdev);
	unsigned int block = bdev_logical_block_size(io->bdev);
	unsigned int segments = queue_max_segments(q);

	if (io->opf & (REQ_ATOMIC | REQ_NOWAIT))
		return bytes;
	/* The device's limits in bytes may not fit into 32 bits */
	bytes = min_t(u64, bytes, (u64)queue_max_sectors(q) << SECTOR_SHIFT);
	if (segments > 1)
		bytes = min_t(u64, bytes, (u64)(segments - 1) << PAGE_SHIFT);
	return max(round_down(bytes, block), block);
}

static bool zcblk_polled_note(struct zcblk_bufio *io, struct bio *bio)
{
	unsigned int i;

	for (i = 0; i < ZCBLK_BUFIO_POLLED; i++) {
		if (READ_ONCE(io->polled[i]))
			continue;
		WRITE_ONCE(io->polled[i], bio);
		return true;
	}
	return false;
}

/**
 * zcblk_polled_begin() - note a polled bio of an I/O, before it is sent
 * @io: the I/O
 * @bio: the bio
 *
 * If the I/O has ZCBLK_BUFIO_POLLED bios in flight, this polls until one completes. Inside a
 * disk's ->submit_bio(), where bios are sent only after it returns, @bio is not polled then.
 *
 * Context: process.
 */
void zcblk_polled_begin(struct zcblk_bufio *io, struct bio *bio)
{
	while (!zcblk_polled_note(io, bio)) {
		if (current->bio_list) {
			bio_clear_polled(bio);
			return;
		}
		zcblk_bufio_poll(io);
		cond_resched();
	}
}

/**
 * zcblk_polled_forget() - note that a bio of a polled I/O has completed
 * @io: the I/O
 * @bio: the bio, polled or not
 *
 * Context: any.
 */
void zcblk_polled_forget(struct zcblk_bufio *io, const struct bio *bio)
{
	unsigned int i;

	for (i = 0; i < ZCBLK_BUFIO_POLLED; i++)
		if (READ_ONCE(io->polled[i]) == bio)
			WRITE_ONCE(io->polled[i], NULL);
}

void zcblk_bufio_poll(struct zcblk_bufio *io)
{
	struct bio *bio;
	unsigned int i;

	if (!zcblk_is_polled(io))
		return;
	/* A bio in the caller's plug cannot be polled for: submit it first */
	if (current->plug)
		io_schedule();

	/* A bio may complete, but its memory stays a bio until rcu_read_unlock() */
	rcu_read_lock();
	for (i = 0; i < ZCBLK_BUFIO_POLLED; i++) {
		bio = READ_ONCE(io->polled[i]);
		if (bio)
			bio_poll(bio, NULL, BLK_POLL_ONESHOT | BLK_POLL_NOSLEEP);
	}
	rcu_read_unlock();
}
EXPORT_SYMBOL_GPL(zcblk_bufio_poll);
