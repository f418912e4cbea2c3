// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copies changed properties of the lower device to the disk while the disk is up.
 *
 * The kernel does not report such changes to a holder, so a worker compares the properties once
 * a second. Only a property that has changed is copied. If the user has set a property on the
 * disk itself, that value remains until the lower device's value changes. driver/README.md has
 * a table of all properties.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/backing-dev.h>

#include "zcblk.h"

static const char *const zcblk_property_names[] = {
	[ZCBLK_SIZE] = "size",
	[ZCBLK_READ_ONLY] = "read_only",
	[ZCBLK_BLOCK_SIZE] = "logical_block_size",
	[ZCBLK_ZONED] = "zoned",
	[ZCBLK_DISCARD] = "discard",
	[ZCBLK_SECURE_ERASE] = "secure_erase",
	[ZCBLK_WRITE_ZEROES] = "write_zeroes",
	[ZCBLK_STABLE_WRITES] = "stable_writes",
	[ZCBLK_ROTATIONAL] = "rotational",
	[ZCBLK_NOWAIT] = "nowait",
	[ZCBLK_READ_AHEAD] = "read_ahead",
};

static u64 zcblk_property(struct block_device *lower, enum zcblk_property property)
{
	switch (property) {
	case ZCBLK_SIZE:
		return bdev_nr_sectors(lower);
	case ZCBLK_READ_ONLY:
		return bdev_read_only(lower);
	case ZCBLK_BLOCK_SIZE:
		return bdev_logical_block_size(lower);
	case ZCBLK_ZONED:
		return bdev_is_zoned(lower);
	case ZCBLK_DISCARD:
		return (u64)bdev_max_discard_sectors(lower) << 32 |
		       bdev_discard_granularity(lower);
	case ZCBLK_SECURE_ERASE:
		return bdev_max_secure_erase_sectors(lower);
	case ZCBLK_WRITE_ZEROES:
		return bdev_write_zeroes_sectors(lower);
	case ZCBLK_STABLE_WRITES:
		return bdev_stable_writes(lower);
	case ZCBLK_ROTATIONAL:
		return bdev_rot(lower);
	case ZCBLK_NOWAIT:
		return bdev_nowait(lower);
	case ZCBLK_READ_AHEAD:
		return lower->bd_disk->bdi->ra_pages;
	default:
		return 0;
	}
}

/*
 * Reads all properties of the lower device. Return: a bit for each property that has changed
 * since the last call.
 */
static unsigned long zcblk_follow_look(struct zcblk_disk *disk)
{
	unsigned long changed = 0;
	unsigned int i;
	u64 now;

	for (i = 0; i < ZCBLK_NR_PROPERTIES; i++) {
		now = zcblk_property(disk->lower, i);
		if (now != disk->seen[i])
			changed |= BIT(i);
		disk->seen[i] = now;
	}
	return changed;
}

/*
 * Makes the disk refuse all I/O if the lower device has become zoned or now has larger logical
 * blocks than the disk. If the lower device fits again, the disk accepts I/O again.
 */
static void zcblk_follow_fit(struct zcblk_disk *disk)
{
	unsigned int size = queue_logical_block_size(disk->gd->queue);
	bool unfit = disk->seen[ZCBLK_ZONED] || disk->seen[ZCBLK_BLOCK_SIZE] > size;

	if (unfit == disk->unfit)
		return;

	WRITE_ONCE(disk->unfit, unfit);
	if (unfit)
		zcblk_io_add_needs(disk, ZCBLK_NEEDS_REFUSE);
	if (disk->seen[ZCBLK_ZONED])
		pr_err("%s: lower device %pg has become zoned, which zcblk does not support; all I/O is refused; write 0 to power\n",
		       disk->gd->disk_name, disk->lower);
	else if (unfit)
		pr_err("%s: lower device %pg now has logical blocks of %llu bytes, the disk of %u; all I/O is refused; write 0 and then 1 to power\n",
		       disk->gd->disk_name, disk->lower, disk->seen[ZCBLK_BLOCK_SIZE], size);
	else
		pr_info("%s: lower device %pg fits again; I/O is no longer refused\n",
			disk->gd->disk_name, disk->lower);
}

static void zcblk_follow_announce(struct gendisk *gd, unsigned long changed)
{
	char text[160] = "ZCBLK_CHANGED=", *envp[] = { text, NULL };
	size_t at = strlen(text);
	unsigned int i;

	for_each_set_bit(i, &changed, ZCBLK_NR_PROPERTIES)
		at += scnprintf(text + at, sizeof(text) - at, "%s,", zcblk_property_names[i]);
	text[at - 1] = '\0';
	kobject_uevent_env(&disk_to_dev(gd)->kobj, KOBJ_CHANGE, envp);
}

/**
 * zcblk_follow_start() - record the properties of the lower device
 * @disk: the disk, which has no limits yet
 *
 * The function runs before the limits are set, so that zcblk_follow() notices every later change.
 *
 * Context: process.
 */
void zcblk_follow_start(struct zcblk_disk *disk)
{
	zcblk_follow_look(disk);
}

/**
 * zcblk_follow() - copy changed properties of the lower device to the disk, and send a uevent
 * @disk: a disk that is up
 *
 * Context: process; calls for the same disk must not overlap.
 */
void zcblk_follow(struct zcblk_disk *disk)
{
	unsigned long changed = zcblk_follow_look(disk);
	struct gendisk *gd = disk->gd;

	if (likely(!changed))
		return;

	if (changed & BIT(ZCBLK_SIZE))
		set_capacity_and_notify(gd, disk->seen[ZCBLK_SIZE]);
	if (changed & BIT(ZCBLK_READ_ONLY))
		set_disk_ro(gd, disk->set->read_only || disk->seen[ZCBLK_READ_ONLY]);
	if (changed & (BIT(ZCBLK_BLOCK_SIZE) | BIT(ZCBLK_ZONED)))
		zcblk_follow_fit(disk);
	if (changed & ZCBLK_LIMITS)
		zcblk_limits_follow(disk, changed);
	if (changed & BIT(ZCBLK_READ_AHEAD))
		gd->bdi->ra_pages = disk->seen[ZCBLK_READ_AHEAD];
	zcblk_follow_announce(gd, changed);
}

/**
 * zcblk_follow_unsupported() - stop offering an operation that the lower device rejects
 * @disk: the disk
 * @op: the operation
 *
 * Some devices report an unsupported operation only when it is submitted. The function sets the
 * disk's limit for the operation to 0, until the lower device's limit changes. The function also
 * clears the hardware limit. Otherwise, the block layer would restore the limit from the hardware
 * limit when any other limit of the disk changes.
 *
 * Context: any. The caller ends the bio after this call, so that the submitter sees the new
 * limit.
 */
void zcblk_follow_unsupported(struct zcblk_disk *disk, enum zcblk_op op)
{
	struct queue_limits *lim = &disk->gd->queue->limits;
	static const struct queue_limits none;

	if (op == ZCBLK_OP_DISCARD) {
		lim->max_hw_discard_sectors = 0;
		lim->max_discard_sectors = 0;
	} else if (op == ZCBLK_OP_SECURE_ERASE) {
		lim->max_secure_erase_sectors = 0;
	} else if (op == ZCBLK_OP_WRITE_ZEROES) {
		compat_copy_write_zeroes(lim, &none);
	}
}
