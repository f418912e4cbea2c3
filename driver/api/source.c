// SPDX-License-Identifier: GPL-2.0-only
/*
 * The source of an I/O is its data in memory. This file and source.h handle the forms of a
 * source: a buffer, or an array of kvecs or bio_vecs. A buffer is one segment. In an array,
 * each entry is a segment.
 *
 * For buffers and kvecs, the pages are looked up and added to the bio's table. A registered
 * buffer and an array of bio_vecs already have a table, which the bio shares.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/blkdev.h>
#include <linux/highmem.h>
#include <linux/log2.h>
#include <linux/mm.h>

#include "client.h"
#include "source.h"

/*
 * Returns the address of the data at a cursor. For bio_vecs, returns the offset from the start of
 * the pages, which has the same alignment as the address.
 */
static unsigned long zcblk_source_offset(const struct zcblk_bufio *io,
					 const struct zcblk_cursor *at)
{
	return zcblk_source_has_pages(io) ? io->bvecs[at->segment].bv_offset + at->skip :
		(unsigned long)zcblk_source_addr(io, at);
}

static enum zcblk_buf_kind zcblk_segment_kind(const struct zcblk_bufio *io,
					      const struct zcblk_cursor *at, size_t len)
{
	if (!io->bvecs)
		return zcblk_buf_kind(zcblk_source_addr(io, at), len);
	return io->bvecs[at->segment].bv_page ? ZCBLK_BUF_KMEM : ZCBLK_BUF_NONE;
}

/* Returns the kind of a segment of an I/O whose segments may all be mapped. Context: any. */
static enum zcblk_buf_kind zcblk_mapped_kind(const struct zcblk_bufio *io,
					     unsigned int segment)
{
	if (!io->nr_vecs)
		return io->kind;
	if (io->bvecs)
		return ZCBLK_BUF_KMEM;
	return is_vmalloc_addr(io->kvecs[segment].iov_base) ? ZCBLK_BUF_VMALLOC :
		ZCBLK_BUF_KMEM;
}

/**
 * zcblk_source_describe_vecs() - find the kind and alignment of an array of segments
 * @io: the I/O; this sets @io->kind as zcblk_source_describe() does
 *
 * Context: any; detects only the stack of the current task.
 * Return: as zcblk_source_describe().
 */
unsigned long zcblk_source_describe_vecs(struct zcblk_bufio *io)
{
	struct zcblk_cursor at = zcblk_source_start(io);
	unsigned long align = 0;
	size_t n;

	io->kind = ZCBLK_BUF_NONE;
	if (!io->kvecs == !io->bvecs || io->buf || io->reg)
		return 0;

	io->kind = ZCBLK_BUF_KMEM;
	for (; at.done < io->len; at.skip = 0, at.segment++) {
		if (at.segment == io->nr_vecs || at.skip >= zcblk_segment_len(io, at.segment)) {
			io->kind = ZCBLK_BUF_NONE;
			break;
		}
		n = zcblk_source_left(io, &at);
		io->kind = max_t(u8, io->kind, zcblk_segment_kind(io, &at, n));
		align |= zcblk_source_offset(io, &at) | n;
		at.done += n;
	}
	return align;
}

/*
 * Returns the maximum number of runs of pages that a logical block can have in a segment. An
 * unaligned block can have one run more than an aligned block. A block is aligned if its address
 * is a multiple of its own size or of the page size, whichever is smaller.
 */
static unsigned int zcblk_segment_runs(const struct zcblk_bufio *io,
				       const struct zcblk_cursor *at, size_t len,
				       unsigned int block)
{
	unsigned long addr, into;

	if (zcblk_mapped_kind(io, at->segment) == ZCBLK_BUF_KMEM)
		return 1;
	addr = (unsigned long)zcblk_source_addr(io, at);
	into = (addr - at->done) & (min_t(unsigned long, block, PAGE_SIZE) - 1);
	return min(DIV_ROUND_UP(offset_in_page(addr) + len, PAGE_SIZE),
		   DIV_ROUND_UP(block, PAGE_SIZE) + !!into);
}

/**
 * zcblk_source_fits() - can a device transfer a source without a copy?
 * @io: the I/O; all of its segments are aligned for DMA, and may be mapped
 *
 * A device may not support gaps between two segments, see queue_virt_boundary(). If a bio has
 * such a gap, or too many segments for the device, the block layer splits the bio. The block
 * layer can split only between logical blocks, so no block may have too many segments, or such
 * a gap. An atomic write cannot be split, so this function treats all of it as one block.
 *
 * Context: any.
 * Return: false if a logical block has more segments than a request or a bio can have, or
 * a gap between two segments that the device does not support.
 */
