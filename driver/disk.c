// SPDX-License-Identifier: GPL-2.0-only
/*
 * Adds disks to the block layer, implements their operations, and removes them.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/backing-dev.h>
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>

#include "zcblk.h"

/* Number of disks that are not yet freed. An open disk counts even if it was removed by force. */
static atomic_t zcblk_nr_disks = ATOMIC_INIT(0);

/* List of the disks that hold a lower device */
static LIST_HEAD(zcblk_disks);
static DEFINE_MUTEX(zcblk_disks_lock);

/*
 * The driver has its own major number, because sg3_utils sends NVMe commands to all disks with
 * the block layer's own major number. LVM accepts a disk only if the name of its major number
 * begins with a name that LVM knows. blkext is such a name.
 */
#define ZCBLK_MAJOR_NAME	"blkext-" ZCBLK_NAME
/*
 * Number of minor numbers for each disk. Partitions with higher numbers use the block layer's
 * own major number.
 */
#define ZCBLK_MINORS		16

static int zcblk_major;
static DEFINE_IDA(zcblk_indices);

/* Minimum interval between messages about a refused removal, because tools often retry a removal */
#define ZCBLK_BUSY_MS	(10 * MSEC_PER_SEC)

static int zcblk_open(struct gendisk *gd, blk_mode_t mode)
{
	struct zcblk_disk *disk = gd->private_data;

	lockdep_assert_held(&gd->open_mutex);
	return disk->removing || READ_ONCE(disk->dead) ? -ENXIO : 0;
}

static void zcblk_release(struct gendisk *gd)
{
	struct zcblk_disk *disk = gd->private_data;

	lockdep_assert_held(&gd->open_mutex);
	if (disk->deferred && !disk_openers(gd))
		zcblk_configfs_last_close(disk->set);
}

COMPAT_DISK_OPEN(zcblk_open)
COMPAT_DISK_RELEASE(zcblk_release)
COMPAT_GETGEO(zcblk_getgeo)

/*
 * Makes the disk check each write from now on, because the block layer only warns about writes
 * to a read-only disk or partition
 */
static int zcblk_set_read_only(struct block_device *bdev, bool ro)
{
	zcblk_io_add_needs(bdev->bd_disk->private_data, ZCBLK_NEEDS_REFUSE);
	return 0;
}

/*
 * Removes the disk from the list of disks, so that no user of the list accesses the lower device,
 * and then closes the lower device
 */
static void zcblk_disk_close_lower(struct zcblk_disk *disk)
{
	mutex_lock(&zcblk_disks_lock);
	list_del_init(&disk->entry);
	mutex_unlock(&zcblk_disks_lock);
	zcblk_lower_close(disk);
}

static void zcblk_disk_free(struct zcblk_disk *disk)
{
	if (disk->removed && disk->lower_file)
		pr_info("%s: closed at last, and so is its lower device %pg\n",
			disk->gd->disk_name, disk->lower);
	zcblk_disk_close_lower(disk);
	zcblk_ranges_destroy(disk->ranges);
	destroy_workqueue(disk->wq);
	zcblk_bounce_pool_exit(&disk->bounce);
	zcblk_io_exit(disk);
	zcblk_stats_exit(disk);
	if (disk->index >= 0)
		ida_free(&zcblk_indices, disk->index);
	kfree(disk);
	if (atomic_dec_and_test(&zcblk_nr_disks))
		wake_up_var(&zcblk_nr_disks);
}

static void zcblk_free_disk(struct gendisk *gd)
{
	zcblk_disk_free(gd->private_data);
}

static const struct block_device_operations zcblk_fops = {
	.owner = THIS_MODULE,
	.submit_bio = zcblk_submit_bio,
	.poll_bio = zcblk_poll_bio,
	.open = compat_disk_open(zcblk_open),
	.set_read_only = zcblk_set_read_only,
	.release = compat_disk_release(zcblk_release),
	.ioctl = zcblk_ioctl,
	.compat_ioctl = zcblk_compat_ioctl,
	.getgeo = compat_getgeo_op(zcblk_getgeo),
	.get_unique_id = zcblk_get_unique_id,
	.pr_ops = &zcblk_pr_ops,
	.free_disk = zcblk_free_disk,
};

/**
 * zcblk_is_ours() - check whether a disk is a zcblk disk
 * @gd: any disk
 *
 * Context: any.
 * Return: true if @gd is a zcblk disk.
 */
bool zcblk_is_ours(const struct gendisk *gd)
{
	return gd->fops == &zcblk_fops;
}

