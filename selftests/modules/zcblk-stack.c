// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes disks that are stacked on each other, and forward their I/O by zcblk's kernel API. Each
 * disk has a client of its own, like a driver. A disk forwards bios in a thread, or in
 * ->submit_bio().
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/blkdev.h>
#include <linux/file.h>
#include <linux/kthread.h>
#include <linux/mempool.h>
#include <linux/module.h>
#include <linux/wait.h>
#include <linux/zcblk.h>

#define MAX_DISKS	3

/* The mempool of a disk reserves memory for this many I/Os */
#define NR_SLOTS	8

static char *device;
module_param(device, charp, 0444);
MODULE_PARM_DESC(device, "the device below the first disk");

static uint disks = MAX_DISKS;
module_param(disks, uint, 0444);
MODULE_PARM_DESC(disks, "number of disks, each on the one before it (default: 3)");

static bool inside;
module_param(inside, bool, 0444);
MODULE_PARM_DESC(inside, "forward inside of ->submit_bio(), not from a thread (default: no)");

static bool whole;
module_param(whole, bool, 0444);
MODULE_PARM_DESC(whole, "forward a bio as one I/O, with its table, not page by page (default: no)");

static uint how;
module_param(how, uint, 0444);
MODULE_PARM_DESC(how, "flags of the I/O, as in struct zcblk_bufio (default: 0)");

static uint client_flags;
module_param(client_flags, uint, 0444);
MODULE_PARM_DESC(client_flags, "flags of the clients (default: 0)");

static uint block;
module_param(block, uint, 0444);
MODULE_PARM_DESC(block, "logical block of the disks, in bytes (default: 512)");

static uint segments;
module_param(segments, uint, 0444);
MODULE_PARM_DESC(segments, "segments that a bio may have, by the disks' limits (default: 128)");

struct slot {
	struct zcblk_bufio io;
	struct bio *bio;
	struct disk *disk;
};

struct disk {
	struct file *file;
	struct block_device *lower;
	struct zcblk_client *client;
	struct gendisk *gd;
	mempool_t *slots;
	struct task_struct *thread;
	wait_queue_head_t wait;
	spinlock_t lock;	/* protects @bios */
	struct bio_list bios;
};

static struct disk stack[MAX_DISKS];
static int major;

static void slot_done(struct zcblk_bufio *io, blk_status_t status)
{
	struct slot *slot = container_of(io, struct slot, io);
	struct bio *bio = slot->bio;

	if (status)
		bio->bi_status = status;
	mempool_free(slot, slot->disk->slots);
	bio_endio(bio);
}

/*
 * Allocates a slot, and sets everything but the data. This is enough for a flush. The bio does not
 * end before the I/O of the slot ends.
 */
static struct slot *slot_get(struct disk *disk, struct bio *bio, sector_t sector)
{
	struct slot *slot = mempool_alloc(disk->slots, GFP_NOIO);

	slot->bio = bio;
	slot->disk = disk;
	slot->io = (struct zcblk_bufio){
		.client = disk->client, .bdev = disk->lower, .sector = sector,
		.opf = bio->bi_opf & ~(REQ_POLLED | REQ_NOMERGE | REQ_RAHEAD),
		.flags = how, .done = slot_done,
	};
	bio_inc_remaining(bio);
	return slot;
}

static void forward_pages(struct disk *disk, struct bio *bio)
{
	struct bvec_iter iter;
	struct bio_vec bv;
	struct slot *slot;

	bio_for_each_segment(bv, bio, iter) {
		slot = slot_get(disk, bio, iter.bi_sector);
		slot->io.buf = bvec_virt(&bv);
		slot->io.len = bv.bv_len;
		zcblk_bufio_submit(&slot->io);
	}
}

/*
 * Forwards a bio as one I/O, which uses the bio's bio_vec table. The bio may begin in the middle of
 * the table, and in the middle of a bio_vec.
 */
static void forward_whole(struct disk *disk, struct bio *bio)
{
	struct slot *slot = slot_get(disk, bio, bio->bi_iter.bi_sector);
	struct bio_vec first;

	if (bio_sectors(bio)) {
		first = mp_bvec_iter_bvec(bio->bi_io_vec, bio->bi_iter);
		slot->io.bvecs = bio->bi_io_vec + bio->bi_iter.bi_idx;
		slot->io.nr_vecs = BIO_MAX_VECS;
		slot->io.skip = first.bv_offset - slot->io.bvecs->bv_offset;
		slot->io.len = bio->bi_iter.bi_size;
	}
	zcblk_bufio_submit(&slot->io);
}

static void forward(struct disk *disk, struct bio *bio)
{
	if (whole || !bio_sectors(bio))
		forward_whole(disk, bio);
	else
		forward_pages(disk, bio);
	bio_endio(bio);
}

static struct bio *next_bio(struct disk *disk)
{
	struct bio *bio;

	spin_lock(&disk->lock);
	bio = bio_list_pop(&disk->bios);
	spin_unlock(&disk->lock);
	return bio;
}

