// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks for pages without a reference count of their own. Such pages belong to slab, and in
 * newer kernels, such as 7.2, also to kmalloc() above 8 KiB. If several pages are allocated
 * without __GFP_COMP, only the first page has a count.
 *
 * A network driver may send the pages of a write by reference. The driver then increments the
 * count of each page, which is not allowed for such pages. Some drivers copy such pages. Other
 * drivers fail the write, or free a page in use. The setting `unreferenced` of a disk, and the
 * policy of a client, choose how zcblk treats such a write. Reads are not checked, because
 * network drivers copy the received data to the pages of a read.
 *
 * sendpage_ok() is the kernel's check of one page. The kernel also has sendpages_ok() for a run
 * of pages. zcblk does not use sendpages_ok(), because that function skips the last page if the
 * run does not begin at the start of a page.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/net.h>

#include "zcblk.h"

/**
 * zcblk_page_is_unreferenced() - check whether a page has no reference count of its own
 * @page: the page
 *
 * Context: any.
 * Return: true if @page must not be sent by reference.
 */
bool zcblk_page_is_unreferenced(struct page *page)
{
	return !sendpage_ok(page);
}

/**
 * zcblk_bio_is_unreferenced() - check a bio for pages without a reference count of their own
 * @bio: the bio
 *
 * Context: any.
 * Return: true if @bio has such a page.
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
 * zcblk_buf_is_unreferenced() - check a buffer for pages without a reference count of their own
 * @kind: ZCBLK_BUF_KMEM or ZCBLK_BUF_VMALLOC
 * @buf: start of the buffer
 * @len: length of the buffer in bytes
 *
 * Context: any.
 * Return: true if the buffer has such a page; false if it has none, or if a page is missing.
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
