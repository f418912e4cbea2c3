/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The source of an I/O of the kernel API is the memory that the I/O writes from or reads into.
 * A source has one segment (a buffer) or several (kvecs, bio_vecs).
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _ZCBLK_SOURCE_H
#define _ZCBLK_SOURCE_H

#include <linux/bio.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/uio.h>
#include <linux/zcblk.h>

#include "zcblk.h"

/**
 * struct zcblk_cursor - a position in a source
 * @done: bytes of the I/O before the position
 * @skip: bytes of the segment before the position
 * @segment: number of the segment
 */
struct zcblk_cursor {
	size_t done;
	size_t skip;
	unsigned int segment;
};

/**
 * struct zcblk_view - bytes of a source that the CPU can access
 * @addr: address of the first byte
 * @len: number of bytes
 * @page: the page that kmap_local_page() mapped, or NULL
 */
struct zcblk_view {
	void *addr;
	unsigned int len;
	struct page *page;
};

/*
 * True if the first and the last byte of a buffer, @buf and @last, are in the direct map. The pages
 * between them are not checked. With SPARSEMEM_VMEMMAP, memory is added and removed in subsections
 * of 2 MiB. So if @buf and @last are in the same aligned 2 MiB, a check of @buf is enough.
 */
static inline bool zcblk_is_kmem(const void *buf, const void *last)
{
	if (!virt_addr_valid(buf))
		return false;
	if (IS_ENABLED(CONFIG_SPARSEMEM_VMEMMAP) &&
	    PTR_ALIGN_DOWN(buf, SZ_2M) == PTR_ALIGN_DOWN(last, SZ_2M))
		return true;
	return virt_addr_valid(last);
}

/**
 * zcblk_buf_kind() - what kind of memory is a buffer?
 * @buf: start of the buffer
 * @len: its length in bytes, not 0
 *
 * For vmalloc memory and a module's image, this checks only that the first and the last byte are in
 * the area of such addresses. It does not check whether the addresses have pages.
 *
 * Context: any; detects only the stack of the current task.
 * Return: the kind.
 */
static inline enum zcblk_buf_kind zcblk_buf_kind(const void *buf, size_t len)
{
	const void *last = buf + len - 1;

	/* With VMAP_STACK, memory in the direct map is never a stack */
	if (IS_ENABLED(CONFIG_VMAP_STACK) && likely(last >= buf && zcblk_is_kmem(buf, last)))
		return ZCBLK_BUF_KMEM;
	return zcblk_buf_kind_slow(buf, len);
}

static inline bool zcblk_source_has_pages(const struct zcblk_bufio *io)
{
	return io->nr_vecs && io->bvecs;
}

static inline size_t zcblk_segment_len(const struct zcblk_bufio *io, unsigned int segment)
{
	if (!io->nr_vecs)
		return io->len;
	return io->bvecs ? io->bvecs[segment].bv_len : io->kvecs[segment].iov_len;
}

static inline struct zcblk_cursor zcblk_source_start(const struct zcblk_bufio *io)
{
	return (struct zcblk_cursor){ .skip = io->nr_vecs ? io->skip : 0 };
}

/*
 * Returns the address of the data at a cursor. Must not be called for bio_vecs, because their
 * pages may have no kernel address.
 */
static inline void *zcblk_source_addr(const struct zcblk_bufio *io,
				      const struct zcblk_cursor *at)
{
	return (io->nr_vecs ? io->kvecs[at->segment].iov_base : io->buf) + at->skip;
}

/*
 * Returns how many bytes of the I/O are left in the segment of a cursor. The cursor must not be
 * at the end of the I/O.
 */
static inline size_t zcblk_source_left(const struct zcblk_bufio *io,
				       const struct zcblk_cursor *at)
{
	return min(zcblk_segment_len(io, at->segment) - at->skip, io->len - at->done);
}

/**
 * zcblk_bio_share_table() - make a bio use a bio_vec table that it does not own
 * @bio: the bio, which has no table of its own
 * @table: the table
 * @idx: number of the entry that the bio begins in
 * @skip: bytes of that entry before the bio
 * @len: length of the bio in bytes
 *
 * Context: any.
 */
