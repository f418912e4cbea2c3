// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel buffers to bio pages. The only place that knows kmalloc memory from
 * vmalloc memory.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/zcblk.h>

#include "zcblk.h"

enum zcblk_buf_kind {
	ZCBLK_BUF_KMEM,		/* direct map: one run of pages */
	ZCBLK_BUF_VMALLOC,	/* pages from anywhere */
	ZCBLK_BUF_UNMAPPABLE,	/* a module's image, or no memory at all */
};

static enum zcblk_buf_kind zcblk_buf_kind(const void *buf)
{
	if (virt_addr_valid(buf))
		return ZCBLK_BUF_KMEM;
	if (is_vmalloc_addr(buf))
		return ZCBLK_BUF_VMALLOC;
	return ZCBLK_BUF_UNMAPPABLE;
}

/* bio_add_page() lets neighbours grow into one bvec */
static unsigned int zcblk_add_vmalloc(struct bio *bio, void *buf,
				      unsigned int len)
{
	unsigned int done, n;
	struct page *page;

	for (done = 0; done < len; done += n) {
		page = vmalloc_to_page(buf + done);
		n = min_t(unsigned int, len - done,
			  PAGE_SIZE - offset_in_page(buf + done));
		if (!page ||
		    bio_add_page(bio, page, n, offset_in_page(buf + done)) != n)
			break;
	}
	if (op_is_write(bio_op(bio)))
		flush_kernel_vmap_range(buf, done);
	return done;
}

/**
 * zcblk_bio_add_buf() - add a kernel buffer to a bio without copying it
 * @bio: bio with room in its table; its operation is set
 * @buf: start of the buffer, at any alignment: memory of the page allocator,
 *       kmalloc() or vmalloc()
 * @len: its length in bytes
 *
 * Memory that is contiguous becomes one bvec: a buffer of kmalloc() always
 * does. A buffer of vmalloc() that is written is flushed here for caches that
 * know addresses; after a read the caller has to call
 * invalidate_kernel_vmap_range() on it. The buffer must stay as it is until the
 * bio has ended. A buffer on a stack or in a module's image must not be given.
 *
 * After an article of 2010 by the author of a replication driver, who mapped
 * with is_vmalloc_addr(), vmalloc_to_page() and virt_to_page().
 *
 * Context: any.
 * Return: the number of bytes added, from the start of @buf: less than @len
 * when the bio is full, 0 when the memory has no pages that may be mapped.
 */
unsigned int zcblk_bio_add_buf(struct bio *bio, void *buf, unsigned int len)
{
	switch (zcblk_buf_kind(buf)) {
	case ZCBLK_BUF_KMEM:
		return bio_add_page(bio, virt_to_page(buf), len,
				    offset_in_page(buf));
	case ZCBLK_BUF_VMALLOC:
		return zcblk_add_vmalloc(bio, buf, len);
	default:
		return 0;
	}
}
EXPORT_SYMBOL_GPL(zcblk_bio_add_buf);
