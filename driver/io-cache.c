// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory for tracked I/O.
 *
 * A struct zcblk_io is from the disk's bio_set. When it is freed, the CPU keeps it for
 * the next bio, so that in steady state no allocator is called. The clone in it is
 * initialised in place, and ended with bio_uninit().
 *
 * BIOSET_PERCPU_CACHE does not help: on 6.1, what it keeps must not be freed in an
 * interrupt, where most I/O completes, and its users are those that poll.
 *
 * The bio_set has a mempool behind it, so that I/O continues when memory is short. A CPU
 * keeps nothing while that pool lacks elements: a submitter may wait for them. An element
 * in flight was allocated before, so its end fills the pool and wakes the submitter.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include "io-cache.h"

/**
 * zcblk_bioset_init() - make a bio_set for clones, which may carry integrity
 * @set: to be initialised
 * @front_pad: room before each bio, in bytes
 * @flags: BIOSET_* flags
 *
 * Context: process.
 * Return: 0 or -ENOMEM; undone by bioset_exit().
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
 * zcblk_io_init() - prepare a disk for tracked I/O
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
 * zcblk_io_exit() - undo zcblk_io_init()
 * @disk: the disk; nothing is in flight
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
 * zcblk_io_alloc_slow() - allocate from the bio_set
 * @disk: the disk
 * @bio: the submitter's bio
 * @io: to be freed: there was no memory to clone @bio there; or NULL
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
 * zcblk_io_free_slow() - free to the bio_set
 * @disk: the disk
 * @io: its clone may have ended already, by bio_uninit()
 *
 * Context: any.
 */
void zcblk_io_free_slow(struct zcblk_disk *disk, struct zcblk_io *io)
{
	/* bio_init_clone() copies this flag also where it fails */
	io->clone.bi_opf &= ~REQ_ALLOC_CACHE;
	io->clone.bi_pool = &disk->io_set;
	bio_put(&io->clone);
}
