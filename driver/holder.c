// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements the operations that the block layer calls for the holder of a lower device:
 * freeze, thaw, sync and mark_dead.
 *
 * The block layer calls each operation with bd_holder_lock of the lower device held. This lock
 * keeps the claim of zcblk, and so the struct zcblk_disk, valid. The operation pins the disk
 * and releases the lock. The operation then freezes, thaws or writes out the disk and its
 * partitions, or marks the disk as dead.
 *
 * bdev_freeze() and bdev_thaw() call the operations freeze and thaw with bd_fsfreeze_mutex of the
 * lower device held. To freeze or thaw the disk, bd_fsfreeze_mutex of the disk must be acquired.
 * Both mutexes have the same lockdep class, and lockdep reports a class that is acquired twice. So
 * a worker freezes or thaws the disk, and the operation waits for a completion, which lockdep does
 * not follow.
 *
 * Kernels before v6.8 have no freeze and thaw operations, and this file is not built for them.
 * On these kernels, a freeze of the lower device does not freeze file systems on the disk.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/completion.h>
#include <linux/fs.h>
#include <linux/kobject.h>
#include <linux/pagemap.h>
#include <linux/rcupdate.h>

#include "zcblk.h"

/*
 * Pins the disk that holds the lower device, and releases bd_holder_lock. Return: the disk, which
 * put_device() releases; or NULL if the disk is not up yet, or is about to be freed.
 */
static struct gendisk *zcblk_holder_pin(struct block_device *lower)
	__releases(&lower->bd_holder_lock)
{
	struct zcblk_disk *disk = lower->bd_holder;
	struct gendisk *gd = NULL;

	lockdep_assert_held(&lower->bd_holder_lock);
	/* Pairs with smp_store_release() in zcblk_lower_watch_start() */
	if (smp_load_acquire(&disk->up) &&
	    kobject_get_unless_zero(&disk_to_dev(disk->gd)->kobj))
		gd = disk->gd;
	mutex_unlock(&lower->bd_holder_lock);
	return gd;
}

/*
 * Calls @fn for the disk and each of its partitions, until a call fails. Return: 0 or the error
 * of @fn.
 */
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

	/*
	 * GFP_NOIO, because memory reclaim must not wait for file systems that are already
	 * frozen
	 */
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
	/*
	 * Do not freeze a disk that is being removed, because its file systems cannot write any
	 * more. If the disk was frozen before its removal, zcblk_holder_stop() thaws it.
	 */
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

	/*
	 * The disk is not up, so its file systems cannot be frozen. Return an error, because the
	 * lower device must not be frozen without them.
	 */
	if (!gd)
		return -EBUSY;

	err = zcblk_holder_run(gd, true);
	if (!err) {
		err = sync_blockdev(lower);
		/*
		 * If this operation fails, the block layer does not freeze the lower device, and
		 * later calls no thaw operation
		 */
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

/*
 * Writes out the dirty data of the file system on a block device. If there is no file system, the
 * function writes out the page cache of the block device. The ioctl BLKFLSBUF writes out the same
 * data. The operation sync() unlocks bd_holder_lock. Return: 0, even if data could not be written.
 */
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

	/*
	 * If the disk is not up yet, zcblk_lower_watch() later detects that the lower device is
	 * gone
	 */
	if (!gd)
		return;

	disk = gd->private_data;
	/* In an orderly removal, the lower device still accepts writes, so write out dirty data */
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
 * zcblk_holder_stop() - thaw the disk and partitions that were frozen with the lower device
 * @disk: a disk that is being removed, so that nothing freezes it again
 *
 * Context: process.
 */
void zcblk_holder_stop(struct zcblk_disk *disk)
{
	mutex_lock(&disk->holder_lock);
	zcblk_holder_thaw_all(disk);
	mutex_unlock(&disk->holder_lock);
}
