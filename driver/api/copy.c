// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel API where a buffer cannot be mapped: its data is copied to pages
 * that are allocated for each I/O, or back from them.
 *
 * An I/O goes in pieces of as many pages as there are to be had. Where there are
 * none a piece has memory of a reserve, and waits for it when other pieces have
 * it all: those are on their way, so that they give it back.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/blkdev.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/sizes.h>

#include "reason.h"
#include "zcblk.h"

/* The reserve: as much for a piece as the largest logical block has, and more */
#define ZCBLK_RESERVE_BYTES	SZ_64K
#define ZCBLK_RESERVE_PIECES	4

/**
 * struct zcblk_piece - a part of an I/O that is copied
 * @io: the I/O
 * @at: where in the buffer
 * @len: its length in bytes
 * @reserve: its memory, when it is from the reserve
 * @bio: what is sent
 *
 * Lives in the front pad of a bio from zcblk_piece_set.
 */
struct zcblk_piece {
	struct zcblk_bufio *io;
	void *at;
	unsigned int len;
	void *reserve;
	struct bio bio; /* last */
};

static struct bio_set zcblk_piece_set;
static mempool_t zcblk_reserve;

/**
 * zcblk_bufio_copy_init() - prepare for I/O that is copied
 *
 * Context: process, module init.
 * Return: 0 or -ENOMEM.
 */
int zcblk_bufio_copy_init(void)
{
	int err = bioset_init(&zcblk_piece_set, BIO_POOL_SIZE,
			      offsetof(struct zcblk_piece, bio),
			      BIOSET_NEED_BVECS | BIOSET_NEED_RESCUER);

	if (err)
		return err;
	err = mempool_init_kmalloc_pool(&zcblk_reserve, ZCBLK_RESERVE_PIECES,
					ZCBLK_RESERVE_BYTES);
	if (err)
		bioset_exit(&zcblk_piece_set);
	return err;
}

/**
 * zcblk_bufio_copy_exit() - undo zcblk_bufio_copy_init()
 *
 * Context: process, module exit; nothing is in flight.
 */
void zcblk_bufio_copy_exit(void)
{
	mempool_exit(&zcblk_reserve);
	bioset_exit(&zcblk_piece_set);
}

static void zcblk_piece_free(struct zcblk_piece *piece)
{
	if (piece->reserve)
		mempool_free(piece->reserve, &zcblk_reserve);
	else
		bio_free_pages(&piece->bio);
	bio_put(&piece->bio);
}

/* Between a piece's memory and its place in the buffer */
static void zcblk_piece_copy(struct zcblk_piece *piece)
{
	bool write = op_is_write(bio_op(&piece->bio));
	struct bio_vec *bv = piece->bio.bi_io_vec;
	unsigned int n, len = piece->len;
	void *at = piece->at;

	for (; len; len -= n, at += n, bv++) {
		n = min(len, bv->bv_len);
		if (write)
			memcpy(bvec_virt(bv), at, n);
		else
			memcpy(at, bvec_virt(bv), n);
	}
}

/* A read that failed leaves the buffer alone */
static void zcblk_piece_end_io(struct bio *bio)
{
	struct zcblk_piece *piece = container_of(bio, struct zcblk_piece, bio);
	blk_status_t status = bio->bi_status;
	struct zcblk_bufio *io = piece->io;

	if (!status && !op_is_write(bio_op(bio)))
		zcblk_piece_copy(piece);
	zcblk_piece_free(piece);
	zcblk_bufio_put(io, status);
}

/* Return: the bytes that pages were allocated for, whole logical blocks */
static unsigned int zcblk_piece_get_pages(struct zcblk_piece *piece, size_t len)
{
	bool write = op_is_write(bio_op(&piece->bio));
	/* What a device does not fill must not be somebody's secrets */
	gfp_t gfp = GFP_NOWAIT | __GFP_NOWARN | __GFP_NOMEMALLOC |
		(write ? 0 : __GFP_ZERO);
	struct bio *bio = &piece->bio;
	struct page *page;
	unsigned int n;

	for (; len && bio->bi_vcnt < bio->bi_max_vecs; len -= n) {
		page = alloc_page(gfp);
		if (!page)
			break;
		n = min_t(size_t, len, PAGE_SIZE);
		__bio_add_page(bio, page, n, 0);
	}
	return round_down(bio->bi_iter.bi_size,
			  bdev_logical_block_size(bio->bi_bdev));
}

