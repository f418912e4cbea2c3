// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bounce memory: where the copy path's pages come from, and how they go back.
 *
 * Each piece of I/O allocates its own, in the way that the setting `bounce`
 * says. Where the allocator gives nothing there is a reserve, one mempool for
 * all kinds, so that I/O goes on when memory is short. A disk has none until its
 * path is copy or ab for the first time.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/highmem.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/zcblk.h>

#include "zcblk.h"

/* Pieces that are in flight, each disk, when memory is to be had from nowhere */
#define ZCBLK_NR_RESERVE	4

/*
 * vfree() may sleep and completion may not, so vmalloc memory is left to a
 * worker. It is chained through itself: nobody reads it any more.
 */
static void zcblk_vfree_work(struct work_struct *work)
{
	struct zcblk_disk *disk = container_of(work, struct zcblk_disk, vfree_work);
	struct llist_node *list = llist_del_all(&disk->vfree_list);
	struct llist_node *node, *next;

	llist_for_each_safe(node, next, list)
		vfree(node);
}

static void zcblk_vfree_later(struct zcblk_disk *disk, void *mem)
{
	if (llist_add(mem, &disk->vfree_list))
		queue_work(disk->wq, &disk->vfree_work);
}

/*
 * An element of the reserve. mempool_init() asks with GFP_KERNEL. I/O asks without
 * __GFP_FS, and has to use the elements that are there: kvfree() may sleep, so a
 * completion cannot free one for which the pool has no room.
 */
static void *zcblk_reserve_alloc(gfp_t gfp, void *unused)
{
	return gfp & __GFP_FS ? kvmalloc(ZCBLK_BOUNCE_BYTES, gfp | __GFP_NOWARN) : NULL;
}

static void zcblk_reserve_free(void *mem, void *unused)
{
	kvfree(mem);
}

/**
 * zcblk_bounce_init() - initialise a disk's bounce memory; allocates nothing
 * @disk: the disk
 *
 * Context: any.
 */
void zcblk_bounce_init(struct zcblk_disk *disk)
{
	init_llist_head(&disk->vfree_list);
	INIT_WORK(&disk->vfree_work, zcblk_vfree_work);
}

static int zcblk_bounce_alloc_reserve(struct zcblk_disk *disk)
{
	int err;

	err = zcblk_bioset_init(&disk->bounce_set,
				offsetof(struct zcblk_bounce, bio));
	if (err)
		return err;
	err = mempool_init(&disk->reserve, ZCBLK_NR_RESERVE, zcblk_reserve_alloc,
			   zcblk_reserve_free, NULL);
	if (err)
		bioset_exit(&disk->bounce_set);
	return err;
}

/**
 * zcblk_bounce_prepare() - allocate a disk's bounce bios and reserve for a path
 * @disk: the disk
 * @name: its name, for the message
 * @path: the path that its setting will be
 *
 * Path zerocopy needs neither. What is allocated stays until zcblk_bounce_exit(),
 * as I/O that began on path copy may be in flight after the setting has changed.
 *
 * I/O may run. It learns of the path from &zcblk_disk.needs, which is stored after this
 * returned, with smp_store_release(), and read with smp_load_acquire(). So a bio on path
 * copy finds the bounce bios and the reserve complete.
 *
 * Context: process, under &zcblk_device.lock.
 * Return: 0; or -ENOMEM, and a message that says so.
 */
int zcblk_bounce_prepare(struct zcblk_disk *disk, const char *name,
			 enum zcblk_path path)
{
	int err;

	if (path == ZCBLK_PATH_ZEROCOPY || mempool_initialized(&disk->reserve))
		return 0;
	err = zcblk_bounce_alloc_reserve(disk);
	if (err)
		pr_err("%s: no memory for path %s\n", name, zcblk_path_names[path]);
	return err;
}

/**
 * zcblk_bounce_exit() - free a disk's bounce bios and its reserve
 * @disk: the disk, which may have none; nothing is in flight
 *
 * Context: process.
 */
void zcblk_bounce_exit(struct zcblk_disk *disk)
{
	mempool_exit(&disk->reserve);
	bioset_exit(&disk->bounce_set);
}

static void zcblk_bounce_init_table(struct zcblk_bounce *bounce)
{
	bio_init(&bounce->pages, NULL, bounce->vecs, ARRAY_SIZE(bounce->vecs),
		 bio_op(&bounce->bio));
}

static bool zcblk_bounce_get_pages(struct zcblk_bounce *bounce,
				   unsigned int len, gfp_t gfp)
{
	struct page *page;
	unsigned int n;

	for (; len; len -= n) {
		page = alloc_page(gfp);
		if (!page) {
			bio_free_pages(&bounce->pages);
			return false;
		}
		n = min_t(unsigned int, PAGE_SIZE, len);
		__bio_add_page(&bounce->pages, page, n, 0);
	}
	return true;
}

/* Memory in the way of the setting; false, and nothing held, when there is none */
static bool zcblk_bounce_get(struct zcblk_bounce *bounce, unsigned int len)
{
	gfp_t zero = bounce->io->op == ZCBLK_OP_READ ? __GFP_ZERO : 0;
	/* We have a reserve of our own, and keep off that of the system */
	gfp_t gfp = GFP_NOWAIT | __GFP_NOWARN | __GFP_NOMEMALLOC | zero;

	switch (bounce->kind) {
	case ZCBLK_BOUNCE_KMALLOC:
		bounce->mem = kmalloc(len, gfp);
		break;
	case ZCBLK_BOUNCE_VMALLOC:
		bounce->mem = __vmalloc(len, GFP_NOIO | __GFP_NORETRY |
					__GFP_NOWARN | zero);
		break;
	default:
		return zcblk_bounce_get_pages(bounce, len, gfp);
	}
	return bounce->mem;
}

