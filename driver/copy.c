// SPDX-License-Identifier: GPL-2.0-only
/*
 * Path copy works like a driver that cannot send its submitter's memory to the device. For every
 * bio, path copy allocates bounce memory, copies the data, and sends the bounce memory to the
 * lower device.
 *
 * A bio is sent in pieces of at most ZCBLK_BOUNCE_BYTES. The pieces complete in any order, so each
 * piece has all flags of the bio, even REQ_PREFLUSH. Otherwise, a piece without REQ_PREFLUSH could
 * be written before the flush.
 *
 * A bio with REQ_NOWAIT must fit into one piece. Otherwise, a later piece might have to wait
 * when earlier pieces are in flight. The bio would then fail too late for its submitter to
 * retry without REQ_NOWAIT. The block layer does not split such bios either.
 *
 * Inside submit_bio, zcblk makes pieces until it would have to wait for memory. A worker makes the
 * remaining pieces, and waits for memory. A wait inside submit_bio could last forever. The pieces
 * that were already submitted stay on current->bio_list until submit_bio returns, so zcblk would
 * wait for memory that those pieces hold. The worker does not run inside submit_bio, so its pieces
 * are issued at once.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <trace/events/block.h>

#include "zcblk.h"

/**
 * struct zcblk_piece - a piece of a bio on path copy
 * @io: the tracked bio
 * @iter: position of the piece in the data of the submitter's bio
 * @mem: bounce memory of the piece
 * @bio: the bio that is sent: a clone of @io->clone, but with the bio_vec table of @mem
 *
 * @bio is allocated from the disk's pool, and the other members are in its front pad.
 */
struct zcblk_piece {
	struct zcblk_io *io;
	struct bvec_iter iter;
	struct zcblk_bounce mem;
	struct bio bio; /* must be the last member */
};

/**
 * zcblk_copy_prepare() - allocate the reserve that a disk needs for a path
 * @disk: the disk
 * @name: name of the disk, for the message
 * @path: the path that is about to be set; for unreferenced=copy, path copy
 *
 * Path zerocopy needs no reserve. The reserve stays allocated until the disk is freed, because
 * I/O that began on path copy may be in flight after the setting has changed.
 *
 * I/O may run during the call. The code that submits a bio reads &zcblk_disk.needs with
 * smp_load_acquire(). The caller updates needs with smp_store_release() after this function
 * returns. So code that sees path copy in needs also sees the complete reserve.
 *
 * Context: process, under &zcblk_device.lock.
 * Return: 0; or -ENOMEM, after a message in the kernel log.
 */
int zcblk_copy_prepare(struct zcblk_disk *disk, const char *name, enum zcblk_path path)
{
	int err;

	if (path == ZCBLK_PATH_ZEROCOPY || mempool_initialized(&disk->bounce.reserve))
		return 0;
	err = zcblk_bounce_pool_init(&disk->bounce, offsetof(struct zcblk_piece, bio), 0);
	if (err)
		pr_err("%s: no memory for the reserve of copies; try again later\n", name);
	return err;
}

static void zcblk_copy_put(struct zcblk_io *io, blk_status_t status)
{
	if (status)
		WRITE_ONCE(io->status, status);
	if (atomic_dec_and_test(&io->pending))
		zcblk_io_complete(io, READ_ONCE(io->status));
}

/*
 * Return: how to allocate a piece's memory. With unreferenced=copy, a copied write needs pages with
 * a reference count, but kmalloc() may return pages without one.
 */
static enum zcblk_bounce_kind zcblk_piece_kind(const struct zcblk_io *io)
{
	if (io->needs & ZCBLK_NEEDS_REFERENCES)
		return ZCBLK_BOUNCE_PAGE;
	return READ_ONCE(io->disk->set->bounce);
}

/*
 * Allocates the next piece of a bio, with a length of @len bytes. The piece's bio is cloned from
 * @io->clone. @io->clone is a clone of the submitter's bio, and starts where the piece begins. So
 * the piece's bio has the flags, priority, hints, cgroup and integrity of @io->clone. Its pages are
 * those of the bounce memory. Return: the piece, or NULL if there is no memory.
 */
static struct zcblk_piece *zcblk_piece_alloc(struct zcblk_io *io, unsigned int len, gfp_t gfp)
{
	struct zcblk_disk *disk = io->disk;
	struct zcblk_piece *piece;
	struct bio *bio;

	bio = bio_alloc_clone(disk->lower, &io->clone, gfp, &disk->bounce.bios);
	if (!bio)
		return NULL;
	/* bio_trim() rejects atomic writes, but an atomic write is never longer than a piece */
	if (len < bio->bi_iter.bi_size)
		bio_trim(bio, 0, len >> SECTOR_SHIFT);

	piece = container_of(bio, struct zcblk_piece, bio);
	piece->io = io;
	piece->iter = bio->bi_iter;
	piece->mem.pool = &disk->bounce;
	piece->mem.kind = zcblk_piece_kind(io);
	if (zcblk_bounce_alloc(&piece->mem, bio, len, gfp))
		return piece;
	bio_put(bio);
	return NULL;
}