/*
 * Waits until all disks are freed. After the last close, the block layer first releases the
 * module, and later frees the disk. So module exit must wait for the second step.
 *
 * A wait until zcblk_nr_disks is 0 is not enough. The task that decrements zcblk_nr_disks still
 * runs the rest of zcblk_disk_free() and of zcblk_free_disk(), and may be preempted there. The
 * task holds no RCU read lock, so the synchronize_rcu() of free_module() does not wait for the
 * task. synchronize_rcu_tasks() waits until each task has slept or left the kernel, and nothing
 * after the decrement sleeps. Without preemption, synchronize_rcu() has the same effect, and
 * rcupdate.h defines synchronize_rcu_tasks() as synchronize_rcu(). With preemption,
 * synchronize_rcu_tasks() needs CONFIG_TASKS_RCU, which BPF, ftrace and kprobes select.
 *
 * No test covers this race, because a test cannot stop a task right after the decrement.
 */
static void zcblk_disk_wait_all_freed(void)
{
	wait_var_event(&zcblk_nr_disks, !atomic_read(&zcblk_nr_disks));
	synchronize_rcu_tasks();
}

/**
 * zcblk_disk_init() - register a major number for disks
 *
 * Context: process, module init.
 * Return: 0 or a negative errno.
 */
int zcblk_disk_init(void)
{
	int major = register_blkdev(0, ZCBLK_MAJOR_NAME);

	if (major < 0)
		return major;
	zcblk_major = major;
	return 0;
}

/**
 * zcblk_disk_exit() - wait until all disks are freed, and unregister their major number
 *
 * Context: process, module exit.
 */
void zcblk_disk_exit(void)
{
	zcblk_disk_wait_all_freed();
	unregister_blkdev(zcblk_major, ZCBLK_MAJOR_NAME);
}

static struct zcblk_disk *zcblk_disk_alloc(const char *name,
					   const struct zcblk_settings *set)
{
	struct zcblk_disk *disk = kzalloc(sizeof(*disk), GFP_KERNEL);
	int err = -ENOMEM;

	if (!disk)
		return ERR_PTR(err);
	disk->set = set;
	spin_lock_init(&disk->needs_lock);
	mutex_init(&disk->holder_lock);
	xa_init(&disk->frozen);
	disk->own_needs = ZCBLK_NEEDS_SUPPORT;
	disk->index = -1;
	INIT_LIST_HEAD(&disk->entry);
	zcblk_io_update_needs(disk);
	INIT_DELAYED_WORK(&disk->watch, zcblk_lower_watch);
	INIT_DELAYED_WORK(&disk->poll_work, zcblk_poll_work);
	err = zcblk_stats_init(disk);
	if (err)
		goto free_disk;
	err = zcblk_io_init(disk);
	if (err)
		goto exit_stats;
	err = zcblk_copy_prepare(disk, name, zcblk_copying_path(set));
	if (err)
		goto exit_io;
	err = -ENOMEM;
	disk->wq = alloc_workqueue(ZCBLK_NAME "/%s", WQ_MEM_RECLAIM | WQ_UNBOUND,
				   0, name);
	if (!disk->wq)
		goto exit_bounce;
	if (set->range_lock) {
		disk->ranges = zcblk_ranges_create(zcblk_range_engines[set->range_lock],
						   &set->overlap, disk->wq);
		if (!disk->ranges)
			goto destroy_wq;
	}
	atomic_inc(&zcblk_nr_disks);
	return disk;

destroy_wq:
	destroy_workqueue(disk->wq);
exit_bounce:
	zcblk_bounce_pool_exit(&disk->bounce);
exit_io:
	zcblk_io_exit(disk);
exit_stats:
	zcblk_stats_exit(disk);
free_disk:
	kfree(disk);
	return ERR_PTR(err);
}

static int zcblk_disk_alloc_gd(struct zcblk_disk *disk, const char *name)
{
	struct gendisk *gd;

	disk->index = ida_alloc_max(&zcblk_indices, MINORMASK / ZCBLK_MINORS, GFP_KERNEL);
	if (disk->index < 0)
		return disk->index;
	gd = zcblk_limits_alloc_disk(disk, name);
	if (IS_ERR(gd))
		return PTR_ERR(gd);

	gd->major = zcblk_major;
	gd->first_minor = disk->index * ZCBLK_MINORS;
	gd->minors = ZCBLK_MINORS;
	gd->fops = &zcblk_fops;
	gd->private_data = disk;
	strscpy(gd->disk_name, name, sizeof(gd->disk_name));
	set_capacity(gd, disk->seen[ZCBLK_SIZE]);
	if (disk->set->read_only)
		set_disk_ro(gd, true);
	disk->gd = gd;
	if (disk->ranges)
		disk->ranges->gd = gd;
	return 0;
}

/*
 * Adds the disk to the block layer, and starts to watch its lower device. After success, only
 * zcblk_disk_remove() may remove the disk. On failure, the function drops the reference to the
 * gendisk.
 */
