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