/* vmalloc() may sleep, so those who must not wait have memory of kmalloc() */
static enum zcblk_bounce_kind zcblk_bounce_choose(struct zcblk_io *io)
{
	enum zcblk_bounce_kind kind = READ_ONCE(io->disk->set->bounce);

	if (kind == ZCBLK_BOUNCE_VMALLOC && (io->clone.bi_opf & REQ_NOWAIT))
		return ZCBLK_BOUNCE_KMALLOC;
	return kind;
}

/* Memory from the reserve; waits for it where @gfp lets it */
static bool zcblk_bounce_get_reserve(struct zcblk_bounce *bounce,
				     unsigned int len, gfp_t gfp)
{
	zcblk_bounce_init_table(bounce);
	bounce->kind = ZCBLK_BOUNCE_RESERVE;
	bounce->mem = mempool_alloc(&bounce->io->disk->reserve, gfp);
	if (!bounce->mem)
		return false;
	if (bounce->io->op == ZCBLK_OP_READ)
		memset(bounce->mem, 0, len);
	return true;
}

static bool zcblk_bounce_get_mem(struct zcblk_bounce *bounce, unsigned int len,
				 gfp_t gfp)
{
	bounce->mem = NULL;
	zcblk_bounce_init_table(bounce);
	if (!zcblk_bounce_get(bounce, len) &&
	    !zcblk_bounce_get_reserve(bounce, len, gfp))
		return false;
	if (bounce->mem)
		WARN_ON_ONCE(zcblk_bio_add_buf(&bounce->pages, bounce->mem, len) != len);
	return true;
}

/**
 * zcblk_bounce_alloc() - allocate the next piece of a bio
 * @io: the bio; its clone stands where the piece begins
 * @len: length of the piece in bytes, at most ZCBLK_BOUNCE_BYTES
 * @gfp: GFP_NOWAIT, or GFP_NOIO to wait for pieces in flight
 *
 * The piece is a clone of the bio, and so has all that was said of it (flags,
 * priority, hints, cgroup, integrity); then its pages are exchanged for ours.
 * Memory for a read is zeroed: what a device does not write must not reach the
 * submitter (CVE-2022-0494 was that).
 *
 * Context: process.
 * Return: the piece with a bio for the lower device; or NULL.
 */
struct zcblk_bounce *zcblk_bounce_alloc(struct zcblk_io *io, unsigned int len,
					gfp_t gfp)
{
	struct zcblk_disk *disk = io->disk;
	struct zcblk_bounce *bounce;
	struct bio *bio;

	bio = bio_alloc_clone(disk->lower, &io->clone, gfp, &disk->bounce_set);
	if (!bio)
		return NULL;
	bio_trim(bio, 0, len >> SECTOR_SHIFT);
	bounce = container_of(bio, struct zcblk_bounce, bio);
	bounce->io = io;
	bounce->iter = bio->bi_iter;
	bounce->kind = zcblk_bounce_choose(io);
	if (!zcblk_bounce_get_mem(bounce, len, gfp)) {
		bio_put(bio);
		return NULL;
	}
	bio->bi_io_vec = bounce->vecs;
	bio->bi_iter = bounce->pages.bi_iter;
	bio->bi_iter.bi_sector = bounce->iter.bi_sector;
	return bounce;
}

/**
 * zcblk_bounce_free() - give a piece and its memory back
 * @bounce: the piece
 *
 * Context: any.
 */
void zcblk_bounce_free(struct zcblk_bounce *bounce)
{
	switch (bounce->kind) {
	case ZCBLK_BOUNCE_KMALLOC:
		kfree(bounce->mem);
		break;
	case ZCBLK_BOUNCE_VMALLOC:
		zcblk_vfree_later(bounce->io->disk, bounce->mem);
		break;
	case ZCBLK_BOUNCE_RESERVE:
		mempool_free(bounce->mem, &bounce->io->disk->reserve);
		break;
	default:
		bio_free_pages(&bounce->pages);
		break;
	}
	bio_put(&bounce->bio);
}

/* Copy between a piece and its place in the submitter's bio */
static void zcblk_bounce_copy(struct zcblk_bounce *bounce, bool out)
{
	struct bvec_iter at = bounce->pages.bi_iter;
	struct bvec_iter parent_at = bounce->iter;
	struct bio *parent = bounce->io->parent;
	struct bio *bio = &bounce->pages;

	while (at.bi_size) {
		struct bio_vec theirs = bio_iter_iovec(parent, parent_at);
		struct bio_vec ours = bio_iter_iovec(bio, at);
		unsigned int len = min(theirs.bv_len, ours.bv_len);

		if (out)
			memcpy_page(theirs.bv_page, theirs.bv_offset,
				    ours.bv_page, ours.bv_offset, len);
		else
			memcpy_page(ours.bv_page, ours.bv_offset,
				    theirs.bv_page, theirs.bv_offset, len);
		bio_advance_iter_single(parent, &parent_at, len);
		bio_advance_iter_single(bio, &at, len);
	}
}

/**
 * zcblk_bounce_fill() - copy the submitter's data into a piece
 * @bounce: a piece of a write
 *
 * Context: any.
 */
void zcblk_bounce_fill(struct zcblk_bounce *bounce)
{
	zcblk_bounce_copy(bounce, false);
}

/**
 * zcblk_bounce_drain() - copy a piece's data out to the submitter
 * @bounce: a piece of a read that succeeded
 *
 * Context: any.
 */
void zcblk_bounce_drain(struct zcblk_bounce *bounce)
{
	zcblk_bounce_copy(bounce, true);
}
