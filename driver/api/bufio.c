// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel API: I/O between a kernel buffer and a block device.
 *
 * Most I/Os need one bio. Its bio_vec table is short (kmalloc memory), or already exists (a
 * registered buffer). This bio is embedded in the caller's struct zcblk_bufio, so no memory is
 * allocated. All other bios are allocated from the client's bio_set. Each bio is submitted
 * before the next one is allocated, so that completed bios refill the bio_set.
 *
 * The source of an I/O is its data in memory, which is mapped or copied; see source.c.
 *
 * An I/O is plain if it has one buffer and no flags, see zcblk_bufio_is_plain(). A plain I/O is
 * fast if the buffer is kmalloc memory, or is registered, and one bio is enough.
 * scripts/measure/icount-api compares the number of instructions of such an I/O and of a bare bio.
 * To keep this number low, the checks before submission are inline functions. The compiler
 * generates them twice: once for plain I/O, and once for all other I/O.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/blkdev.h>
#include <linux/mm.h>
#include <linux/module.h>

#include "client.h"
#include "source.h"
#include "stable.h"

/*
 * Checks that the device supports atomic writes, and that @io is not longer than its longest
 * atomic write. The block layer itself refuses other unsupported lengths, and atomic writes that
 * it would have to split.
 */
static enum zcblk_reason zcblk_check_atomic(const struct zcblk_bufio *io)
{
	struct request_queue *q = bdev_get_queue(io->bdev);

	return bdev_can_atomic_write(io->bdev) &&
	       io->len <= queue_atomic_write_unit_max_bytes(q) ? ZCBLK_MAPPED :
		ZCBLK_REFUSED_ATOMIC;
}

static __always_inline enum zcblk_reason zcblk_check_op(const struct zcblk_bufio *io)
{
	switch (io->opf & REQ_OP_MASK) {
	case (__force blk_opf_t)REQ_OP_WRITE:
		if (!io->len && !(io->opf & REQ_PREFLUSH))
			return ZCBLK_REFUSED_LENGTH;
		if (io->len && bdev_read_only(io->bdev))
			return ZCBLK_REFUSED_READ_ONLY;
		return unlikely(io->opf & REQ_ATOMIC) ? zcblk_check_atomic(io) :
			ZCBLK_MAPPED;
	case (__force blk_opf_t)REQ_OP_READ:
		if (io->opf & (REQ_FUA | REQ_PREFLUSH | REQ_ATOMIC))
			return ZCBLK_REFUSED_OP;
		return io->len ? ZCBLK_MAPPED : ZCBLK_REFUSED_LENGTH;
	default:
		return ZCBLK_REFUSED_OP;
	}
}

static __always_inline enum zcblk_reason zcblk_check_range(const struct zcblk_bufio *io)
{
	unsigned int mask = bdev_logical_block_size(io->bdev) - 1;

	if (io->len & mask)
		return ZCBLK_REFUSED_LENGTH;
	/* If the end overflowed sector_t, the sector of a later bio would wrap around to 0 */
	if (io->sector + (io->len >> SECTOR_SHIFT) < io->sector)
		return ZCBLK_REFUSED_SECTOR;
	return io->sector & (mask >> SECTOR_SHIFT) ? ZCBLK_REFUSED_SECTOR :
		ZCBLK_MAPPED;
}

static noinline enum zcblk_reason zcblk_check_unmappable(const struct zcblk_bufio *io)
{
	switch (io->kind) {
	case ZCBLK_BUF_NONE:
		return ZCBLK_REFUSED_UNMAPPED;
	case ZCBLK_BUF_STACK:
		return io->flags & ZCBLK_BUFIO_COPY ? ZCBLK_COPIED_FORCED : ZCBLK_COPIED_STACK;
	case ZCBLK_BUF_IMAGE:
		return io->flags & ZCBLK_BUFIO_COPY ? ZCBLK_COPIED_FORCED : ZCBLK_COPIED_IMAGE;
	default:
		return ZCBLK_COPIED_FORCED;
	}
}