bool zcblk_source_fits(const struct zcblk_bufio *io)
{
	struct request_queue *q = bdev_get_queue(io->bdev);
	unsigned int most = min_t(unsigned int, queue_max_segments(q), BIO_MAX_VECS);
	unsigned int block = io->opf & REQ_ATOMIC ? roundup_pow_of_two(io->len) :
						    bdev_logical_block_size(io->bdev);
	unsigned int runs, in_block = 0;
	unsigned long start, end = 0;
	struct zcblk_cursor at;
	size_t n;

	zcblk_for_each_segment(io, at, n) {
		start = zcblk_source_offset(io, &at);
		if (!(at.done & (block - 1)))
			in_block = 0;
		else if ((end | start) & queue_virt_boundary(q))
			return false;

		runs = zcblk_segment_runs(io, &at, n, block);
		in_block += runs;
		if (in_block > most)
			return false;
		/* If a block ends in this segment, the rest of the segment is in the next block */
		if ((at.done & (block - 1)) + n >= block)
			in_block = runs;
		end = start + n;
	}
	return true;
}

/**
 * zcblk_source_is_present() - is there memory at all addresses of a source?
 * @io: the I/O; its kind is set
 *
 * Context: any; detects only the stack of the current task.
 * Return: true if the CPU can access each byte.
 */
bool zcblk_source_is_present(const struct zcblk_bufio *io)
{
	enum zcblk_buf_kind kind;
	struct zcblk_cursor at;
	size_t n;

	/* The pages of a bio_vec always exist */
	if (zcblk_source_has_pages(io) || io->kind == ZCBLK_BUF_NONE)
		return io->kind != ZCBLK_BUF_NONE;
	zcblk_for_each_segment(io, at, n) {
		kind = io->nr_vecs ? zcblk_segment_kind(io, &at, n) : io->kind;
		if (!zcblk_buf_is_present(kind, zcblk_source_addr(io, &at), n))
			return false;
	}
	return true;
}

/* True if a page of the next @n bytes of a segment has no reference count of its own */
static bool zcblk_segment_is_unreferenced(const struct zcblk_bufio *io,
					  const struct zcblk_cursor *at, size_t n)
{
	unsigned long offset = zcblk_source_offset(io, at);
	struct page *page;
	unsigned int nr;

	if (!zcblk_source_has_pages(io))
		return zcblk_buf_is_unreferenced(zcblk_mapped_kind(io, at->segment),
						 zcblk_source_addr(io, at), n);

	page = io->bvecs[at->segment].bv_page + (offset >> PAGE_SHIFT);
	nr = DIV_ROUND_UP(offset_in_page(offset) + n, PAGE_SIZE);
	while (nr--)
		if (zcblk_page_is_unreferenced(page++))
			return true;
	return false;
}

/**
 * zcblk_source_is_unreferenced() - does a page of a source have no reference count of its own?
 * @io: the I/O; all of its segments may be mapped
 *
 * For a registered buffer, this considers all pages of the buffer, not only those of the I/O.
 *
 * Context: any.
 * Return: true if a page has no reference count of its own. This ignores segments with
 * missing pages.
 */
bool zcblk_source_is_unreferenced(const struct zcblk_bufio *io)
{
	struct zcblk_cursor at;
	size_t n;

	if (io->reg)
		return zcblk_registered_is_unreferenced(io->reg);

	zcblk_for_each_segment(io, at, n)
		if (zcblk_segment_is_unreferenced(io, &at, n))
			return true;
	return false;
}

/**
 * zcblk_source_advance() - move a cursor ahead
 * @io: the I/O
 * @at: the cursor
 * @n: number of bytes, at most up to the end of the I/O
 *
 * Context: any.
 */
void zcblk_source_advance(const struct zcblk_bufio *io, struct zcblk_cursor *at, size_t n)
{
	at->done += n;
	at->skip += n;
	/* At the end of the I/O, there may be no next segment */
	while (io->nr_vecs && at->done < io->len &&
	       at->skip >= zcblk_segment_len(io, at->segment))
		at->skip -= zcblk_segment_len(io, at->segment++);
}

/**
 * zcblk_source_vecs() - count the entries that a bio needs in its own table
 * @io: the I/O
 * @at: where the bio begins
 *
 * Context: any.
 * Return: the number, at most BIO_MAX_VECS; 0 if the bio shares a table or has no data.
 */
unsigned int zcblk_source_vecs(const struct zcblk_bufio *io, struct zcblk_cursor at)
{
	size_t n, vecs = 0;

	if (io->reg || zcblk_source_has_pages(io))
		return 0;
	for (; at.done < io->len && vecs < BIO_MAX_VECS; zcblk_source_advance(io, &at, n)) {
		n = zcblk_source_left(io, &at);
		if (zcblk_mapped_kind(io, at.segment) == ZCBLK_BUF_KMEM)
			vecs++;
		else
			vecs += DIV_ROUND_UP(offset_in_page(zcblk_source_addr(io, &at)) + n,
					     PAGE_SIZE);
	}
	return min_t(size_t, vecs, BIO_MAX_VECS);
}

