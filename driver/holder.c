// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the lower device asks of its holder: to freeze, to thaw, to write out, to give up.
 *
 * Each operation is called with bd_holder_lock of the lower device held, which keeps our
 * claim, and with it the struct zcblk_disk. The operation pins the disk and releases the
 * lock. It then does to the disk and each partition what was done to the lower device.
 *
 * bdev_freeze() holds bd_fsfreeze_mutex of the lower device around this, and acquires that
 * of the disk. All of these have one lockdep class, which must not be acquired twice. So a
 * worker does this, and the caller waits for a completion, which lockdep does not follow.
 *
 * For kernels from v6.8 on; on older ones, freezing the lower device freezes nothing above.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/completion.h>
#include <linux/fs.h>
#include <linux/kobject.h>
#include <linux/pagemap.h>
#include <linux/rcupdate.h>

#include "zcblk.h"

/* Return: the disk that holds the lower device, pinned; NULL if it is not up */
static struct gendisk *zcblk_holder_pin(struct block_device *lower)
	__releases(&lower->bd_holder_lock)
{
	struct zcblk_disk *disk = lower->bd_holder;
	struct gendisk *gd = NULL;

	lockdep_assert_held(&lower->bd_holder_lock);
	/* Pairs with zcblk_lower_watch_start() */
	if (smp_load_acquire(&disk->up) &&
	    kobject_get_unless_zero(&disk_to_dev(disk->gd)->kobj))
		gd = disk->gd;
	mutex_unlock(&lower->bd_holder_lock);
	return gd;
}

/* Calls @fn for the disk and each of its partitions, until one fails */
static int zcblk_holder_for_each(struct gendisk *gd,
				 int (*fn)(struct block_device *bdev, unsigned long nr))
{
	struct block_device *bdev;
	unsigned long nr;
	int err = 0;

	rcu_read_lock();
	xa_for_each(&gd->part_tbl, nr, bdev) {
		if (!kobject_get_unless_zero(&bdev->bd_device.kobj))
			continue;
		rcu_read_unlock();
		err = fn(bdev, nr);
		put_device(&bdev->bd_device);
		rcu_read_lock();
		if (err)
			break;
	}

	rcu_read_unlock();
	return err;
}

static int zcblk_holder_freeze_one(struct block_device *bdev, unsigned long nr)
{
	struct zcblk_disk *disk = bdev->bd_disk->private_data;
	int err = bdev_freeze(bdev);

	if (err)
		return err;
	/* Some file systems are frozen, and reclaim must not wait for them */
	err = xa_err(xa_store(&disk->frozen, nr, bdev, GFP_NOIO));
	if (err)
		bdev_thaw(bdev);
	else
		get_device(&bdev->bd_device);
	return err;
}

static void zcblk_holder_thaw_all(struct zcblk_disk *disk)
{
	struct block_device *bdev;
	unsigned long nr;

	lockdep_assert_held(&disk->holder_lock);
	xa_for_each(&disk->frozen, nr, bdev) {
		xa_erase(&disk->frozen, nr);
		bdev_thaw(bdev);
		put_device(&bdev->bd_device);
	}
}

struct zcblk_holder_work {
	struct work_struct work;
	struct completion done;
	struct zcblk_disk *disk;
	bool freeze;
	int err;
};

static void zcblk_holder_do_work(struct work_struct *work)
{
	struct zcblk_holder_work *todo = container_of(work, struct zcblk_holder_work, work);
	struct zcblk_disk *disk = todo->disk;

	mutex_lock(&disk->holder_lock);
	/* Nothing can be written to a disk that was removed, and zcblk_holder_stop() thaws */
	if (todo->freeze && !disk->removing)
		todo->err = zcblk_holder_for_each(disk->gd, zcblk_holder_freeze_one);
	if (!todo->freeze || todo->err)
		zcblk_holder_thaw_all(disk);
	mutex_unlock(&disk->holder_lock);
	complete(&todo->done);
}

static int zcblk_holder_run(struct gendisk *gd, bool freeze)
{
	struct zcblk_holder_work todo = { .disk = gd->private_data, .freeze = freeze };

	init_completion(&todo.done);
	INIT_WORK_ONSTACK(&todo.work, zcblk_holder_do_work);
	schedule_work(&todo.work);
	wait_for_completion(&todo.done);
	destroy_work_on_stack(&todo.work);
	return todo.err;
}

static int zcblk_holder_freeze(struct block_device *lower)
{
	struct gendisk *gd = zcblk_holder_pin(lower);
	int err;

	/* A disk that is just coming up could miss this */
	if (!gd)
		return -EBUSY;

	err = zcblk_holder_run(gd, true);
	if (!err) {
		err = sync_blockdev(lower);
		/* The lower device is not frozen then, and no thaw will follow */
		if (err)
			zcblk_holder_run(gd, false);
	}
	put_device(disk_to_dev(gd));
	return err;
}

static int zcblk_holder_thaw(struct block_device *lower)
{
	struct gendisk *gd = zcblk_holder_pin(lower);
	int err;

	if (!gd)
		return 0;

	err = zcblk_holder_run(gd, false);
	put_device(disk_to_dev(gd));
	return err;
}

/* As BLKFLSBUF does */
static int zcblk_holder_sync_one(struct block_device *bdev, unsigned long nr)
{
	mutex_lock(&bdev->bd_holder_lock);
	if (bdev->bd_holder_ops && bdev->bd_holder_ops->sync) {
		bdev->bd_holder_ops->sync(bdev);
	} else {
		mutex_unlock(&bdev->bd_holder_lock);
		sync_blockdev(bdev);
	}
	return 0;
}

static void zcblk_holder_sync(struct block_device *lower)
{
	struct gendisk *gd = zcblk_holder_pin(lower);

	if (gd) {
		zcblk_holder_for_each(gd, zcblk_holder_sync_one);
		put_device(disk_to_dev(gd));
	}
	sync_blockdev(lower);
}

static void zcblk_holder_mark_dead(struct block_device *lower, bool surprise)
{
	struct gendisk *gd = zcblk_holder_pin(lower);
	struct zcblk_disk *disk;

	/* If it is not up, the worker finds out */
	if (!gd)
		return;

	disk = gd->private_data;
	/* In an orderly removal, the lower device still writes */
	if (!surprise)
		zcblk_holder_for_each(gd, zcblk_holder_sync_one);
	mutex_lock(&disk->holder_lock);
	if (!disk->removing)
		zcblk_lower_gone(disk);
	mutex_unlock(&disk->holder_lock);
	put_device(disk_to_dev(gd));
}

static const struct blk_holder_ops zcblk_holder_operations = {
	.mark_dead = zcblk_holder_mark_dead,
	.sync = zcblk_holder_sync,
	.freeze = zcblk_holder_freeze,
	.thaw = zcblk_holder_thaw,
};

const struct blk_holder_ops *const zcblk_holder_ops = &zcblk_holder_operations;

/**
 * zcblk_holder_stop() - thaw what is frozen as the lower device is
 * @disk: a disk that is being removed: nothing is frozen any more from here on
 *
 * Context: process.
 */
void zcblk_holder_stop(struct zcblk_disk *disk)
{
	mutex_lock(&disk->holder_lock);
	zcblk_holder_thaw_all(disk);
	mutex_unlock(&disk->holder_lock);
}
