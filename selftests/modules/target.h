/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Opens the block device on which a test module does I/O by the API, creates a client of the API,
 * and does I/O on the device through the page cache.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _TARGET_H
#define _TARGET_H

#include <linux/blkdev.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/pagemap.h>
#include <linux/zcblk.h>

struct target {
	struct file *file;
	struct block_device *bdev;
	struct zcblk_client *client;
};

static inline int target_open(struct target *t, const char *path)
{
	t->file = filp_open(path, O_RDWR | O_LARGEFILE, 0);
	if (IS_ERR(t->file))
		return PTR_ERR(t->file);
	if (!S_ISBLK(file_inode(t->file)->i_mode)) {
		fput(t->file);
		return -ENOTBLK;
	}
	t->bdev = I_BDEV(t->file->f_mapping->host);
	t->client = zcblk_client_create(KBUILD_MODNAME, 0);
	if (!IS_ERR(t->client))
		return 0;
	fput(t->file);
	return PTR_ERR(t->client);
}

static inline void target_close(struct target *t)
{
	zcblk_client_destroy(t->client);
	fput(t->file);
}

/* Reads through the page cache, and drops the device's page cache afterwards */
static inline int target_read(struct target *t, sector_t sector, void *buf,
			      size_t len)
{
	loff_t pos = (loff_t)sector << SECTOR_SHIFT;
	ssize_t n = kernel_read(t->file, buf, len, &pos);

	if (n < 0)
		return n;
	invalidate_bdev(t->bdev);
	return n == len ? 0 : -EIO;
}

/* Writes through the page cache, waits for the writeback, and drops the device's page cache */
static inline int target_write(struct target *t, sector_t sector,
			       const void *buf, size_t len)
{
	loff_t pos = (loff_t)sector << SECTOR_SHIFT, start = pos;
	ssize_t n = kernel_write(t->file, buf, len, &pos);
	int err;

	if (n < 0)
		return n;
	err = filemap_write_and_wait_range(t->file->f_mapping, start, pos - 1);
	invalidate_bdev(t->bdev);
	return err ?: n == len ? 0 : -EIO;
}

#endif /* _TARGET_H */
