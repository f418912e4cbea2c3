// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copied I/O of the kernel API. If a buffer cannot be mapped, its data is copied to or
 * from memory that is allocated for each I/O.
 *
 * An I/O is divided into pieces of at most ZCBLK_BOUNCE_BYTES. At most ZCBLK_WINDOW pieces of
 * an I/O are in flight, and the next piece waits until one completes. If the allocator has no
 * memory, a piece uses an element of the client's reserve. If the reserve is empty, the piece
 * waits. The pieces that hold the elements are already submitted, so they will complete. With
 * REQ_NOWAIT, the I/O fails instead of waiting.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/blkdev.h>
#include <linux/highmem.h>
#include <linux/wait_bit.h>

#include "client.h"
#include "source.h"

/* Maximum number of pieces of an I/O in flight. They contain 1 MiB, which keeps a device busy. */
#define ZCBLK_WINDOW		8

/**
 * zcblk_bufio_copy_init() - prepare a client for copied I/O
 * @client: the client; zcblk_bounce_pool_exit() frees its pool
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int zcblk_bufio_copy_init(struct zcblk_client *client)
{
	return zcblk_bounce_pool_init(&client->bounce, offsetof(struct zcblk_bufio_piece, bio),
				      BIOSET_NEED_RESCUER);
}

static bool zcblk_has_window(const struct zcblk_bufio *io)
{
	return io->len > ZCBLK_WINDOW * ZCBLK_BOUNCE_BYTES;
}

/* Waits until fewer than ZCBLK_WINDOW pieces are in flight. @pending also counts the submission. */
static void zcblk_window_wait(struct zcblk_bufio *io)
{
	if (!zcblk_has_window(io) || atomic_read(&io->pending) <= ZCBLK_WINDOW)
		return;
	zcblk_count(io->client, window, 1);
	wait_var_event(&io->pending, atomic_read(&io->pending) <= ZCBLK_WINDOW);
}

static void zcblk_bufio_piece_copy(struct zcblk_bufio_piece *piece)
{
	struct bvec_iter iter = piece->mem.pages.bi_iter;
	bool write = op_is_write(bio_op(&piece->bio));
	struct zcblk_cursor at = piece->at;
	struct zcblk_view view;

	while (iter.bi_size) {
		zcblk_source_map(piece->io, &at, iter.bi_size, &view);
		zcblk_bounce_copy(&piece->mem, &iter, view.addr, view.len, write);
		if (!write && view.page)
			flush_dcache_page(view.page);
		zcblk_source_unmap(&view);
		zcblk_source_advance(piece->io, &at, view.len);
	}
}

static void zcblk_bufio_piece_end(struct zcblk_bufio_piece *piece)
{
	struct bio *bio = &piece->bio;
	struct zcblk_bufio *io = piece->io;
	bool window = zcblk_has_window(io);

	if (bio->bi_status)
		zcblk_bufio_failed(io, piece->at.done, bio->bi_status);
	zcblk_bounce_free(&piece->mem);
	bio_put(bio);
	zcblk_bufio_put(io);
	/* The I/O may already be freed, but wake_up_var() only uses the address as a key */
	if (window)
		wake_up_var(&io->pending);
}

static void zcblk_bufio_piece_work(struct work_struct *work)
{
	struct zcblk_bufio_piece *piece = container_of(work, struct zcblk_bufio_piece, work);

	zcblk_bufio_piece_copy(piece);
	zcblk_bufio_piece_end(piece);
}

/*
 * Completes a piece, and copies the data of a successful read. The block layer may merge
 * pieces, which then complete in one interrupt. To keep the interrupt short, a worker copies
 * the data of an I/O that has several pieces.
 */
static void zcblk_bufio_piece_end_io(struct bio *bio)
{
	struct zcblk_bufio_piece *piece = container_of(bio, struct zcblk_bufio_piece, bio);

	zcblk_polled_end(piece->io, bio);
	if (!bio->bi_status && !op_is_write(bio_op(bio))) {
		if (piece->io->len > ZCBLK_BOUNCE_BYTES) {
			INIT_WORK(&piece->work, zcblk_bufio_piece_work);
			queue_work(zcblk_client_wq, &piece->work);
			return;
		}
		zcblk_bufio_piece_copy(piece);
	}
	zcblk_bufio_piece_end(piece);
}

static struct zcblk_bufio_piece *zcblk_bufio_piece_alloc(struct zcblk_bufio *io,
							 const struct zcblk_cursor *at)
{
	gfp_t gfp = zcblk_bufio_gfp(io);
	struct zcblk_bufio_piece *piece;
	struct bio *bio;

	bio = zcblk_polled_alloc(io, 0);
	if (!bio)
		bio = bio_alloc_bioset(io->bdev, 0, io->opf & ~REQ_POLLED, gfp,
				       &io->client->bounce.bios);
	if (!bio)
		return NULL;
	zcblk_bufio_init_bio(io, bio, at->done);
	bio->bi_end_io = zcblk_bufio_piece_end_io;

	piece = container_of(bio, struct zcblk_bufio_piece, bio);
	piece->io = io;
	piece->at = *at;
	piece->len = min_t(size_t, io->len - at->done,
			   zcblk_polled_bytes(io, ZCBLK_BOUNCE_BYTES));
	piece->mem.pool = &io->client->bounce;
	piece->mem.kind = ZCBLK_BOUNCE_PAGE;
	if (!zcblk_bounce_alloc(&piece->mem, bio, piece->len, gfp)) {
		bio_put(bio);
		return NULL;
	}
	if (piece->mem.kind == ZCBLK_BOUNCE_RESERVE) {
		zcblk_count(io->client, reserve, 1);
		bio_clear_polled(bio);
	}
	return piece;
}

static void zcblk_bufio_piece_submit(struct zcblk_bufio *io, struct zcblk_bufio_piece *piece)
{
	if (op_is_write(io->opf))
		zcblk_bufio_piece_copy(piece);
	zcblk_count(io->client, bios, 1);
	atomic_inc(&io->pending);
	if (io->opf & REQ_POLLED)
		zcblk_polled_begin(io, &piece->bio);
	submit_bio(&piece->bio);
}

/**
 * zcblk_bufio_copy() - submit an I/O whose data is copied
 * @io: the I/O
 *
 * Context: process, but not inside a disk's ->submit_bio(), because the block layer delays
 * new bios until ->submit_bio() returns. May sleep for memory, but not with REQ_NOWAIT.
 */
void zcblk_bufio_copy(struct zcblk_bufio *io)
{
	struct zcblk_bufio_piece *piece;
	struct zcblk_cursor at = zcblk_source_start(io);
	struct blk_plug plug;
	unsigned int n;

	atomic_set(&io->pending, 1);
	/* A later piece might have to wait when the first piece is already in flight */
	if (io->opf & REQ_NOWAIT && io->len > ZCBLK_BOUNCE_BYTES) {
		zcblk_bufio_failed(io, 0, BLK_STS_AGAIN);
		zcblk_bufio_put(io);
		return;
	}

	blk_start_plug(&plug);
	while (at.done < io->len && !READ_ONCE(io->status)) {
		zcblk_polled_drain(io);
		zcblk_window_wait(io);
		piece = zcblk_bufio_piece_alloc(io, &at);
		if (!piece) {
			zcblk_bufio_failed(io, at.done, BLK_STS_AGAIN);
			break;
		}
		/* Read the length before the submission, after which the piece may be freed */
		n = piece->len;
		zcblk_bufio_piece_submit(io, piece);
		zcblk_source_advance(io, &at, n);
	}
	blk_finish_plug(&plug);
	zcblk_bufio_put(io);
}