/* Copies the data between a piece's memory and the submitter's pages, and counts the bytes */
static void zcblk_piece_copy(struct zcblk_piece *piece)
{
	const struct bio_vec *vecs = piece->io->parent->bi_io_vec;
	struct bvec_iter at = piece->mem.pages.bi_iter;
	bool write = piece->io->op == ZCBLK_OP_WRITE;
	struct bvec_iter parent_at = piece->iter;
	struct bio_vec bv;
	void *mem;

	while (at.bi_size) {
		bv = bvec_iter_bvec(vecs, parent_at);
		mem = bvec_kmap_local(&bv);
		zcblk_bounce_copy(&piece->mem, &at, mem, bv.bv_len, write);
		if (!write)
			flush_dcache_page(bv.bv_page);
		kunmap_local(mem);
		bvec_iter_advance_single(vecs, &parent_at, bv.bv_len);
	}

	zcblk_stats_copied(piece->io, piece->iter.bi_size);
}

/* Completes a piece. After a failed read, no data is copied to the submitter's memory. */
static void zcblk_piece_end_io(struct bio *bio)
{
	struct zcblk_piece *piece = container_of(bio, struct zcblk_piece, bio);
	blk_status_t status = bio->bi_status;
	struct zcblk_io *io = piece->io;

	if (unlikely(io->needs & ZCBLK_NEEDS_POLL))
		zcblk_poll_sent(io, NULL);
	if (!status && io->op == ZCBLK_OP_READ)
		zcblk_piece_copy(piece);
	zcblk_bounce_free(&piece->mem);
	bio_put(bio);
	zcblk_copy_put(io, status);
}

static void zcblk_piece_submit(struct zcblk_io *io, struct zcblk_piece *piece)
{
	struct bio *bio = &piece->bio;

	if (io->op == ZCBLK_OP_WRITE)
		zcblk_piece_copy(piece);
	if (io->pieces++)
		zcblk_stats_split(io);
	bio->bi_end_io = zcblk_piece_end_io;
	bio_advance(&io->clone, piece->iter.bi_size);
	atomic_inc(&io->pending);
	if (unlikely(io->needs & ZCBLK_NEEDS_POLL))
		zcblk_poll_sent(io, bio);
	trace_block_bio_remap(bio, disk_devt(io->disk->gd), piece->iter.bi_sector);
	submit_bio_noacct(bio);
}

/* Submits the remaining pieces of a bio. Return: false if a piece got no memory. */
static bool zcblk_copy_pieces(struct zcblk_io *io, gfp_t gfp)
{
	struct zcblk_piece *piece;

	while (io->clone.bi_iter.bi_size) {
		piece = zcblk_piece_alloc(io, min(io->clone.bi_iter.bi_size,
						  ZCBLK_BOUNCE_BYTES), gfp);
		if (!piece)
			return false;
		zcblk_piece_submit(io, piece);
	}
	return true;
}

static void zcblk_copy_work(struct work_struct *work)
{
	struct zcblk_io *io = container_of(work, struct zcblk_io, work);
	blk_status_t status = BLK_STS_OK;

	if (!zcblk_copy_pieces(io, GFP_NOIO))
		status = BLK_STS_RESOURCE;
	zcblk_copy_put(io, status);
}

/**
 * zcblk_copy_stop_polling() - make a bio of several pieces complete by interrupt
 * @bio: the submitter's bio, which may have REQ_POLLED
 *
 * The pieces may be on several hardware queues, but the submitter could poll only one. On Linux
 * 6.1, all polled I/O of io_uring has REQ_NOWAIT. If zcblk ended the bio with BLK_STS_AGAIN,
 * io_uring would submit the bio with REQ_NOWAIT again, forever. So this function clears REQ_NOWAIT,
 * too. If the bio fits into one piece, the function does nothing.
 *
 * Context: any.
 */
void zcblk_copy_stop_polling(struct bio *bio)
{
	if (!(bio->bi_opf & REQ_POLLED) || bio->bi_iter.bi_size <= ZCBLK_BOUNCE_BYTES)
		return;
	bio_clear_polled(bio);
	bio->bi_opf &= ~REQ_NOWAIT;
}

/**
 * zcblk_copy_sends_back() - check whether a bio has REQ_NOWAIT and several pieces
 * @bio: the submitter's bio
 *
 * Context: any.
 * Return: true if the bio must end with BLK_STS_AGAIN, so that it is submitted again without
 * REQ_NOWAIT.
 */
bool zcblk_copy_sends_back(const struct bio *bio)
{
	return (bio->bi_opf & REQ_NOWAIT) &&
	       bio->bi_iter.bi_size > ZCBLK_BOUNCE_BYTES;
}

/**
 * zcblk_copy_start() - make the pieces of a bio, and send them to the lower device
 * @io: the tracked bio
 *
 * If there is no memory, a bio with REQ_NOWAIT ends with BLK_STS_AGAIN. For any other bio, a worker
 * then makes the remaining pieces.
 *
 * Context: process.
 */
void zcblk_copy_start(struct zcblk_io *io)
{
	io->status = BLK_STS_OK;
	io->pieces = 0;
	/* The extra count prevents early pieces from completing the bio during submission */
	atomic_set(&io->pending, 1);
	if (zcblk_copy_pieces(io, GFP_NOWAIT | __GFP_NOWARN)) {
		zcblk_copy_put(io, BLK_STS_OK);
	} else if (io->parent->bi_opf & REQ_NOWAIT) {
		zcblk_copy_put(io, BLK_STS_AGAIN);
	} else {
		INIT_WORK(&io->work, zcblk_copy_work);
		queue_work(io->disk->wq, &io->work);
	}
}