static int zcblk_disk_add_gd(struct zcblk_disk *disk)
{
	int err = add_disk(disk->gd);

	if (err) {
		put_disk(disk->gd);
		return err;
	}

	err = bd_link_disk_holder(disk->lower, disk->gd);
	if (err)
		pr_warn("%s: no holder link to %pg: %d\n", disk->gd->disk_name,
			disk->lower, err);
	disk->linked = !err;
	disk->gd->bdi->ra_pages = disk->seen[ZCBLK_READ_AHEAD];

	mutex_lock(&zcblk_disks_lock);
	list_add_tail(&disk->entry, &zcblk_disks);
	mutex_unlock(&zcblk_disks_lock);
	/* add_disk() has sent its uevent before the holder link existed, so send another uevent */
	disk_uevent(disk->gd, KOBJ_CHANGE);
	zcblk_lower_uevent(disk->lower);
	zcblk_debugfs_add(disk);
	zcblk_lower_watch_start(disk);
	return 0;
}

/*
 * Prints the name of the zcblk disk that holds the lower device, even if that disk was removed
 * by force
 */
static void zcblk_disk_name_holder(const char *name, const char *lower)
{
	struct zcblk_disk *disk;
	dev_t dev;

	if (lookup_bdev(lower, &dev))
		return;

	mutex_lock(&zcblk_disks_lock);
	list_for_each_entry(disk, &zcblk_disks, entry) {
		if (disk->lower->bd_dev != dev)
			continue;
		if (disk->removed)
			pr_err("%s: %pg is held by %s, which was removed by force and is still open; close or unmount it\n",
			       name, disk->lower, disk->gd->disk_name);
		else
			pr_err("%s: %pg is held by %s\n", name, disk->lower,
			       disk->gd->disk_name);
	}
	mutex_unlock(&zcblk_disks_lock);
}

/**
 * zcblk_disk_create() - claim the lower device and bring up a disk on it
 * @name: name of the disk
 * @set: settings of the disk; must stay valid until zcblk_disk_remove() succeeds
 *
 * Context: process; the path of the lower device is resolved for the current task.
 * Return: the disk, or an ERR_PTR(). The error is -ELOOP if the lower device is a zcblk disk,
 * -EOPNOTSUPP if it is zoned, and -EAGAIN if it is frozen. The error is -EROFS if the lower device
 * is read-only and the new disk is not. In all other cases, the error is that of the step that
 * failed.
 */
struct zcblk_disk *zcblk_disk_create(const char *name,
				     const struct zcblk_settings *set)
{
	struct zcblk_disk *disk = zcblk_disk_alloc(name, set);
	int err;

	if (IS_ERR(disk))
		return disk;
	err = zcblk_lower_open(disk, name);
	if (err == -EBUSY)
		zcblk_disk_name_holder(name, set->lower);
	if (err)
		goto free_disk;
	disk->can_poll = zcblk_lower_can_poll(disk->lower);
	err = zcblk_disk_alloc_gd(disk, name);
	if (err)
		goto complain;
	err = zcblk_disk_add_gd(disk);
	if (err)
		goto complain;
	return disk;

complain:
	pr_err("%s: the kernel rejects the disk (%d)\n", name, err);
free_disk:
	zcblk_disk_free(disk);
	return ERR_PTR(err);
}

/*
 * Makes the disk reject new openers, and cancels its deferred removal. Return: 0, or -EBUSY if the
 * disk is open and @force is false. The kernel log reports -EBUSY, unless the removal is deferred,
 * or a message was printed within the last ZCBLK_BUSY_MS.
 */
static int zcblk_disk_shut(struct zcblk_disk *disk, bool force)
{
	struct gendisk *gd = disk->gd;
	int err = 0;

	mutex_lock(&gd->open_mutex);
	if (disk_openers(gd) && !force) {
		err = -EBUSY;
	} else {
		WRITE_ONCE(disk->removing, true);
		WRITE_ONCE(disk->deferred, false);
	}
	mutex_unlock(&gd->open_mutex);

	if (err && !disk->deferred && printk_timed_ratelimit(&disk->said_busy, ZCBLK_BUSY_MS))
		pr_err("%s: cannot be removed while it is open; close it, or write deferred or force to power\n",
		       gd->disk_name);
	return err;
}

/**
 * zcblk_disk_defer() - schedule or cancel the removal of a disk at its last close
 * @disk: a disk from zcblk_disk_create()
 * @defer: true to call zcblk_configfs_last_close() at the last close; false to cancel that call
 *
 * Context: process.
 */
void zcblk_disk_defer(struct zcblk_disk *disk, bool defer)
{
	mutex_lock(&disk->gd->open_mutex);
	WRITE_ONCE(disk->deferred, defer);
	mutex_unlock(&disk->gd->open_mutex);
}