static int forward_all(void *data)
{
	struct disk *disk = data;
	struct bio *bio;

	while (!kthread_should_stop()) {
		wait_event(disk->wait, !bio_list_empty(&disk->bios) || kthread_should_stop());
		while ((bio = next_bio(disk)))
			forward(disk, bio);
	}
	/*
	 * Close the file before the thread ends, because the disk below is removed next. Only a
	 * kernel thread may call __fput_sync().
	 */
	__fput_sync(disk->file);
	return 0;
}

static void stack_submit_bio(struct bio *bio)
{
	struct disk *disk = bio->bi_bdev->bd_disk->private_data;

	if (inside) {
		forward(disk, bio);
		return;
	}
	spin_lock(&disk->lock);
	bio_list_add(&disk->bios, bio);
	spin_unlock(&disk->lock);
	wake_up(&disk->wait);
}

/*
 * .owner is not set. With an owner, each open disk would hold a reference to the module. The module
 * itself keeps its lower disks open, so it could never be removed.
 */
static const struct block_device_operations stack_fops = {
	.submit_bio = stack_submit_bio,
};

static struct gendisk *alloc_gendisk(void)
{
#ifdef COMPAT_HAVE_DISK_LIMITS
	return blk_alloc_disk(NULL, NUMA_NO_NODE);
#else
	struct gendisk *gd = blk_alloc_disk(NUMA_NO_NODE);

	return gd ?: ERR_PTR(-ENOMEM);
#endif
}

static int add_gendisk(struct disk *disk, unsigned int number)
{
	int err;

	disk->gd = alloc_gendisk();
	if (IS_ERR(disk->gd))
		return PTR_ERR(disk->gd);
	disk->gd->major = major;
	disk->gd->first_minor = number;
	disk->gd->minors = 1;
	disk->gd->fops = &stack_fops;
	disk->gd->private_data = disk;
	snprintf(disk->gd->disk_name, sizeof(disk->gd->disk_name), "stack%u", number);
	set_capacity(disk->gd, bdev_nr_sectors(disk->lower));
	if (block)
		disk->gd->queue->limits.logical_block_size = block;
	if (segments)
		disk->gd->queue->limits.max_segments = segments;
	err = add_disk(disk->gd);
	if (err)
		put_disk(disk->gd);
	return err;
}

/*
 * Stops the thread of a disk, which then closes the disk's file. If the thread never ran,
 * kthread_stop() returns -EINTR, and this function closes the file.
 */
static void stop_thread(struct disk *disk)
{
	if (kthread_stop(disk->thread) == -EINTR)
		fput(disk->file);
	disk->file = NULL;
}

static int disk_add(struct disk *disk, unsigned int number)
{
	char lower[32], name[32];
	int err = -ENOMEM;

	snprintf(lower, sizeof(lower), "/dev/stack%u", number - 1);
	snprintf(name, sizeof(name), "stack%u", number);
	init_waitqueue_head(&disk->wait);
	spin_lock_init(&disk->lock);
	bio_list_init(&disk->bios);
	disk->file = filp_open(number ? lower : device, O_RDWR | O_LARGEFILE, 0);
	if (IS_ERR(disk->file))
		return PTR_ERR(disk->file);
	disk->lower = I_BDEV(disk->file->f_mapping->host);
	disk->slots = mempool_create_kmalloc_pool(NR_SLOTS, sizeof(struct slot));
	if (!disk->slots)
		goto close_file;
	disk->client = zcblk_client_create(name, client_flags);
	err = PTR_ERR_OR_ZERO(disk->client);
	if (err)
		goto free_slots;
	disk->thread = kthread_run(forward_all, disk, "%s", name);
	err = PTR_ERR_OR_ZERO(disk->thread);
	if (err)
		goto destroy_client;
	err = add_gendisk(disk, number);
	if (!err)
		return 0;

	stop_thread(disk);
destroy_client:
	zcblk_client_destroy(disk->client);
free_slots:
	mempool_destroy(disk->slots);
close_file:
	if (disk->file)
		fput(disk->file);
	return err;
}

static void disk_del(struct disk *disk)
{
	del_gendisk(disk->gd);
	put_disk(disk->gd);
	stop_thread(disk);
	zcblk_client_destroy(disk->client);
	mempool_destroy(disk->slots);
}

static void disks_del(unsigned int n)
{
	while (n--)
		disk_del(&stack[n]);
}

static int __init stack_init(void)
{
	unsigned int i;
	int err;

	if (!device || !disks || disks > MAX_DISKS)
		return -EINVAL;
	major = register_blkdev(0, "zcblk-stack");
	if (major < 0)
		return major;
	for (i = 0; i < disks; i++) {
		err = disk_add(&stack[i], i);
		if (err) {
			disks_del(i);
			unregister_blkdev(major, "zcblk-stack");
			return err;
		}
	}
	return 0;
}

static void __exit stack_exit(void)
{
	disks_del(disks);
	unregister_blkdev(major, "zcblk-stack");
}

module_init(stack_init);
module_exit(stack_exit);

MODULE_DESCRIPTION("Stacked disks that forward I/O by zcblk's kernel API");
MODULE_AUTHOR("The zcblk authors");
MODULE_LICENSE("GPL");
