// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes a kernel buffer to a block device, over and over, and tells how long
 * one such write takes: with the buffer's own pages mapped by
 * zcblk_bio_add_buf(), with pages that are allocated for each write and filled
 * from the buffer, and mapped once more, to see what can be told apart.
 *
 * The three take turns of about a millisecond, forwards and backwards, so that
 * what else runs on the machine touches all alike. All is done while the module
 * is loaded; the results are then in /sys/module/zcblk_load/parameters/{map,copy,
 * again}, a figure for each turn.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/vmalloc.h>
#include <linux/zcblk.h>

#include "compat.h"

static char *device;
module_param(device, charp, 0444);
MODULE_PARM_DESC(device, "path of the device; its content is lost");

static bool vmalloced;
module_param_named(vmalloc, vmalloced, bool, 0444);
MODULE_PARM_DESC(vmalloc, "the buffer is from vmalloc() (default: kmalloc())");

static unsigned int bytes = 4096;
module_param(bytes, uint, 0444);
MODULE_PARM_DESC(bytes, "of each write, at most 1 MiB (default: 4096)");

#define LOAD_MAX_TURNS	1000

static unsigned int turns = 20;
module_param(turns, uint, 0444);
MODULE_PARM_DESC(turns, "how many for each way, an even number (default: 20)");

enum { LOAD_MAP, LOAD_COPY, LOAD_AGAIN, LOAD_NR_WAYS };

static ulong results[LOAD_NR_WAYS][LOAD_MAX_TURNS];
module_param_array_named(map, results[LOAD_MAP], ulong, &turns, 0444);
MODULE_PARM_DESC(map, "result: picoseconds of a write, for each turn");
module_param_array_named(copy, results[LOAD_COPY], ulong, &turns, 0444);
MODULE_PARM_DESC(copy, "result: picoseconds of a write, for each turn");
module_param_array_named(again, results[LOAD_AGAIN], ulong, &turns, 0444);
MODULE_PARM_DESC(again, "result: picoseconds of a write, for each turn");

/* A turn is the median of so many batches of at least so many nanoseconds */
#define LOAD_BATCHES	21
#define LOAD_BATCH_NS	(50 * NSEC_PER_USEC)

static int load_map(struct bio *bio, void *buf)
{
	return zcblk_bio_add_buf(bio, buf, bytes) == bytes ? 0 : -EIO;
}

static int load_copy(struct bio *bio, void *buf)
{
	unsigned int done, n;
	struct page *page;

	for (done = 0; done < bytes; done += n) {
		n = min_t(unsigned int, bytes - done, PAGE_SIZE);
		page = alloc_page(GFP_NOIO);
		if (!page)
			return -ENOMEM;
		memcpy(page_address(page), buf + done, n);
		__bio_add_page(bio, page, n, 0);
	}
	return 0;
}

static void load_free_pages(struct bio *bio)
{
	unsigned int i;

	for (i = 0; i < bio->bi_vcnt; i++)
		__free_page(bio->bi_io_vec[i].bv_page);
}

static int load_write(struct block_device *bdev, void *buf, sector_t sector,
		      bool copy)
{
	bool pages = copy || vmalloced;
	unsigned short vecs = pages ? DIV_ROUND_UP(bytes, PAGE_SIZE) : 1;
	struct bio *bio;
	int err;

	bio = bio_alloc(bdev, vecs, REQ_OP_WRITE | REQ_SYNC, GFP_KERNEL);
	bio->bi_iter.bi_sector = sector;
	err = copy ? load_copy(bio, buf) : load_map(bio, buf);
	if (!err)
		err = submit_bio_wait(bio);
	if (copy)
		load_free_pages(bio);
	bio_put(bio);
	return err;
}

/* Walks through the device, and from its start again; how long that took, ns */
static s64 load_batch(struct block_device *bdev, void *buf, unsigned int n,
		      bool copy)
{
	sector_t end = bdev_nr_sectors(bdev), sector = 0, step = bytes >> 9;
	u64 start = ktime_get_ns();
	int err;

	while (n--) {
		err = load_write(bdev, buf, sector, copy);
		if (err)
			return err;
		sector += step;
		if (sector + step > end)
			sector = 0;
	}
	return ktime_get_ns() - start;
}

static int load_compare(const void *a, const void *b)
{
	s64 x = *(const s64 *)a, y = *(const s64 *)b;

	return x < y ? -1 : x > y;
}

/* The median of batches of n writes, ns */
static s64 load_turn(struct block_device *bdev, void *buf, unsigned int n,
		     bool copy)
{
	static s64 took[LOAD_BATCHES];
	int i;

	for (i = 0; i < LOAD_BATCHES; i++) {
		took[i] = load_batch(bdev, buf, n, copy);
		if (took[i] < 0)
			return took[i];
		cond_resched();
	}
	sort(took, LOAD_BATCHES, sizeof(*took), load_compare, NULL);
	return took[LOAD_BATCHES / 2];
}

/* How many writes are long enough to be timed; warms up, too */
static int load_batch_size(struct block_device *bdev, void *buf, bool copy)
{
	s64 took;
	int n;

	for (n = 1; n < INT_MAX / 2; n *= 2) {
		took = load_turn(bdev, buf, n, copy);
		if (took < 0)
			return took;
		if (took >= LOAD_BATCH_NS)
			return n;
	}
	return -ERANGE;
}

static int load_measure(struct block_device *bdev, void *buf)
{
	int n[LOAD_NR_WAYS], i, j, way;
	s64 took;

	for (way = 0; way < LOAD_NR_WAYS; way++) {
		n[way] = load_batch_size(bdev, buf, way == LOAD_COPY);
		if (n[way] < 0)
			return n[way];
	}
	n[LOAD_AGAIN] = n[LOAD_MAP];
	for (i = 0; i < turns; i++) {
		for (j = 0; j < LOAD_NR_WAYS; j++) {
			way = i & 1 ? LOAD_NR_WAYS - 1 - j : j;
			took = load_turn(bdev, buf, n[way], way == LOAD_COPY);
			if (took < 0)
				return took;
			results[way][i] = div_u64(took * 1000, n[way]);
		}
	}
	return 0;
}

static int load_run(struct block_device *bdev)
{
	void *buf = vmalloced ? vmalloc(bytes) : kmalloc(bytes, GFP_KERNEL);
	int err;

	if (!buf)
		return -ENOMEM;
	memset(buf, 0x5a, bytes);
	err = load_measure(bdev, buf);
	kvfree(buf);
	return err;
}

static int __init load_init(void)
{
	struct file *file;
	int err;

	if (!device || !bytes || bytes % 512 || bytes > SZ_1M ||
	    turns > LOAD_MAX_TURNS || turns & 1)
		return -EINVAL;
	file = bdev_file_open_by_path(device, BLK_OPEN_WRITE, &device, NULL);
	if (IS_ERR(file))
		return PTR_ERR(file);
	err = load_run(file_bdev(file));
	bdev_fput(file);
	return err;
}

static void __exit load_exit(void)
{
}

module_init(load_init);
module_exit(load_exit);

MODULE_DESCRIPTION("Load generator for zcblk's benches");
MODULE_AUTHOR("The zcblk authors");
MODULE_LICENSE("GPL");