static unsigned int zcblk_source_add_bvecs(const struct zcblk_bufio *io,
					   struct zcblk_cursor at, struct bio *bio,
					   unsigned int len)
{
	struct zcblk_cursor end = at;
	size_t n;

	while (end.done - at.done < len && end.segment - at.segment < BIO_MAX_VECS) {
		n = min_t(size_t, zcblk_source_left(io, &end), len - (end.done - at.done));
		zcblk_source_advance(io, &end, n);
	}
	zcblk_bio_share_table(bio, io->bvecs, at.segment, at.skip, end.done - at.done);
	return end.done - at.done;
}

/**
 * zcblk_source_add() - add a part of a source to a bio
 * @io: the I/O; all of its segments may be mapped
 * @at: where the part begins
 * @bio: the bio, whose table has the number of entries that zcblk_source_vecs() returned
 * @len: length of the part in bytes
 *
 * Context: any.
 * Return: the number of bytes added: less than @len if the bio is full, or a page is
 * missing.
 */
unsigned int zcblk_source_add(const struct zcblk_bufio *io, struct zcblk_cursor at,
			      struct bio *bio, unsigned int len)
{
	unsigned int want, n, done;

	if (io->reg)
		return zcblk_registered_add(io->reg, bio, io->buf + at.done, len);
	if (zcblk_source_has_pages(io))
		return zcblk_source_add_bvecs(io, at, bio, len);

	for (done = 0; done < len; done += n) {
		want = min_t(size_t, zcblk_source_left(io, &at), len - done);
		n = zcblk_buf_add(zcblk_mapped_kind(io, at.segment), bio,
				  zcblk_source_addr(io, &at), want);
		if (n < want)
			return done + n;
		zcblk_source_advance(io, &at, n);
	}
	return done;
}

/**
 * zcblk_source_flush_vmalloc() - flush cache lines of vmalloc memory before a device uses it
 * @io: the I/O; see zcblk_buf_flush()
 *
 * Context: any.
 */
void zcblk_source_flush_vmalloc(const struct zcblk_bufio *io)
{
	struct zcblk_cursor at;
	size_t n;

	zcblk_for_each_segment(io, at, n)
		zcblk_buf_flush(io->client, zcblk_mapped_kind(io, at.segment),
				zcblk_source_addr(io, &at), n);
}

/**
 * zcblk_source_invalidate_vmalloc() - invalidate vmalloc memory after a device wrote its pages
 * @io: the I/O; see zcblk_buf_invalidate()
 *
 * Context: any.
 */
void zcblk_source_invalidate_vmalloc(const struct zcblk_bufio *io)
{
	struct zcblk_cursor at;
	size_t n;

	zcblk_for_each_segment(io, at, n)
		zcblk_buf_invalidate(io->client, zcblk_mapped_kind(io, at.segment),
				     zcblk_source_addr(io, &at), n);
}

/**
 * zcblk_source_map() - make bytes of a source accessible to the CPU
 * @io: the I/O
 * @at: the first byte
 * @len: limit of the number of bytes; not 0
 * @view: out: the bytes from @at on that have contiguous addresses, at most @len
 *
 * zcblk_source_unmap() undoes this.
 *
 * Context: any. If the source has bio_vecs, the caller must call zcblk_source_unmap()
 * before it sleeps.
 */
void zcblk_source_map(const struct zcblk_bufio *io, const struct zcblk_cursor *at,
		      size_t len, struct zcblk_view *view)
{
	const struct bio_vec *bv;
	unsigned int offset;

	view->len = min3(len, zcblk_source_left(io, at), (size_t)ZCBLK_BIO_BYTES);
	view->page = NULL;
	if (!zcblk_source_has_pages(io)) {
		view->addr = zcblk_source_addr(io, at);
		return;
	}

	bv = &io->bvecs[at->segment];
	offset = bv->bv_offset + at->skip;
	view->page = bv->bv_page + (offset >> PAGE_SHIFT);
	view->len = min_t(unsigned int, view->len, PAGE_SIZE - offset_in_page(offset));
	view->addr = kmap_local_page(view->page) + offset_in_page(offset);
}

/**
 * zcblk_source_unmap() - undo zcblk_source_map()
 * @view: the bytes that zcblk_source_map() made accessible
 *
 * Context: as zcblk_source_map().
 */
void zcblk_source_unmap(const struct zcblk_view *view)
{
	if (view->page)
		kunmap_local(view->addr);
}
