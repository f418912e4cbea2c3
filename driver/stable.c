// SPDX-License-Identifier: GPL-2.0-only
/*
 * Detects changes of a write's data while the write is in flight. With zero-copy, the device
 * reads the submitter's memory, so such a change corrupts the write. This file computes a
 * checksum of the data at submission, and again when the device has completed the write. If the
 * checksums differ, the memory was changed while it belonged to the I/O. The data on the disk
 * is then unknown.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/highmem.h>
#include <linux/slab.h>
#include <linux/stacktrace.h>

#include "api/client.h"
#include "api/source.h"
#include "stable.h"
#include "stats.h"
#include "trace.h"

/*
 * Allocates a record with the checksum @sum and the current stack, without the @skip innermost
 * functions.
 * Return: the record; or NULL if there is no memory, and then the write is not checked.
 */
static noinline struct zcblk_stable *zcblk_stable_alloc(u32 sum, unsigned int skip)
{
	struct zcblk_stable *stable = kmalloc(sizeof(*stable),
					      GFP_NOWAIT | __GFP_NOWARN);

	if (!stable)
		return NULL;
	stable->sum = sum;
	stable->nr = stack_trace_save(stable->stack, ZCBLK_STABLE_STACK, skip);
	return stable;
}

static u32 zcblk_sum_bio(struct bio *bio)
{
	struct bvec_iter iter;
	struct bio_vec bv;
	u32 sum = ~0;
	void *data;

	bio_for_each_segment(bv, bio, iter) {
		data = bvec_kmap_local(&bv);
		sum = crc32c(sum, data, bv.bv_len);
		kunmap_local(data);
	}
	return sum;
}

/**
 * zcblk_stable_begin_bio() - record the checksum of a bio's data
 * @io: a write on path zerocopy; the function sets @io->stable, to NULL if there is no memory
 *
 * Context: process, inside submit_bio.
 */
void zcblk_stable_begin_bio(struct zcblk_io *io)
{
	/*
	 * Skip the functions up to and including zcblk_io_begin(). Do not skip zcblk_submit_bio(),
	 * which is not on the stack if the compiler made a tail call.
	 */
	io->stable = zcblk_stable_alloc(zcblk_sum_bio(io->parent), 3);
}

/**
 * zcblk_stable_end_bio() - check whether the data of a bio has changed, and free its checksum
 * @io: the write, which has completed, or has failed before it was sent
 *
 * If the data has changed, the function counts and traces the write.
 *
 * Context: any.
 */
void zcblk_stable_end_bio(struct zcblk_io *io)
{
	struct zcblk_stable *stable = io->stable;
	struct bio *bio = io->parent;
	u32 sum;

	if (!stable)
		return;
	sum = zcblk_sum_bio(bio);
	if (sum != stable->sum) {
		zcblk_stats_unstable(io);
		trace_zcblk_unstable(disk_devt(io->disk->gd), bio->bi_iter.bi_sector,
				     bio->bi_iter.bi_size, sum, stable);
	}
	kfree(stable);
}

static u32 zcblk_sum_source(const struct zcblk_bufio *io)
{
	struct zcblk_cursor at = zcblk_source_start(io);
	struct zcblk_view view;
	u32 sum = ~0;

	for (; at.done < io->len; zcblk_source_advance(io, &at, view.len)) {
		zcblk_source_map(io, &at, io->len, &view);
		sum = crc32c(sum, view.addr, view.len);
		zcblk_source_unmap(&view);
	}
	return sum;
}

/**
 * zcblk_stable_begin_buf() - record the checksum of the data of an I/O of the kernel API
 * @io: a write that is about to be submitted and is not copied; the function sets @io->stable,
 *	to NULL if there is no memory
 *
 * A write with a checksum is counted in the client's counter watched.
 *
 * Context: process.
 */
void zcblk_stable_begin_buf(struct zcblk_bufio *io)
{
	/*
	 * Skip only zcblk_stable_alloc() and this function. The compiler may inline the callers
	 * of this function, so the number of callers on the stack varies.
	 */
	io->stable = zcblk_stable_alloc(zcblk_sum_source(io), 2);
	if (io->stable)
		zcblk_count(io->client, watched, 1);
}

/**
 * zcblk_stable_end_buf() - check whether the data of an I/O has changed, and free its checksum
 * @io: an I/O with ZCBLK_BUFIO_STABLE, completed; @io->stable is NULL if it has no checksum
 *
 * The function sets @io->unstable. If the data has changed, it also counts and traces the write.
 *
 * Context: any.
 */
void zcblk_stable_end_buf(struct zcblk_bufio *io)
{
	struct zcblk_stable *stable = io->stable;
	u32 sum;

	io->unstable = false;
	if (!stable)
		return;
	sum = zcblk_sum_source(io);
	if (sum != stable->sum) {
		io->unstable = true;
		zcblk_count(io->client, unstable, 1);
		trace_zcblk_unstable(io->bdev->bd_dev, io->sector, io->len, sum,
				     stable);
	}
	kfree(stable);
}