/* True if a logical block may have more runs of pages than a request can have segments */
static __always_inline bool zcblk_may_overflow(const struct zcblk_bufio *io, bool plain)
{
	if (!plain && io->nr_vecs)
		return true;
	return io->kind == ZCBLK_BUF_VMALLOC &&
	       unlikely(queue_max_segments(bdev_get_queue(io->bdev)) <=
			DIV_ROUND_UP(bdev_logical_block_size(io->bdev), PAGE_SIZE));
}

static __always_inline enum zcblk_reason zcblk_check_kind(const struct zcblk_bufio *io,
							  unsigned long align, bool plain)
{
	if (unlikely(io->kind > ZCBLK_BUF_VMALLOC || (!plain && io->flags & ZCBLK_BUFIO_COPY)))
		return zcblk_check_unmappable(io);
	/* Check, because some drivers, such as brd, accept unaligned data, but print a warning */
	if (unlikely(align & bdev_dma_alignment(io->bdev)))
		return ZCBLK_COPIED_ALIGNMENT;
	if (zcblk_may_overflow(io, plain) && !zcblk_source_fits(io))
		return ZCBLK_COPIED_SEGMENTS;
	return io->reg ? ZCBLK_MAPPED_REGISTERED : ZCBLK_MAPPED;
}

static __always_inline enum zcblk_reason zcblk_check_source(struct zcblk_bufio *io, bool plain)
{
	unsigned long align = zcblk_source_describe(io, plain);
	enum zcblk_reason reason = zcblk_check_kind(io, align, plain);

	/*
	 * A copy or a checksum would fault if a page is missing, so check all pages first. A
	 * mapping needs no check here, because it looks up each page.
	 */
	if (unlikely(zcblk_reason_is_copied(reason) ||
		     (!plain && io->flags & ZCBLK_BUFIO_STABLE)) &&
	    !zcblk_source_is_present(io))
		return ZCBLK_REFUSED_UNMAPPED;
	return reason;
}

static bool zcblk_reason_is_mapped(enum zcblk_reason reason)
{
	return reason <= ZCBLK_MAPPED_UNREFERENCED;
}

/*
 * Decides whether an I/O is mapped, copied or refused, and returns the reason. Ignores the flags
 * and the policy of the client. Sets @io->kind.
 */
static __always_inline enum zcblk_reason zcblk_bufio_reason(struct zcblk_bufio *io, bool plain)
{
	enum zcblk_reason reason = zcblk_check_op(io) ?: zcblk_check_range(io);

	if (likely(!reason && io->len))
		return zcblk_check_source(io, plain);
	io->kind = ZCBLK_BUF_NONE;
	return reason;
}

/* Applies the client's policy for unreferenced pages to a write that would be mapped */
static noinline enum zcblk_reason zcblk_check_unreferenced(const struct zcblk_bufio *io,
							   enum zcblk_reason reason)
{
	if (!zcblk_reason_is_mapped(reason) || !op_is_write(io->opf) || !io->len ||
	    !zcblk_source_is_unreferenced(io))
		return reason;
	if (READ_ONCE(io->client->unreferenced) != ZCBLK_UNREFERENCED_COPY)
		return ZCBLK_MAPPED_UNREFERENCED;

	/* The copy would fault if any segment has no memory, so check all segments */
	return zcblk_source_is_present(io) ? ZCBLK_COPIED_UNREFERENCED :
		ZCBLK_REFUSED_UNMAPPED;
}

/* True if an I/O is an atomic write that is too long to be copied as one bio */
static bool zcblk_copy_is_torn(const struct zcblk_bufio *io)
{
	return io->opf & REQ_ATOMIC && io->len > ZCBLK_BOUNCE_BYTES;
}

enum zcblk_reason zcblk_bufio_explain(struct zcblk_bufio *io)
{
	enum zcblk_reason reason = zcblk_bufio_reason(io, false);

	if (io->len && zcblk_reason_is_mapped(reason) && !zcblk_source_is_present(io))
		return ZCBLK_REFUSED_UNMAPPED;
	if (io->client && READ_ONCE(io->client->unreferenced) != ZCBLK_UNREFERENCED_MAP)
		reason = zcblk_check_unreferenced(io, reason);
	return zcblk_reason_is_copied(reason) && zcblk_copy_is_torn(io) ?
		ZCBLK_REFUSED_ATOMIC : reason;
}
EXPORT_SYMBOL_GPL(zcblk_bufio_explain);

