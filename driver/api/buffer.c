// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel buffers to bio pages. The only place that knows kmalloc memory from
 * vmalloc memory, and both from memory that must not be mapped.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/task_stack.h>
#include <linux/zcblk.h>

#include "client.h"
#include "source.h"
#include "zcblk.h"

/* With VMAP_STACK a stack is vmalloc memory, so it has to be asked for first */
static enum zcblk_buf_kind zcblk_stack_kind(const void *buf, size_t len)
{
	size_t left = task_stack_page(current) + THREAD_SIZE - buf;

	return len <= left ? ZCBLK_BUF_STACK : ZCBLK_BUF_NONE;
}

/**
 * zcblk_buf_kind_slow() - zcblk_buf_kind() for all kinds
 * @buf: as there
 * @len: as there
 *
 * Context: as there.
 * Return: as there.
 */
enum zcblk_buf_kind zcblk_buf_kind_slow(const void *buf, size_t len)
{
	const void *last = buf + len - 1;

	if (last < buf)
		return ZCBLK_BUF_NONE;
	if (object_is_on_stack(buf))
		return zcblk_stack_kind(buf, len);
	if (zcblk_is_kmem(buf, last))
		return ZCBLK_BUF_KMEM;
	if (is_vmalloc_addr(buf))
		return is_vmalloc_addr(last) ? ZCBLK_BUF_VMALLOC : ZCBLK_BUF_NONE;
	if (compat_is_module_addr(buf) && compat_is_module_addr(last))
		return ZCBLK_BUF_IMAGE;
	return ZCBLK_BUF_NONE;
}

/*
 * Device memory has entries in the page tables too, but no struct page. Without a
 * virtual memory map the pfn is read from the page, and what stands for that of
 * device memory is no address of the kernel's.
 */
static bool zcblk_is_memory(struct page *page)
{
	if (IS_ENABLED(CONFIG_SPARSEMEM) && !IS_ENABLED(CONFIG_SPARSEMEM_VMEMMAP) &&
	    !virt_addr_valid(page) && !is_vmalloc_addr(page))
		return false;
	return page && pfn_valid(page_to_pfn(page));
}

/**
 * zcblk_buf_is_present() - is there memory behind all of a buffer?
 * @kind: what zcblk_buf_kind() said of it
 * @buf: start of the buffer
 * @len: its length in bytes, not 0
 *
 * Context: any.
 * Return: true when the CPU can get at each byte.
 */
bool zcblk_buf_is_present(enum zcblk_buf_kind kind, const void *buf, size_t len)
{
	const void *page = PTR_ALIGN_DOWN(buf, PAGE_SIZE);

	if (kind == ZCBLK_BUF_VMALLOC || kind == ZCBLK_BUF_IMAGE)
		for (; page < buf + len; page += PAGE_SIZE)
			if (!zcblk_is_memory(vmalloc_to_page(page)))
				return false;
	return kind != ZCBLK_BUF_NONE;
}

/**
 * zcblk_buf_page() - find the page that a byte of a buffer is in
 * @kind: ZCBLK_BUF_KMEM or ZCBLK_BUF_VMALLOC
 * @addr: address of the byte
 *
 * Context: any.
 * Return: the page, or NULL when there is none.
 */
struct page *zcblk_buf_page(enum zcblk_buf_kind kind, const void *addr)
{
	struct page *page;

	if (kind == ZCBLK_BUF_KMEM)
		return virt_to_page(addr);
	page = vmalloc_to_page(addr);
	return zcblk_is_memory(page) ? page : NULL;
}

/**
 * zcblk_vec_grow() - add a part of a page to a run of pages that ends before it
 * @bv: the run
 * @page: the page
 * @len: length of the part
 * @offset: its offset in @page
 *
 * Context: any.
 * Return: false, and nothing is done, when it ends elsewhere, or is full.
 */
bool zcblk_vec_grow(struct bio_vec *bv, struct page *page, unsigned int len,
		    unsigned int offset)
{
	unsigned int end = bv->bv_offset + bv->bv_len;

	if (page + (offset >> PAGE_SHIFT) != bv->bv_page + (end >> PAGE_SHIFT) ||
	    offset_in_page(offset) != offset_in_page(end))
		return false;
	if (!IS_ENABLED(CONFIG_SPARSEMEM_VMEMMAP) &&
	    page_to_pfn(page) != page_to_pfn(bv->bv_page) + (end >> PAGE_SHIFT))
		return false;
	if (bv->bv_len > ZCBLK_BIO_BYTES - len)
		return false;
	bv->bv_len += len;
	return true;
}