/* Return: as above; 0 when there is no memory, and no waiting for it */
static unsigned int zcblk_piece_get_reserve(struct zcblk_piece *piece, size_t len)
{
	struct bio *bio = &piece->bio;

	bio_free_pages(bio);
	bio->bi_vcnt = 0;
	bio->bi_iter.bi_size = 0;
	piece->reserve = mempool_alloc(&zcblk_reserve, zcblk_bufio_gfp(piece->io));
	if (!piece->reserve)
		return 0;
	len = min_t(size_t, len, ZCBLK_RESERVE_BYTES);
	if (!op_is_write(bio_op(bio)))
		memset(piece->reserve, 0, len);
	__bio_add_page(bio, virt_to_page(piece->reserve), len,
		       offset_in_page(piece->reserve));
	zcblk_count(reserve, 1);
	return len;
}

static struct zcblk_piece *zcblk_piece_alloc(struct zcblk_bufio *io, size_t done)
{
	size_t left = io->len - done;
	unsigned int vecs = min_t(size_t, BIO_MAX_VECS, DIV_ROUND_UP(left, PAGE_SIZE));
	struct zcblk_piece *piece;
	struct bio *bio;

	/* Nobody polls for it, as there may be others */
	bio = bio_alloc_bioset(io->bdev, vecs, io->opf & ~REQ_POLLED,
			       zcblk_bufio_gfp(io), &zcblk_piece_set);
	if (!bio)
		return NULL;
	bio->bi_iter.bi_sector = io->sector + (done >> SECTOR_SHIFT);
	bio->bi_ioprio = io->ioprio;
	bio->bi_end_io = zcblk_piece_end_io;
	piece = container_of(bio, struct zcblk_piece, bio);
	piece->io = io;
	piece->at = io->buf + done;
	piece->reserve = NULL;
	piece->len = zcblk_piece_get_pages(piece, left) ?:
		zcblk_piece_get_reserve(piece, left);
	bio->bi_iter.bi_size = piece->len;
	if (piece->len)
		return piece;
	zcblk_piece_free(piece);
	return NULL;
}

static void zcblk_piece_submit(struct zcblk_bufio *io, struct zcblk_piece *piece)
{
	if (op_is_write(io->opf))
		zcblk_piece_copy(piece);
	zcblk_count(bios, 1);
	atomic_inc(&io->pending);
	submit_bio(&piece->bio);
}

/* Return: false when an I/O that must not wait needs more than one piece */
static bool zcblk_piece_is_allowed(const struct zcblk_bufio *io,
				   const struct zcblk_piece *piece)
{
	return piece->len == io->len || !(io->opf & REQ_NOWAIT);
}

/**
 * zcblk_bufio_copy() - do an I/O by copying
 * @io: the I/O; its submission counts as pending, and ends here
 *
 * Context: process, not inside a disk's ->submit_bio(): what is sent there is
 * not on its way before that returns. May sleep for memory; not with REQ_NOWAIT.
 */
void zcblk_bufio_copy(struct zcblk_bufio *io)
{
	blk_status_t status = BLK_STS_OK;
	struct zcblk_piece *piece;
	struct blk_plug plug;
	size_t done, n;

	blk_start_plug(&plug);
	for (done = 0; done < io->len && !READ_ONCE(io->status); done += n) {
		piece = zcblk_piece_alloc(io, done);
		if (piece && !zcblk_piece_is_allowed(io, piece)) {
			zcblk_piece_free(piece);
			piece = NULL;
		}
		if (!piece) {
			status = BLK_STS_AGAIN;
			break;
		}
		/* From here on the piece may be gone at any time */
		n = piece->len;
		zcblk_piece_submit(io, piece);
	}
	blk_finish_plug(&plug);
	zcblk_bufio_put(io, status);
}
