// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions of the kernel API that wait until an I/O is done.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/blkdev.h>
#include <linux/completion.h>
#include <linux/module.h>

#include "client.h"

static void zcblk_sync_done(struct zcblk_bufio *io, blk_status_t status)
{
	complete(io->private);
}

static int zcblk_bufio_errno(const struct zcblk_bufio *io)
{
	if (!zcblk_reason_is_refused(io->reason))
		return blk_status_to_errno(io->status);
	switch (io->reason) {
	case ZCBLK_REFUSED_UNMAPPED:
		return -EFAULT;
	case ZCBLK_REFUSED_READ_ONLY:
		return -EROFS;
	case ZCBLK_REFUSED_COPY:
		return -EOPNOTSUPP;
	default:
		return -EINVAL;
	}
}

int zcblk_bufio_submit_wait(struct zcblk_bufio *io)
{
	DECLARE_COMPLETION_ONSTACK_MAP(done, io->bdev->bd_disk->lockdep_map);

	io->opf |= REQ_SYNC;
	io->done = zcblk_sync_done;
	io->private = &done;
	zcblk_bufio_submit(io);
	zcblk_polled_drain(io);
	wait_for_completion_io(&done);
	return zcblk_bufio_errno(io);
}
EXPORT_SYMBOL_GPL(zcblk_bufio_submit_wait);

int zcblk_bufio_rw(struct block_device *bdev, sector_t sector, void *buf,
		   size_t len, blk_opf_t opf)
{
	struct zcblk_bufio io = {
		.client = zcblk_default_client,
		.bdev = bdev,
		.sector = sector,
		.buf = buf,
		.len = len,
		.opf = opf,
	};

	return zcblk_bufio_submit_wait(&io);
}
EXPORT_SYMBOL_GPL(zcblk_bufio_rw);
