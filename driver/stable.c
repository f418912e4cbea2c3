// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watching the buffers of writes for changes while they are in flight: the bug
 * that zero-copy invites. A checksum of the data is made at submission, and again
 * when the device is done with it; where they differ, memory was written
 * that belonged to the I/O, and what is on the disk is unknown.
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
 * Of the stack, @skip of our own functions are left out.
 * Return: NULL without memory: that write is not watched then.
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
 * zcblk_stable_begin_bio() - watch the data of a bio that came to a disk
 * @io: a write on path zerocopy; @io->stable is set, to NULL without memory
 *
 * Context: process, inside submit_bio.
 */
void zcblk_stable_begin_bio(struct zcblk_io *io)
{
	/* Up to zcblk_io_begin(); zcblk_submit_bio() has left, by a tail call, or is shown */
	io->stable = zcblk_stable_alloc(zcblk_sum_bio(io->parent), 3);
}

/**
 * zcblk_stable_end_bio() - look whether the data of a bio has changed
 * @io: the write, done, or failed before it went down
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
 * zcblk_stable_begin_buf() - watch the buffer of an I/O
 * @io: a write that is not copied, to be submitted
 *
 * Context: process.
 */
void zcblk_stable_begin_buf(struct zcblk_bufio *io)
{
	/* Up to here: the compiler may or may not inline the rest */
	io->stable = zcblk_stable_alloc(zcblk_sum_source(io), 2);
	if (io->stable)
		zcblk_count(io->client, watched, 1);
}

/**
 * zcblk_stable_end_buf() - look whether the buffer of an I/O has changed
 * @io: the I/O with ZCBLK_BUFIO_STABLE, done, whether it was watched or not
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