/* Straight into the table: bio_add_page() is half of the cost of a page */
static unsigned int zcblk_add_vmalloc(struct bio *bio, const void *buf,
				      unsigned int len)
{
	struct bio_vec *bv = bio->bi_io_vec + bio->bi_vcnt;
	struct bio_vec *end = bio->bi_io_vec + bio->bi_max_vecs;
	unsigned int done, n, offset = offset_in_page(buf);
	struct page *page;

	len = min(len, UINT_MAX - bio->bi_iter.bi_size);
	for (done = 0; done < len; done += n, offset = 0) {
		n = min_t(unsigned int, len - done, PAGE_SIZE - offset);
		page = vmalloc_to_page(buf + done);
		/* An area has memory of one sort: asking once is enough */
		if (!page || (!done && !zcblk_is_memory(page)))
			break;
		if (bv > bio->bi_io_vec && zcblk_vec_grow(bv - 1, page, n, offset))
			continue;
		if (bv == end)
			break;
		*bv++ = (struct bio_vec){ page, n, offset };
	}

	bio->bi_vcnt = bv - bio->bi_io_vec;
	bio->bi_iter.bi_size += done;
	return done;
}

static unsigned int zcblk_add_kmem(struct bio *bio, const void *buf,
				   unsigned int len)
{
	return bio_add_page(bio, virt_to_page(buf), len, offset_in_page(buf));
}

/**
 * zcblk_buf_add() - add a buffer's pages to a bio
 * @kind: ZCBLK_BUF_KMEM or ZCBLK_BUF_VMALLOC
 * @bio: the bio
 * @buf: start of the buffer
 * @len: its length in bytes
 *
 * Context: any.
 * Return: the number of bytes added: less than @len when the bio is full, or
 * there is no page.
 */
unsigned int zcblk_buf_add(enum zcblk_buf_kind kind, struct bio *bio,
			   const void *buf, unsigned int len)
{
	if (kind == ZCBLK_BUF_KMEM)
		return zcblk_add_kmem(bio, buf, len);
	return zcblk_add_vmalloc(bio, buf, len);
}

/**
 * zcblk_buf_flush() - before a device gets a buffer's pages
 * @client: whose counter it is
 * @kind: its kind
 * @buf: start of the buffer
 * @len: its length in bytes
 *
 * For caches that know addresses: what the CPU wrote by those of vmalloc() is
 * to be in the pages, also before a read, or it might get there after it. The
 * DMA API does the rest.
 *
 * Context: any.
 */
void zcblk_buf_flush(struct zcblk_client *client, enum zcblk_buf_kind kind, void *buf,
		     size_t len)
{
	if (kind != ZCBLK_BUF_VMALLOC)
		return;
	flush_kernel_vmap_range(buf, len);
	zcblk_count(client, flushed, len);
}

/**
 * zcblk_buf_invalidate() - after the device has written a buffer's pages
 * @client: whose counter it is
 * @kind: its kind
 * @buf: start of the buffer
 * @len: its length in bytes
 *
 * As zcblk_buf_flush(), the other way.
 *
 * Context: any.
 */
void zcblk_buf_invalidate(struct zcblk_client *client, enum zcblk_buf_kind kind,
			  void *buf, size_t len)
{
	if (kind != ZCBLK_BUF_VMALLOC)
		return;
	invalidate_kernel_vmap_range(buf, len);
	zcblk_count(client, invalidated, len);
}

unsigned int zcblk_bio_add_buf(struct bio *bio, void *buf, unsigned int len)
{
	enum zcblk_buf_kind kind = len ? zcblk_buf_kind(buf, len) : ZCBLK_BUF_NONE;
	unsigned int done;

	if (kind != ZCBLK_BUF_KMEM && kind != ZCBLK_BUF_VMALLOC)
		return 0;
	done = zcblk_buf_add(kind, bio, buf, len);
	zcblk_buf_flush(zcblk_default_client, kind, buf, done);
	return done;
}
EXPORT_SYMBOL_GPL(zcblk_bio_add_buf);
