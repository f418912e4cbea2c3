/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Allocates and frees memory for tracked I/O. The functions are inline because they run for
 * each tracked bio. io-cache.c describes the cache.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _ZCBLK_IO_CACHE_H
#define _ZCBLK_IO_CACHE_H

#include <linux/blk-integrity.h>
#include <linux/irqflags.h>
#include <linux/percpu.h>

#include "zcblk.h"

/*
 * Maximum number of free structures in a CPU's cache. A file system seldom has more requests of
 * 4 KiB in flight.
 */
#define ZCBLK_IO_CACHED		64

struct zcblk_io_cache {
	struct zcblk_io *free;
	unsigned int nr;
};

struct zcblk_io *zcblk_io_alloc_slow(struct zcblk_disk *disk, struct bio *bio,
				     struct zcblk_io *io);
void zcblk_io_free_slow(struct zcblk_disk *disk, struct zcblk_io *io);

static inline struct zcblk_io *zcblk_io_pop(struct zcblk_disk *disk)
{
	struct zcblk_io_cache *cache;
	struct zcblk_io *io;
	unsigned long flags;

	local_irq_save(flags);
	cache = this_cpu_ptr(disk->io_cache);
	io = cache->free;
	if (likely(io)) {
		cache->free = io->next;
		cache->nr--;
	}
	local_irq_restore(flags);
	return io;
}

static inline bool zcblk_io_push(struct zcblk_disk *disk, struct zcblk_io *io)
{
	struct zcblk_io_cache *cache;
	unsigned long flags;
	bool room;

	local_irq_save(flags);
	cache = this_cpu_ptr(disk->io_cache);
	room = cache->nr < ZCBLK_IO_CACHED;
	if (likely(room)) {
		io->next = cache->free;
		cache->free = io;
		cache->nr++;
	}
	local_irq_restore(flags);
	return room;
}

/**
 * zcblk_io_alloc() - allocate memory to track a bio
 * @disk: the disk that the bio was submitted to
 * @bio: the submitter's bio
 *
 * Context: process, inside submit_bio. May sleep until I/O in flight frees memory, but not for
 * a bio with REQ_NOWAIT.
 * Return: the memory, with a clone of @bio for the lower device; NULL if no memory is
 * available.
 */
static inline struct zcblk_io *zcblk_io_alloc(struct zcblk_disk *disk, struct bio *bio)
{
	const gfp_t gfp = GFP_NOWAIT | __GFP_NOWARN;
	struct zcblk_io *io = NULL;

	/* A bio with integrity must use memory from the bio_set, which has integrity memory */
	if (likely(!bio_integrity(bio)))
		io = zcblk_io_pop(disk);

	/*
	 * Clone without a device, because a device would make the block layer look up the
	 * cgroup twice
	 */
	if (unlikely(!io || bio_init_clone(NULL, &io->clone, bio, gfp))) {
		io = zcblk_io_alloc_slow(disk, bio, io);
		if (!io)
			return NULL;
	}
	io->clone.bi_bdev = disk->lower;
	bio_clone_blkg_association(&io->clone, bio);

	/*
	 * REQ_ALLOC_CACHE describes the memory of @bio, and REQ_DRV is private to the driver that
	 * submitted @bio, so the clone must not have these flags
	 */
	io->clone.bi_opf &= ~(REQ_ALLOC_CACHE | REQ_DRV);
	compat_clone_vcnt(&io->clone, bio);
	return io;
}

/**
 * zcblk_io_free() - free the memory of a tracked bio
 * @disk: the disk that the bio was submitted to
 * @io: from zcblk_io_alloc()
 *
 * Context: any.
 */
static inline void zcblk_io_free(struct zcblk_disk *disk, struct zcblk_io *io)
{
	const mempool_t *pool = &disk->io_set.bio_pool;

	/*
	 * If the pool lacks elements, free @io to the pool, because a submitter may wait for an
	 * element
	 */
	if (likely(!bio_integrity(&io->clone) &&
		   READ_ONCE(pool->curr_nr) >= pool->min_nr)) {
		bio_uninit(&io->clone);
		if (zcblk_io_push(disk, io))
			return;
	}
	zcblk_io_free_slow(disk, io);
}

#endif /* _ZCBLK_IO_CACHE_H */
