// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claims, checks, watches and releases the lower device of a disk.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "zcblk.h"

/*
 * Interval between checks of the lower device, in jiffies. The block layer does not report changes
 * of its properties.
 */
#define ZCBLK_WATCH_INTERVAL	HZ

static const struct {
	int err;
	const char *why;
} zcblk_lower_reasons[] = {
	{ -ENOENT, "it does not exist" },
	{ -ENOTBLK, "it is not a block device" },
	{ -EBUSY, "it is mounted, or claimed by another driver" },
	{ -EACCES, "its path may not be used" },
	{ -EROFS, "it is read-only; set read_only to 1, or make it writable" },
	{ -ELOOP, "it is a zcblk disk itself" },
	{ -EOPNOTSUPP, "it is zoned, which zcblk does not support" },
	{ -EAGAIN, "it is frozen, for a snapshot for example; thaw it first" },
	{ -ENXIO, "it has no device behind it" },
	{ -EINVAL, "no path is set" },
};

static const char *zcblk_lower_why(int err)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(zcblk_lower_reasons); i++)
		if (zcblk_lower_reasons[i].err == err)
			return zcblk_lower_reasons[i].why;
	return "it cannot be opened";
}

static int zcblk_lower_check(struct block_device *lower)
{
	if (zcblk_is_ours(lower->bd_disk))
		return -ELOOP;
	if (bdev_is_zoned(lower))
		return -EOPNOTSUPP;
	/*
	 * If the lower device is already frozen, the file systems of the new disk would not be
	 * frozen
	 */
	return compat_bdev_is_frozen(lower) ? -EAGAIN : 0;
}

/*
 * Return: -EROFS if the device is read-only, else -EACCES. The kernel returns EACCES for a
 * read-only device, and also for a path that the caller may not use.
 */
static int zcblk_lower_why_barred(const char *path)
{
	struct file *file = bdev_file_open_by_path(path, BLK_OPEN_READ, NULL, NULL);
	int err = -EACCES;

	if (IS_ERR(file))
		return err;
	if (bdev_read_only(file_bdev(file)))
		err = -EROFS;
	bdev_fput(file);
	return err;
}

static struct file *zcblk_lower_try(const struct zcblk_settings *set, void *holder,
				    const struct blk_holder_ops *ops)
{
	blk_mode_t mode = BLK_OPEN_READ;
	struct file *file;
	int err;

	if (!set->lower || !*set->lower)
		return ERR_PTR(-EINVAL);
	if (!set->read_only)
		mode |= BLK_OPEN_WRITE;

	file = bdev_file_open_by_path(set->lower, mode, holder, ops);
	if (PTR_ERR_OR_ZERO(file) == -EACCES)
		return ERR_PTR(zcblk_lower_why_barred(set->lower));
	if (IS_ERR(file))
		return file;

	err = zcblk_lower_check(file_bdev(file));
	if (err) {
		bdev_fput(file);
		return ERR_PTR(err);
	}
	return file;
}

/**
 * zcblk_lower_claim() - claim the lower device that the settings name
 * @set: the settings
 * @holder: the holder of the claim, as for bdev_file_open_by_path()
 * @ops: holder operations that the block layer calls for the lower device, or NULL
 * @name: name of the disk that will use the lower device, for messages
 *
 * Context: process; resolves a path.
 * Return: the open device, which the caller must release with bdev_fput(); or an ERR_PTR(),
 * after a message that says why.
 */
struct file *zcblk_lower_claim(const struct zcblk_settings *set, void *holder,
			       const struct blk_holder_ops *ops, const char *name)
{
	struct file *file = zcblk_lower_try(set, holder, ops);

	if (IS_ERR(file))
		pr_err("%s: cannot use lower device '%s': %s (%ld)\n", name,
		       set->lower ?: "", zcblk_lower_why(PTR_ERR(file)),
		       PTR_ERR(file));
	return file;
}

/**
 * zcblk_lower_open() - claim the lower device for a disk
 * @disk: the disk that will use the lower device
 * @name: name of that disk, for messages
 *
 * The function sets @disk->lower_file and @disk->lower, and records the properties of the lower
 * device.
 *
 * Context: process; resolves a path.
 * Return: 0; or a negative errno, after a message that says why.
 */
int zcblk_lower_open(struct zcblk_disk *disk, const char *name)
{
	struct file *file = zcblk_lower_claim(disk->set, disk, zcblk_holder_ops, name);

	if (IS_ERR(file))
		return PTR_ERR(file);
	disk->lower_file = file;
	disk->lower = file_bdev(file);
	zcblk_follow_start(disk);
	return 0;
}

