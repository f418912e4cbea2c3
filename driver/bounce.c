// SPDX-License-Identifier: GPL-2.0-only
/*
 * Allocates and frees bounce memory, which contains the copied data of an I/O.
 *
 * Path copy and the kernel API allocate bounce memory for each piece of an I/O. For path copy,
 * the setting `bounce` selects the allocator. The kernel API allocates single pages.
 *
 * Each disk has a pool, and so has each client of the kernel API. A pool contains a bio_set, and a
 * mempool of bounce memory, its reserve. If the allocator has no memory, the piece uses an element
 * of the reserve, so that I/O continues.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/zcblk.h>

#include "zcblk.h"

/*
 * Number of elements in a pool's reserve. When the allocators have no memory, this number of
 * pieces can be in flight.
 */
#define ZCBLK_NR_RESERVE	4

/*
 * Frees the vmalloc() memory in a pool's vfree_list. A worker calls vfree(), because vfree()
 * may sleep, but a completion must not sleep. The nodes of the list are in the memory that is
 * to be freed.
 */
static void zcblk_vfree_work(struct work_struct *work)
{
	struct zcblk_bounce_pool *pool = container_of(work, struct zcblk_bounce_pool,
						      vfree_work);
	struct llist_node *list = llist_del_all(&pool->vfree_list);
	struct llist_node *node, *next;

	llist_for_each_safe(node, next, list)
		vfree(node);
}

/*
 * Allocates an element of the reserve for mempool_init(), which passes GFP_KERNEL. For I/O, the
 * flags lack __GFP_FS. The function then returns NULL, so that I/O uses an existing element. If
 * the function allocated a new element, the reserve could be full when that element is freed.
 * mempool_free() would then call vfree(), which may sleep, in a completion. The reserve is memory
 * of vmalloc() because each of its pages has a reference count; see reference.c.
 */
static void *zcblk_reserve_alloc(gfp_t gfp, void *unused)
{
	return gfp & __GFP_FS ? __vmalloc(ZCBLK_BOUNCE_BYTES, gfp | __GFP_NOWARN) : NULL;
}

static void zcblk_reserve_free(void *mem, void *unused)
{
	vfree(mem);
}

/**
 * zcblk_bounce_pool_init() - allocate a pool's bios and its reserve
 * @pool: the pool, with all bytes zero
 * @front_pad: bytes to allocate before each bio
 * @flags: BIOSET_* flags for the pool's bio_set
 *
 * Context: process.
 * Return: 0, and the caller must call zcblk_bounce_pool_exit() later; or -ENOMEM.
 */
int zcblk_bounce_pool_init(struct zcblk_bounce_pool *pool, unsigned int front_pad,
			   int flags)
{
	int err = zcblk_bioset_init(&pool->bios, front_pad, flags);

	if (err)
		return err;
	init_llist_head(&pool->vfree_list);
	INIT_WORK(&pool->vfree_work, zcblk_vfree_work);

	err = mempool_init(&pool->reserve, ZCBLK_NR_RESERVE, zcblk_reserve_alloc,
			   zcblk_reserve_free, NULL);
	if (err)
		bioset_exit(&pool->bios);
	return err;
}

/**
 * zcblk_bounce_pool_exit() - free a pool's bios and its reserve
 * @pool: the pool, without pieces in flight; if it was never initialised, all its bytes must be 0
 *
 * Context: process.
 */
void zcblk_bounce_pool_exit(struct zcblk_bounce_pool *pool)
{
	if (!mempool_initialized(&pool->reserve))
		return;
	flush_work(&pool->vfree_work);
	mempool_exit(&pool->reserve);
	bioset_exit(&pool->bios);
}

static bool zcblk_bounce_alloc_pages(struct zcblk_bounce *bounce, unsigned int len,
				     gfp_t gfp)
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

static bool zcblk_bounce_alloc_kind(struct zcblk_bounce *bounce, unsigned int len,
				    gfp_t zero)
{
	/*
	 * The pool has its own reserve, so kmalloc() and alloc_page() must not use the kernel's
	 * memory reserves
	 */
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
		return zcblk_bounce_alloc_pages(bounce, len, gfp);
	}
	return bounce->mem;
}

