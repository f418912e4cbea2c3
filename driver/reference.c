// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages without a reference count of their own: those of slab, of kmalloc() above 8 KiB
 * in newer kernels, such as 7.2, and those behind the first of an allocation without __GFP_COMP.
 *
 * A network driver may send the pages of a write by reference. For that it increments
 * the count of each, and these have none that it may increment. Some drivers copy them,
 * others fail the write, or free a page that is in use. What zcblk does with such a
 * write is the policy of a disk or of a client. It looks at writes only: received data
 * is copied to the pages of a read.
 *
 * sendpage_ok() is the kernel's own answer for a page. Its sendpages_ok() is not used: for
 * a run that does not begin at the start of a page, it leaves the last page out.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/net.h>

#include "zcblk.h"

/**
 * zcblk_page_is_unreferenced() - does a page have no reference count of its own?
 * @page: the page
 *
 * Context: any.
 * Return: true if it must not be sent by reference.
 */
bool zcblk_page_is_unreferenced(struct page *page)
{
	return !sendpage_ok(page);
}

/**
 * zcblk_bio_is_unreferenced() - does a page of a bio have no reference count of its own?
 * @bio: the bio
 *
 * Context: any.
 * Return: true if one has none.
 */
bool zcblk_bio_is_unreferenced(struct bio *bio)
{
	struct bvec_iter iter;
	struct bio_vec bv;

	bio_for_each_segment(bv, bio, iter)
		if (zcblk_page_is_unreferenced(bv.bv_page))
			return true;
	return false;
}

/**
 * zcblk_buf_is_unreferenced() - does a page of a buffer have no reference count of its own?
 * @kind: ZCBLK_BUF_KMEM or ZCBLK_BUF_VMALLOC
 * @buf: start of the buffer
 * @len: its length in bytes
 *
 * Context: any.
 * Return: true if one has none, and all of the buffer has pages.
 */
bool zcblk_buf_is_unreferenced(enum zcblk_buf_kind kind, const void *buf, size_t len)
{
	const void *at = PTR_ALIGN_DOWN(buf, PAGE_SIZE);
	bool unreferenced = false;
	struct page *page;

	for (; at < buf + len; at += PAGE_SIZE) {
		page = zcblk_buf_page(kind, at);
		if (!page)
			return false;
		unreferenced |= zcblk_page_is_unreferenced(page);
	}
	return unreferenced;
}