/**
 * zcblk_bufio_failed() - record that a part of an I/O has failed
 * @io: the I/O
 * @at: bytes of the I/O before the part
 * @status: the error
 *
 * Lowers @io->bytes_done to @at, unless it is already lower.
 *
 * Context: any.
 */
void zcblk_bufio_failed(struct zcblk_bufio *io, size_t at, blk_status_t status)
{
	size_t done = READ_ONCE(io->bytes_done);

	WRITE_ONCE(io->status, status);
	while (at < done && !try_cmpxchg(&io->bytes_done, &done, at))
		;
}

static __always_inline void zcblk_bufio_finish(struct zcblk_bufio *io)
{
	struct zcblk_client_stats __percpu *stats = io->client->stats;
	enum zcblk_reason reason = io->reason;
	blk_status_t status = io->status;

	if (unlikely(status) && !zcblk_reason_is_refused(reason))
		this_cpu_inc(stats->errors);
	this_cpu_inc(stats->ios[reason]);
	this_cpu_add(stats->bytes[reason], io->len);
	io->done(io, status);
}

static noinline void zcblk_bufio_stable_finish(struct zcblk_bufio *io)
{
	zcblk_stable_end_buf(io);
	zcblk_bufio_finish(io);
}

static void zcblk_bufio_stable_work(struct work_struct *work)
{
	zcblk_bufio_stable_finish(container_of(work, struct zcblk_stable, work)->io);
}

/*
 * Ends an I/O with ZCBLK_BUFIO_STABLE. To keep interrupts short, a worker computes the checksum
 * of an I/O that is longer than ZCBLK_BOUNCE_BYTES.
 */
static noinline void zcblk_bufio_stable_end(struct zcblk_bufio *io)
{
	struct zcblk_stable *stable = io->stable;

	if (!stable || io->len <= ZCBLK_BOUNCE_BYTES) {
		zcblk_bufio_stable_finish(io);
		return;
	}
	stable->io = io;
	INIT_WORK(&stable->work, zcblk_bufio_stable_work);
	queue_work(zcblk_client_wq, &stable->work);
}

static __always_inline void zcblk_bufio_end(struct zcblk_bufio *io)
{
	if (!op_is_write(io->opf) && zcblk_reason_is_mapped(io->reason))
		zcblk_source_invalidate(io);
	if (unlikely(io->flags & ZCBLK_BUFIO_STABLE))
		zcblk_bufio_stable_end(io);
	else
		zcblk_bufio_finish(io);
}

/**
 * zcblk_bufio_put() - drop a reference to an I/O
 * @io: the I/O; the caller must not access it afterwards
 *
 * Each part in flight holds a reference, and so does the submission. The last put ends the I/O.
 *
 * Context: any.
 */
void zcblk_bufio_put(struct zcblk_bufio *io)
{
	/* If this is the last reference, no other CPU accesses @pending: skip its decrement */
	if (atomic_read_acquire(&io->pending) == 1 ||
	    atomic_dec_and_test(&io->pending))
		zcblk_bufio_end(io);
}

static size_t zcblk_part_at(const struct zcblk_bufio *io, struct bio *bio)
{
	return bio == &io->bio ? 0 : container_of(bio, struct zcblk_part, bio)->at;
}

static void zcblk_part_free(struct zcblk_bufio *io, struct bio *bio)
{
	if (bio == &io->bio)
		bio_uninit(bio);
	else
		bio_put(bio);
}

/* Ends an I/O whose only bio is embedded in the struct zcblk_bufio */
static void zcblk_whole_end_io(struct bio *bio)
{
	struct zcblk_bufio *io = container_of(bio, struct zcblk_bufio, bio);

	zcblk_polled_end(io, bio);
	if (unlikely(bio->bi_status))
		zcblk_bufio_failed(io, 0, bio->bi_status);
	bio_uninit(bio);
	zcblk_bufio_end(io);
}

static void zcblk_part_end_io(struct bio *bio)
{
	struct zcblk_bufio *io = bio->bi_private;

	zcblk_polled_end(io, bio);
	if (unlikely(bio->bi_status))
		zcblk_bufio_failed(io, zcblk_part_at(io, bio), bio->bi_status);
	zcblk_part_free(io, bio);
	zcblk_bufio_put(io);
}

