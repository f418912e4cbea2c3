// SPDX-License-Identifier: GPL-2.0-only
/*
 * Caches the memory for tracked I/O.
 *
 * A struct zcblk_io is allocated from the disk's bio_set. When the driver frees such a
 * structure, the current CPU keeps the structure for the next bio. So in steady state, no
 * allocator is called. The clone in the structure is initialised in place, and released with
 * bio_uninit().
 *
 * With BIOSET_PERCPU_CACHE, the block layer would cache the memory. This does not help on Linux
 * 6.1, which cannot free memory to that cache in an interrupt, where most I/O completes. So Linux
 * 6.1 uses that cache only for polled I/O.
 *
 * The bio_set has a mempool, so that I/O continues when memory is short. While the mempool
 * lacks elements, a CPU keeps no freed structure, because a submitter may wait for an element.
 * Each I/O that completes then frees its memory to the mempool, which wakes the submitter.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include "io-cache.h"

/**
 * zcblk_bioset_init() - initialise a bio_set for clones, which may have integrity data
 * @set: the bio_set
 * @front_pad: bytes to allocate before each bio
 * @flags: BIOSET_* flags
 *
 * Context: process.
 * Return: 0, and the caller must call bioset_exit() later; or -ENOMEM.
 */
int zcblk_bioset_init(struct bio_set *set, unsigned int front_pad, int flags)
{
	int err = bioset_init(set, BIO_POOL_SIZE, front_pad, flags);

	if (err)
		return err;
	if (bioset_integrity_create(set, BIO_POOL_SIZE)) {
		bioset_exit(set);
		return -ENOMEM;
	}
	return 0;
}

/**
 * zcblk_io_init() - allocate a disk's bio_set and CPU caches for tracked I/O
 * @disk: the disk
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int zcblk_io_init(struct zcblk_disk *disk)
{
	int err = zcblk_bioset_init(&disk->io_set, offsetof(struct zcblk_io, clone), 0);

	if (err)
		return err;
	disk->io_cache = alloc_percpu(struct zcblk_io_cache);
	if (disk->io_cache)
		return 0;
	bioset_exit(&disk->io_set);
	return -ENOMEM;
}

/**
 * zcblk_io_exit() - free a disk's memory for tracked I/O
 * @disk: the disk, without I/O in flight
 *
 * Context: process.
 */
void zcblk_io_exit(struct zcblk_disk *disk)
{
	struct zcblk_io *io, *next;
	int cpu;

	for_each_possible_cpu(cpu) {
		for (io = per_cpu_ptr(disk->io_cache, cpu)->free; io; io = next) {
			next = io->next;
			zcblk_io_free_slow(disk, io);
		}
	}
	free_percpu(disk->io_cache);
	bioset_exit(&disk->io_set);
}

/**
 * zcblk_io_alloc_slow() - allocate memory from the bio_set to track a bio
 * @disk: the disk
 * @bio: the submitter's bio
 * @io: NULL, or memory that the function frees, because @bio could not be cloned to that memory
 *
 * Context: as zcblk_io_alloc().
 * Return: the memory, with a clone of @bio that has no device yet; or NULL.
 */
struct zcblk_io *zcblk_io_alloc_slow(struct zcblk_disk *disk, struct bio *bio,
				     struct zcblk_io *io)
{
	gfp_t gfp = bio->bi_opf & REQ_NOWAIT ? GFP_NOWAIT | __GFP_NOWARN : GFP_NOIO;
	struct bio *clone;

	if (io)
		zcblk_io_free_slow(disk, io);
	clone = bio_alloc_clone(NULL, bio, gfp, &disk->io_set);
	return clone ? container_of(clone, struct zcblk_io, clone) : NULL;
}

/**
 * zcblk_io_free_slow() - free the memory of a tracked bio to the bio_set
 * @disk: the disk
 * @io: the memory; bio_uninit() may already have released its clone
 *
 * Context: any.
 */
void zcblk_io_free_slow(struct zcblk_disk *disk, struct zcblk_io *io)
{
	/* bio_init_clone() copies REQ_ALLOC_CACHE from the submitter's bio, even if it fails */
	io->clone.bi_opf &= ~REQ_ALLOC_CACHE;
	io->clone.bi_pool = &disk->io_set;
	bio_put(&io->clone);
}