/**
 * zcblk_lower_can_poll() - check whether zcblk can poll the lower device
 * @lower: the lower device
 *
 * zcblk polls hardware queues. A bio-based device has none, and polls only for a bio that was
 * submitted to it.
 *
 * Context: any.
 * Return: true if the lower device has hardware queues that can be polled.
 */
bool zcblk_lower_can_poll(struct block_device *lower)
{
	struct request_queue *q = bdev_get_queue(lower);

	return queue_is_mq(q) && compat_queue_can_poll(q);
}

/**
 * zcblk_lower_uevent() - send a uevent after the lower device got or lost its holder
 * @lower: the lower device
 *
 * While a disk uses a lower device, udev rules hide the data of the lower device and of its
 * partitions. The uevent makes udev apply these rules.
 *
 * Context: process.
 */
void zcblk_lower_uevent(struct block_device *lower)
{
	if (!device_is_registered(&lower->bd_device))
		return;
	if (bdev_is_partition(lower))
		kobject_uevent(bdev_kobj(lower), KOBJ_CHANGE);
	else
		disk_uevent(lower->bd_disk, KOBJ_CHANGE);
}

/**
 * zcblk_lower_close() - release the lower device
 * @disk: the disk; if it holds no lower device, the function does nothing
 *
 * Context: process. No I/O may be in flight.
 */
void zcblk_lower_close(struct zcblk_disk *disk)
{
	struct device *dev;

	if (!disk->lower_file)
		return;
	/*
	 * The disk has written to the lower device, so the page cache of the lower device is
	 * outdated
	 */
	invalidate_bdev(disk->lower);
	dev = get_device(&disk->lower->bd_device);
	bdev_fput(disk->lower_file);
	disk->lower_file = NULL;
	zcblk_lower_uevent(disk->lower);
	put_device(dev);
}

/**
 * zcblk_lower_watch_start() - mark a disk as up, and schedule the next check of its lower device
 * @disk: the disk
 *
 * The check does not run on the disk's own workqueue, which has WQ_MEM_RECLAIM. Work on such a
 * workqueue must not wait for work on a workqueue without this flag. If the lower device is gone,
 * the check calls the file system on the disk. The file system may wait for work on a workqueue
 * without this flag.
 *
 * Context: any.
 */
void zcblk_lower_watch_start(struct zcblk_disk *disk)
{
	/* Pairs with smp_load_acquire() in zcblk_holder_pin() */
	smp_store_release(&disk->up, true);
	schedule_delayed_work(&disk->watch, ZCBLK_WATCH_INTERVAL);
}

/**
 * zcblk_lower_gone() - mark a disk as dead, because its lower device is gone
 * @disk: the disk
 *
 * Context: process; not while the disk is being removed.
 */
void zcblk_lower_gone(struct zcblk_disk *disk)
{
	bool dead;

	/*
	 * zcblk_lower_watch() and zcblk_holder_mark_dead() may call this function at the same
	 * time
	 */
	spin_lock(&disk->needs_lock);
	dead = disk->dead;
	WRITE_ONCE(disk->dead, true);
	spin_unlock(&disk->needs_lock);
	if (dead)
		return;

	pr_err("%s: lower device %pg has gone\n", disk->gd->disk_name, disk->lower);
	blk_mark_disk_dead(disk->gd);
	/*
	 * Submitters cannot poll any more, but the removal of the lower device waits for polled
	 * I/O
	 */
	zcblk_poll_kick(disk);
	set_capacity(disk->gd, 0);
}

/**
 * zcblk_lower_watch() - check the lower device, and follow its changes or its loss
 * @work: &zcblk_disk.watch
 *
 * The function also checks for ranges that are held for too long. It schedules the next check,
 * unless the lower device is gone.
 *
 * Context: workqueue, once a second.
 */
void zcblk_lower_watch(struct work_struct *work)
{
	struct zcblk_disk *disk = container_of(to_delayed_work(work),
					       struct zcblk_disk, watch);

	if (test_bit(GD_DEAD, &disk->lower->bd_disk->state))
		zcblk_lower_gone(disk);
	if (READ_ONCE(disk->dead))
		return;
	zcblk_follow(disk);
	if (disk->ranges)
		zcblk_ranges_watch(disk->ranges, disk->gd->disk_name);
	zcblk_lower_watch_start(disk);
}
