// SPDX-License-Identifier: GPL-2.0-only
/*
 * Adds the pages of kernel buffers to bios. Together with source.h, this file distinguishes
 * kmalloc memory, vmalloc memory, and memory that must not be mapped.
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

/*
 * Returns the kind of a buffer that begins in the current task's stack: ZCBLK_BUF_STACK if it
 * also ends in this stack, else ZCBLK_BUF_NONE.
 */
static enum zcblk_buf_kind zcblk_stack_kind(const void *buf, size_t len)
{
	size_t left = task_stack_page(current) + THREAD_SIZE - buf;

	return len <= left ? ZCBLK_BUF_STACK : ZCBLK_BUF_NONE;
}

/**
 * zcblk_buf_kind_slow() - find the kind of memory of any buffer
 * @buf: start of the buffer
 * @len: its length in bytes, not 0
 *
 * This checks for a stack first, because with VMAP_STACK, a stack is also vmalloc memory.
 *
 * Context: any; detects only the stack of the current task.
 * Return: the kind.
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
 * True if a page from the page tables is RAM. Page tables also map device memory, which has
 * no struct page. For device memory, @page may be an invalid pointer. Without
 * CONFIG_SPARSEMEM_VMEMMAP, page_to_pfn() dereferences @page, so this checks @page first.
 */
static bool zcblk_is_memory(struct page *page)
{
	if (IS_ENABLED(CONFIG_SPARSEMEM) && !IS_ENABLED(CONFIG_SPARSEMEM_VMEMMAP) &&
	    !virt_addr_valid(page) && !is_vmalloc_addr(page))
		return false;
	return page && pfn_valid(page_to_pfn(page));
}

/**
 * zcblk_buf_is_present() - is there memory at all addresses of a buffer?
 * @kind: kind of the buffer, from zcblk_buf_kind()
 * @buf: start of the buffer
 * @len: its length in bytes, not 0
 *
 * Context: any.
 * Return: true if the CPU can access each byte.
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
 * Return: the page, or NULL if there is none.
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
 * zcblk_vec_grow() - append a part of a page to a run of contiguous pages
 * @bv: the run
 * @page: the page
 * @len: length of the part
 * @offset: its offset in @page
 *
 * Context: any.
 * Return: true if the part was appended. False, with @bv unchanged, if the part does not
 * begin where the run ends, or the run would be too long for a bio.
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

/*
 * Fills the bio_vec table itself, because bio_add_page() would double the CPU time per page.
 * Return: as zcblk_buf_add()
 */
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
		/* A vmalloc area is all RAM or all device memory, so check only the first page */
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
 * Return: the number of bytes added: less than @len if the bio is full, or a page is
 * missing.
 */
unsigned int zcblk_buf_add(enum zcblk_buf_kind kind, struct bio *bio,
			   const void *buf, unsigned int len)
{
	if (kind == ZCBLK_BUF_KMEM)
		return zcblk_add_kmem(bio, buf, len);
	return zcblk_add_vmalloc(bio, buf, len);
}

/**
 * zcblk_buf_flush() - flush a buffer's cache lines before a device accesses its pages
 * @client: the client whose counter of flushed bytes is incremented
 * @kind: kind of the buffer
 * @buf: start of the buffer
 * @len: its length in bytes
 *
 * CPU caches that are indexed by virtual address need this function. It writes dirty cache
 * lines of vmalloc() addresses back to memory. This is necessary before a read, too. Otherwise,
 * a dirty line could be written back later, and overwrite the data that the device has stored
 * in the buffer. The DMA API flushes the cache lines of all other addresses.
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
 * zcblk_buf_invalidate() - invalidate a buffer's cache lines after a device wrote its pages
 * @client: the client whose counter of invalidated bytes is incremented
 * @kind: kind of the buffer
 * @buf: start of the buffer
 * @len: its length in bytes
 *
 * For a read, the caller calls zcblk_buf_flush() before the device writes the pages, and this
 * function afterwards.
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