static struct bio *zcblk_part_alloc_pool(struct zcblk_bufio *io, size_t done,
					 unsigned int vecs)
{
	struct bio *bio = zcblk_polled_alloc(io, vecs);

	if (!bio)
		bio = bio_alloc_bioset(io->bdev, vecs, io->opf & ~REQ_POLLED,
				       zcblk_bufio_gfp(io), &io->client->bios);
	if (bio)
		container_of(bio, struct zcblk_part, bio)->at = done;
	return bio;
}

static struct bio *zcblk_part_alloc(struct zcblk_bufio *io, const struct zcblk_cursor *at)
{
	unsigned int vecs = zcblk_source_vecs(io, *at);
	struct bio *bio = &io->bio;

	if (!at->done && vecs <= ZCBLK_BUFIO_VECS)
		bio_init(bio, io->bdev, io->vecs, vecs, io->opf);
	else
		bio = zcblk_part_alloc_pool(io, at->done, vecs);
	if (!bio)
		return NULL;

	zcblk_bufio_init_bio(io, bio, at->done);
	bio->bi_private = io;
	bio->bi_end_io = zcblk_part_end_io;
	return bio;
}

/* Adds the next part of an I/O to a bio. Return: the number of bytes; 0 if a page is missing */
static unsigned int zcblk_part_fill(struct zcblk_bufio *io, struct bio *bio,
				    const struct zcblk_cursor *at)
{
	unsigned int left = min_t(size_t, io->len - at->done,
				  zcblk_polled_bytes(io, ZCBLK_BIO_BYTES));
	unsigned int n = zcblk_source_add(io, *at, bio, left);

	/*
	 * If bytes are left although the table has room for another entry, a page is missing.
	 * A shared table has no missing pages, and the @bi_max_vecs of its bio is 0.
	 */
	if (n < left && bio->bi_vcnt < bio->bi_max_vecs)
		return 0;

	if (n < left)
		n &= ~((bdev_logical_block_size(io->bdev) - 1) |
		       bdev_dma_alignment(io->bdev));
	bio->bi_iter.bi_size = n;
	return n;
}

static blk_status_t zcblk_refusal_status(enum zcblk_reason reason)
{
	switch (reason) {
	case ZCBLK_REFUSED_UNMAPPED:
	case ZCBLK_REFUSED_READ_ONLY:
		return BLK_STS_IOERR;
	case ZCBLK_REFUSED_COPY:
		return BLK_STS_NOTSUPP;
	default:
		return BLK_STS_INVAL;
	}
}

/* Refuses the rest of an I/O, from byte @at on */
static void zcblk_parts_refuse(struct zcblk_bufio *io, size_t at, enum zcblk_reason reason)
{
	io->reason = reason;
	zcblk_bufio_failed(io, at, zcblk_refusal_status(reason));
}

/*
 * Allocates a bio for the next part of an I/O, and adds the data to the bio. Sets @n to the
 * length of the part in bytes.
 * Return: the bio; or NULL, with the I/O's status set
 */
static struct bio *zcblk_part_next(struct zcblk_bufio *io, const struct zcblk_cursor *at,
				   unsigned int *n)
{
	struct bio *bio = zcblk_part_alloc(io, at);

	if (!bio) {
		zcblk_bufio_failed(io, at->done, BLK_STS_AGAIN);
		return NULL;
	}

	*n = 0;
	if (!io->len)
		return bio;

	*n = zcblk_part_fill(io, bio, at);
	if (*n)
		return bio;

	zcblk_part_free(io, bio);
	zcblk_parts_refuse(io, at->done, ZCBLK_REFUSED_UNMAPPED);
	return NULL;
}

static void zcblk_part_submit(struct zcblk_bufio *io, struct bio *bio)
{
	zcblk_count(io->client, bios, 1);
	if (unlikely(io->opf & REQ_POLLED))
		zcblk_polled_begin(io, bio);
	submit_bio(bio);
}

/*
 * Submits an I/O that needs several bios. @bio is the first one, with @n bytes of data. Submits
 * each bio before it allocates the next, so that completed bios refill the bio_set.
 */