/**
 * zcblk_disk_remove() - shut a disk down
 * @disk: a disk from zcblk_disk_create()
 * @force: true to remove the disk even if it is open; all later I/O then ends with an error
 *
 * After success, no I/O is in flight. The function also releases the lower device, unless the
 * disk is still open after a forced removal. In that case, the last close releases the lower
 * device.
 *
 * Context: process.
 * Return: 0, and the caller must then call zcblk_disk_put(); or -EBUSY if the disk is open and
 * @force is false.
 */
int zcblk_disk_remove(struct zcblk_disk *disk, bool force)
{
	struct gendisk *gd = disk->gd;
	int err = zcblk_disk_shut(disk, force);

	if (err)
		return err;
	cancel_delayed_work_sync(&disk->watch);
	if (force) {
		/*
		 * First fail the bios that wait for a range. Otherwise, blk_mark_disk_dead()
		 * could make a file system wait for these bios.
		 */
		if (disk->ranges)
			zcblk_ranges_cancel(disk->ranges);
		blk_mark_disk_dead(gd);
		/* Submitters cannot poll a dead disk, so a worker polls for their I/O */
		zcblk_poll_kick(disk);
	}
	/*
	 * Thaw only after blk_mark_disk_dead(), so that the writes of a thawed file system
	 * fail. Otherwise, these writes would wait until the lower device thaws.
	 */
	zcblk_holder_stop(disk);
	if (disk->linked)
		bd_unlink_disk_holder(disk->lower, gd);
	del_gendisk(gd);
	zcblk_io_drain(disk);
	cancel_delayed_work_sync(&disk->poll_work);
	/*
	 * Remove the debugfs files only now, because they show the I/O that zcblk_io_drain()
	 * waits for
	 */
	zcblk_debugfs_del(disk);

	WRITE_ONCE(disk->removed, true);
	if (disk_openers(gd))
		pr_warn("%s: removed while open; it holds %pg until it is closed or unmounted\n",
			gd->disk_name, disk->lower);
	else
		zcblk_disk_close_lower(disk);
	return 0;
}

/**
 * zcblk_disk_put() - drop the driver's own reference to a disk
 * @disk: a disk that zcblk_disk_remove() has shut down; the caller must not access the disk
 *	afterwards
 *
 * Context: process.
 */
void zcblk_disk_put(struct zcblk_disk *disk)
{
	put_disk(disk->gd);
}

/**
 * zcblk_disk_state() - name the state of a disk, for the user
 * @disk: a disk for which zcblk_disk_put() was not called
 *
 * Context: any.
 * Return: "removing", "dead", "deferred" or "live".
 */
const char *zcblk_disk_state(const struct zcblk_disk *disk)
{
	if (READ_ONCE(disk->removing))
		return "removing";
	if (READ_ONCE(disk->dead))
		return "dead";
	return READ_ONCE(disk->deferred) ? "deferred" : "live";
}

/**
 * zcblk_disks_show() - print the disks whose removal has started or was deferred
 * @page: the page to write to
 *
 * A removed disk is printed until its last close.
 *
 * Context: process.
 * Return: the number of bytes written.
 */
ssize_t zcblk_disks_show(char *page)
{
	struct zcblk_disk *disk;
	ssize_t len = 0;

	mutex_lock(&zcblk_disks_lock);
	list_for_each_entry(disk, &zcblk_disks, entry) {
		dev_t dev = disk_devt(disk->gd), lower = disk->lower->bd_dev;

		if (!READ_ONCE(disk->removing) && !READ_ONCE(disk->deferred))
			continue;
		len += sysfs_emit_at(page, len, "%s %s %u:%u %u:%u %pg\n",
				     disk->gd->disk_name,
				     READ_ONCE(disk->removed) ? "removed" : zcblk_disk_state(disk),
				     MAJOR(dev), MINOR(dev), MAJOR(lower), MINOR(lower),
				     disk->lower);
	}
	mutex_unlock(&zcblk_disks_lock);
	return len;
}

/**
 * zcblk_disks_find() - look up a disk among the disks that hold a lower device
 * @match: function that returns true for a disk that matches
 * @name: second argument of @match
 * @removed: true to search the disks that were removed and are still open; false to search all
 *	other disks
 *
 * Context: process.
 * Return: true if a disk matches.
 */
bool zcblk_disks_find(bool (*match)(const char *disk, const char *name), const char *name,
		      bool removed)
{
	struct zcblk_disk *disk;
	bool found = false;

	mutex_lock(&zcblk_disks_lock);
	list_for_each_entry(disk, &zcblk_disks, entry)
		if (READ_ONCE(disk->removed) == removed &&
		    match(disk->gd->disk_name, name))
			found = true;
	mutex_unlock(&zcblk_disks_lock);
	return found;
}