static void zcblk_bounce_init_table(struct zcblk_bounce *bounce)
{
	bio_init(&bounce->pages, NULL, bounce->vecs, ARRAY_SIZE(bounce->vecs), 0);
}

static bool zcblk_bounce_alloc_reserve(struct zcblk_bounce *bounce, unsigned int len,
				       gfp_t gfp, gfp_t zero)
{
	/* The bio_vec table may still list the freed pages of the failed allocation */
	zcblk_bounce_init_table(bounce);
	bounce->kind = ZCBLK_BOUNCE_RESERVE;
	bounce->mem = mempool_alloc(&bounce->pool->reserve, gfp);
	if (bounce->mem && zero)
		memset(bounce->mem, 0, len);
	return bounce->mem;
}

/*
 * Adds the memory to the bio_vec table of @bounce, and flushes vmalloc() memory. zcblk_buf_flush()
 * is not used, because it counts flushed bytes of a client's own buffers.
 */
static void zcblk_bounce_add_mem(struct zcblk_bounce *bounce, unsigned int len)
{
	enum zcblk_buf_kind kind = is_vmalloc_addr(bounce->mem) ? ZCBLK_BUF_VMALLOC :
								  ZCBLK_BUF_KMEM;

	WARN_ON_ONCE(zcblk_buf_add(kind, &bounce->pages, bounce->mem, len) != len);
	if (kind == ZCBLK_BUF_VMALLOC)
		flush_kernel_vmap_range(bounce->mem, len);
}

/**
 * zcblk_bounce_alloc() - allocate bounce memory for a piece of I/O
 * @bounce: the bounce memory, with its pool and kind set by the caller; the function sets the
 *	kind to ZCBLK_BOUNCE_RESERVE if it uses the reserve
 * @bio: the piece's bio; the function replaces its bio_vec table with that of the bounce memory
 * @len: length of the piece in bytes, at most ZCBLK_BOUNCE_BYTES
 * @gfp: GFP_NOWAIT; or GFP_NOIO to wait until a piece in flight frees an element of the reserve
 *
 * Memory for a read is zeroed. Otherwise, the submitter could see old content of kernel memory
 * if the device does not fill all of the memory, as in CVE-2022-0494. vmalloc() may sleep, so
 * the pieces of a bio with REQ_NOWAIT use kmalloc() instead.
 *
 * Context: process.
 * Return: true if the memory was allocated; false if nothing was allocated.
 */
bool zcblk_bounce_alloc(struct zcblk_bounce *bounce, struct bio *bio, unsigned int len,
			gfp_t gfp)
{
	gfp_t zero = op_is_write(bio_op(bio)) ? 0 : __GFP_ZERO;
	sector_t sector = bio->bi_iter.bi_sector;

	if (bounce->kind == ZCBLK_BOUNCE_VMALLOC && bio->bi_opf & REQ_NOWAIT)
		bounce->kind = ZCBLK_BOUNCE_KMALLOC;
	bounce->mem = NULL;
	zcblk_bounce_init_table(bounce);
	if (!zcblk_bounce_alloc_kind(bounce, len, zero) &&
	    !zcblk_bounce_alloc_reserve(bounce, len, gfp, zero))
		return false;

	if (bounce->mem)
		zcblk_bounce_add_mem(bounce, len);
	bio->bi_io_vec = bounce->vecs;
	bio->bi_iter = bounce->pages.bi_iter;
	bio->bi_iter.bi_sector = sector;
	return true;
}

/**
 * zcblk_bounce_free() - free a piece's bounce memory
 * @bounce: the memory
 *
 * Context: any.
 */
void zcblk_bounce_free(struct zcblk_bounce *bounce)
{
	struct zcblk_bounce_pool *pool = bounce->pool;

	switch (bounce->kind) {
	case ZCBLK_BOUNCE_KMALLOC:
		kfree(bounce->mem);
		break;
	case ZCBLK_BOUNCE_VMALLOC:
		if (llist_add(bounce->mem, &pool->vfree_list))
			schedule_work(&pool->vfree_work);
		break;
	case ZCBLK_BOUNCE_RESERVE:
		mempool_free(bounce->mem, &pool->reserve);
		break;
	default:
		bio_free_pages(&bounce->pages);
		break;
	}
}