static noinline void zcblk_bufio_map_parts(struct zcblk_bufio *io, struct bio *bio,
					   unsigned int n)
{
	struct zcblk_cursor at = zcblk_source_start(io);
	struct blk_plug plug;

	blk_start_plug(&plug);
	while (bio) {
		atomic_inc(&io->pending);
		zcblk_part_submit(io, bio);
		zcblk_source_advance(io, &at, n);
		bio = NULL;
		if (at.done < io->len)
			zcblk_polled_drain(io);
		if (at.done < io->len && !READ_ONCE(io->status))
			bio = zcblk_part_next(io, &at, &n);
	}

	blk_finish_plug(&plug);
	zcblk_bufio_put(io);
}

/*
 * Checks whether an I/O is allowed to have several parts. The first part is not submitted yet.
 * Return: true if the I/O is allowed; or false, with the I/O's status set
 */
static bool zcblk_parts_check(struct zcblk_bufio *io)
{
	if (io->opf & REQ_ATOMIC) {
		zcblk_parts_refuse(io, 0, ZCBLK_REFUSED_ATOMIC);
		return false;
	}
	if (io->opf & REQ_NOWAIT) {
		/* A later part might have to wait when the first part is already in flight */
		zcblk_bufio_failed(io, 0, BLK_STS_AGAIN);
		return false;
	}
	if (!io->reg && !zcblk_source_is_present(io)) {
		zcblk_parts_refuse(io, 0, ZCBLK_REFUSED_UNMAPPED);
		return false;
	}
	return true;
}

/*
 * Allocates and fills the bio for the first part, as zcblk_part_next() does. Also returns NULL
 * if the I/O needs several parts, but zcblk_parts_check() does not allow them.
 */
static struct bio *zcblk_part_first(struct zcblk_bufio *io, unsigned int *n)
{
	struct zcblk_cursor start = zcblk_source_start(io);
	struct bio *bio = zcblk_part_next(io, &start, n);

	if (!bio || *n == io->len || zcblk_parts_check(io))
		return bio;
	zcblk_part_free(io, bio);
	return NULL;
}

static noinline void zcblk_bufio_map(struct zcblk_bufio *io)
{
	struct bio *bio;
	unsigned int n;

	atomic_set(&io->pending, 1);
	bio = zcblk_part_first(io, &n);
	if (!bio) {
		zcblk_bufio_end(io);
		return;
	}
	if (io->len)
		zcblk_source_flush(io);

	if (n < io->len) {
		zcblk_bufio_map_parts(io, bio, n);
		return;
	}
	zcblk_part_submit(io, bio);
}

/* Adds the data of a plain I/O to its embedded bio. Return: false if one bio is not enough. */
static bool zcblk_whole_fill(struct zcblk_bufio *io, struct bio *bio)
{
	if (io->reg)
		return zcblk_registered_add(io->reg, bio, io->buf, io->len) == io->len;
	io->vecs[0] = (struct bio_vec){
		virt_to_page(io->buf), io->len, offset_in_page(io->buf)
	};
	bio->bi_vcnt = 1;
	bio->bi_iter.bi_size = io->len;
	return true;
}

/* Maps a plain I/O as one bio if possible. This needs fewer checks than zcblk_bufio_map(). */
static void zcblk_bufio_map_whole(struct zcblk_bufio *io)
{
	struct bio *bio = &io->bio;

	bio_init(bio, io->bdev, io->vecs, ZCBLK_BUFIO_VECS, io->opf);
	zcblk_bufio_init_bio(io, bio, 0);
	bio->bi_end_io = zcblk_whole_end_io;
	if (unlikely(!zcblk_whole_fill(io, bio))) {
		bio_uninit(bio);
		zcblk_bufio_map(io);
		return;
	}

	zcblk_source_flush(io);
	zcblk_part_submit(io, bio);
}

/**
 * zcblk_bufio_refuse() - fail an I/O without submitting any of it
 * @io: the I/O; the caller must not access it afterwards
 * @reason: the reason for the refusal
 *
 * Context: any.
 */
