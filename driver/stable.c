// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watching the buffers of writes for changes while they are in flight: the bug
 * that zero-copy invites. A checksum of the data is made at submission, and again
 * when the device is done with it; where they differ, somebody wrote to memory
 * that was not theirs, and what is on the disk is anyone's guess.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/slab.h>
#include <linux/stacktrace.h>

#include "reason.h"
#include "stable.h"
#include "trace.h"

/* Return: NULL without memory; that write is not watched then */
static struct zcblk_stable *zcblk_stable_alloc(u32 sum)
{
	struct zcblk_stable *stable = kmalloc(sizeof(*stable),
					      GFP_NOWAIT | __GFP_NOWARN);

	if (!stable)
		return NULL;
	stable->sum = sum;
	/* From the caller of the submission on */
	stable->nr = stack_trace_save(stable->stack, ZCBLK_STABLE_STACK, 2);
	zcblk_count(watched, 1);
	return stable;
}

static u32 zcblk_sum_buf(const struct zcblk_bufio *io)
{
	return crc32c(~0, io->buf, io->len);
}

/**
 * zcblk_stable_begin_buf() - watch the buffer of an I/O
 * @io: a write that is not copied, to be submitted
 *
 * Context: process.
 */
void zcblk_stable_begin_buf(struct zcblk_bufio *io)
{
	io->stable = zcblk_stable_alloc(zcblk_sum_buf(io));
}

/**
 * zcblk_stable_end_buf() - look whether the buffer of an I/O has changed
 * @io: the I/O, done; zcblk_stable_begin_buf() was called
 *
 * Context: any.
 */
void zcblk_stable_end_buf(struct zcblk_bufio *io)
{
	struct zcblk_stable *stable = io->stable;
	u32 sum = zcblk_sum_buf(io);

	if (sum != stable->sum) {
		zcblk_count(unstable, 1);
		trace_zcblk_unstable(io->bdev->bd_dev, io->sector, io->len, sum,
				     stable);
	}
	kfree(stable);
}