static inline void zcblk_bio_share_table(struct bio *bio, const struct bio_vec *table,
					 unsigned int idx, unsigned int skip,
					 unsigned int len)
{
	bio->bi_io_vec = (struct bio_vec *)table;
	bio->bi_iter.bi_idx = idx;
	bio->bi_iter.bi_size = skip + len;
	bvec_iter_advance_single(table, &bio->bi_iter, skip);
	bio_set_flag(bio, BIO_CLONED);
}

#define zcblk_for_each_segment(io, at, n)						\
	for ((at) = zcblk_source_start(io);						\
	     (at).done < (io)->len && ((n) = zcblk_source_left(io, &(at)));		\
	     zcblk_source_advance(io, &(at), n))

unsigned long zcblk_source_describe_vecs(struct zcblk_bufio *io);
bool zcblk_source_fits(const struct zcblk_bufio *io);
bool zcblk_source_is_present(const struct zcblk_bufio *io);
bool zcblk_source_is_unreferenced(const struct zcblk_bufio *io);
void zcblk_source_advance(const struct zcblk_bufio *io, struct zcblk_cursor *at, size_t n);
unsigned int zcblk_source_vecs(const struct zcblk_bufio *io, struct zcblk_cursor at);
unsigned int zcblk_source_add(const struct zcblk_bufio *io, struct zcblk_cursor at,
			      struct bio *bio, unsigned int len);
void zcblk_source_flush_vmalloc(const struct zcblk_bufio *io);
void zcblk_source_invalidate_vmalloc(const struct zcblk_bufio *io);
void zcblk_source_map(const struct zcblk_bufio *io, const struct zcblk_cursor *at,
		      size_t len, struct zcblk_view *view);
void zcblk_source_unmap(const struct zcblk_view *view);

/**
 * zcblk_source_describe() - find the kind of memory and the alignment of a source
 * @io: the I/O, whose length is not 0
 * @plain: true if the caller knows that the source is one buffer
 *
 * Sets @io->kind to the most restricted kind of all segments. This is the kind that is last in
 * &enum zcblk_buf_kind. The kind is ZCBLK_BUF_NONE if a segment is empty or is no memory (see
 * zcblk_buf_kind()). It is also ZCBLK_BUF_NONE if all segments together are shorter than the
 * I/O, or if @buf is not within @reg. If @nr_vecs is not 0, @io must have either @kvecs or
 * @bvecs, and neither @buf nor @reg; otherwise, the kind is ZCBLK_BUF_NONE.
 *
 * Context: any; detects only the stack of the current task.
 * Return: the addresses and lengths of all segments, OR-ed, so that the caller can check their
 * alignment. For bio_vecs, offsets from the start of the pages replace the addresses. If the kind
 * is ZCBLK_BUF_NONE, segments may be missing from the value.
 */
static inline unsigned long zcblk_source_describe(struct zcblk_bufio *io, bool plain)
{
	if (!plain && io->nr_vecs)
		return zcblk_source_describe_vecs(io);
	io->kind = io->reg ? zcblk_registered_kind(io->reg, io->buf, io->len) :
		zcblk_buf_kind(io->buf, io->len);
	return (unsigned long)io->buf | io->len;
}

/*
 * True if an I/O with one buffer has data, and the buffer is registered or needs only one entry of
 * a bio_vec table
 */
static inline bool zcblk_source_has_table(const struct zcblk_bufio *io)
{
	if (io->reg)
		return io->len;
	return io->kind == ZCBLK_BUF_KMEM && io->len <= ZCBLK_BIO_BYTES;
}

/* Flushes the cache lines of vmalloc memory before a device accesses its pages */
static inline void zcblk_source_flush(const struct zcblk_bufio *io)
{
	if (io->kind == ZCBLK_BUF_VMALLOC)
		zcblk_source_flush_vmalloc(io);
}

/* Invalidates the cache lines of vmalloc memory after a device wrote its pages */
static inline void zcblk_source_invalidate(const struct zcblk_bufio *io)
{
	if (io->kind == ZCBLK_BUF_VMALLOC)
		zcblk_source_invalidate_vmalloc(io);
}

#endif /* _ZCBLK_SOURCE_H */