void zcblk_bufio_refuse(struct zcblk_bufio *io, enum zcblk_reason reason)
{
	/*
	 * The default client counts an I/O that has no client. @io->client stays NULL, because
	 * the caller may submit @io again.
	 */
	struct zcblk_client *client = io->client ?: zcblk_default_client;

	io->reason = reason;
	io->status = zcblk_refusal_status(reason);
	io->bytes_done = 0;
	io->unstable = false;
	zcblk_count(client, ios[reason], 1);
	zcblk_count(client, bytes[reason], io->len);
	io->done(io, io->status);
}

/*
 * True if an I/O may be copied. Inside ->submit_bio(), the block layer delays new bios until
 * ->submit_bio() returns. A copied I/O could then wait forever for memory of its own pieces.
 */
static bool zcblk_bufio_may_copy(const struct zcblk_bufio *io)
{
	if ((io->flags | io->client->flags) & ZCBLK_BUFIO_MAP_ONLY)
		return false;
	if (!current->bio_list)
		return true;
	pr_warn_once("%s would copy inside of ->submit_bio(), which is refused: set ZCBLK_BUFIO_MAP_ONLY, or submit from a worker\n",
		     io->client->name);
	return false;
}

/*
 * Decides whether an I/O is mapped, copied or refused, and returns the reason. Applies the flags
 * and the policy of the client. Sets REQ_NOWAIT in @io->opf if ZCBLK_BUFIO_NOWAIT is set.
 */
static __always_inline enum zcblk_reason zcblk_bufio_decide(struct zcblk_bufio *io, bool plain)
{
	enum zcblk_reason reason;

	if (!plain && !io->client)
		return ZCBLK_REFUSED_CLIENT;
	if (!plain && (io->flags | io->client->flags) & ZCBLK_BUFIO_NOWAIT)
		io->opf |= REQ_NOWAIT;
	reason = zcblk_bufio_reason(io, plain);
	if (!plain && READ_ONCE(io->client->unreferenced) != ZCBLK_UNREFERENCED_MAP)
		reason = zcblk_check_unreferenced(io, reason);
	if (likely(!zcblk_reason_is_copied(reason)))
		return reason;
	if (zcblk_copy_is_torn(io))
		return ZCBLK_REFUSED_ATOMIC;
	return zcblk_bufio_may_copy(io) ? reason : ZCBLK_REFUSED_COPY;
}

static void zcblk_bufio_watch(struct zcblk_bufio *io)
{
	io->stable = NULL;
	if (zcblk_reason_is_mapped(io->reason) && op_is_write(io->opf))
		zcblk_stable_begin_buf(io);
}

static __always_inline void zcblk_bufio_begin(struct zcblk_bufio *io, bool plain)
{
	io->status = BLK_STS_OK;
	io->bytes_done = io->len;
	zcblk_polled_init(io);
	io->reason = zcblk_bufio_decide(io, plain);
	if (!plain && io->flags & ZCBLK_BUFIO_STABLE)
		zcblk_bufio_watch(io);

	if (likely(plain && zcblk_reason_is_mapped(io->reason) && zcblk_source_has_table(io) &&
		   io->len <= zcblk_polled_bytes(io, ZCBLK_BIO_BYTES)))
		zcblk_bufio_map_whole(io);
	else if (zcblk_reason_is_refused(io->reason))
		zcblk_bufio_refuse(io, io->reason);
	else if (zcblk_reason_is_copied(io->reason))
		zcblk_bufio_copy(io);
	else
		zcblk_bufio_map(io);
}

static noinline void zcblk_bufio_begin_any(struct zcblk_bufio *io)
{
	zcblk_bufio_begin(io, false);
}

/*
 * True if an I/O has one buffer and no flags, and its client has no flags. The policy of the client
 * must be ZCBLK_UNREFERENCED_MAP.
 */
static bool zcblk_bufio_is_plain(const struct zcblk_bufio *io)
{
	return io->client && !(io->flags | io->client->flags | io->nr_vecs) &&
	       READ_ONCE(io->client->unreferenced) == ZCBLK_UNREFERENCED_MAP;
}

void zcblk_bufio_submit(struct zcblk_bufio *io)
{
	if (likely(zcblk_bufio_is_plain(io)))
		zcblk_bufio_begin(io, true);
	else
		zcblk_bufio_begin_any(io);
}
EXPORT_SYMBOL_GPL(zcblk_bufio_submit);
