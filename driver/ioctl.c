// SPDX-License-Identifier: GPL-2.0-only
/*
 * Passes to the lower device what the block layer does not handle itself: ioctls, persistent
 * reservations, the geometry and unique identifiers.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/blkdev.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/hdreg.h>
#include <linux/nvme_ioctl.h>
#include <linux/pr.h>
#include <scsi/scsi.h>
#include <scsi/sg.h>

#include "zcblk.h"

typedef int zcblk_ioctl_fn(struct block_device *bdev, blk_mode_t mode, unsigned int cmd,
			   unsigned long arg);

/*
 * Return: the lower device, or NULL if the disk is dead. The caller must have the disk open,
 * because the disk keeps the lower device until the last close.
 */
static struct block_device *zcblk_ioctl_lower(struct gendisk *gd)
{
	struct zcblk_disk *disk = gd->private_data;

	return test_bit(GD_DEAD, &gd->state) ? NULL : disk->lower;
}

/*
 * Passes an ioctl to a lower device that must not be written to. The function removes write access
 * and capabilities from the call, so that SG_IO sends no commands that write. Other ioctls may
 * write without such a check, for example NVME_IOCTL_SUBMIT_IO before v6.2. So the function passes
 * only SG_IO and known queries. Return: what the lower device returns; -EPERM for all other ioctls;
 * or -ENOMEM.
 */
static int zcblk_ioctl_read_only(zcblk_ioctl_fn *ioctl, struct block_device *lower,
				 blk_mode_t mode, unsigned int cmd, unsigned long arg)
{
	const struct cred *caller;
	struct cred *cred;
	int err;

	switch (cmd) {
	case SG_IO:
	case SG_GET_VERSION_NUM:
	case SCSI_IOCTL_GET_IDLUN:
	case SCSI_IOCTL_GET_BUS_NUMBER:
	case NVME_IOCTL_ID:
		break;
	default:
		return -EPERM;
	}

	cred = prepare_creds();
	if (!cred)
		return -ENOMEM;
	cred->cap_effective = CAP_EMPTY_SET;
	caller = override_creds(cred);
	err = ioctl(lower, mode & ~BLK_OPEN_WRITE, cmd, arg);
	revert_creds(caller);
	put_cred(cred);
	return err;
}

/*
 * Passes an ioctl to the lower device. A command may affect the whole device. So if @bdev or @lower
 * is a partition, the caller needs CAP_SYS_RAWIO.
 */
static int zcblk_ioctl_pass(zcblk_ioctl_fn *ioctl, struct block_device *bdev,
			    struct block_device *lower, blk_mode_t mode,
			    unsigned int cmd, unsigned long arg)
{
	if (!ioctl)
		return -ENOTTY;
	if ((bdev_is_partition(bdev) || bdev_is_partition(lower)) && !capable(CAP_SYS_RAWIO))
		return -ENOIOCTLCMD;
	if (bdev_read_only(bdev) || bdev_read_only(lower))
		return zcblk_ioctl_read_only(ioctl, lower, mode, cmd, arg);
	return ioctl(lower, mode, cmd, arg);
}

/**
 * zcblk_ioctl() - pass on an ioctl that the block layer does not know
 * @bdev: a zcblk disk, or a partition of one
 * @mode: how @bdev was opened
 * @cmd: the ioctl
 * @arg: argument of the ioctl
 *
 * Context: process, with @bdev open.
 * Return: what the lower device returns, or an error of zcblk. -ENXIO if the lower device is gone
 * or the disk was removed. -EPERM if @bdev or the lower device is read-only and @cmd might write.
 * -ENOIOCTLCMD if the caller lacks CAP_SYS_RAWIO for a partition. -ENOTTY if the lower device
 * has no ioctls. -ENOMEM if memory is short.
 */
int zcblk_ioctl(struct block_device *bdev, blk_mode_t mode, unsigned int cmd,
		unsigned long arg)
{
	struct block_device *lower = zcblk_ioctl_lower(bdev->bd_disk);

	if (!lower)
		return -ENXIO;
	return zcblk_ioctl_pass(lower->bd_disk->fops->ioctl, bdev, lower, mode, cmd, arg);
}

/**
 * zcblk_compat_ioctl() - pass on an ioctl of a 32-bit program
 * @bdev: a zcblk disk, or a partition of one
 * @mode: how @bdev was opened
 * @cmd: the ioctl
 * @arg: argument of the ioctl
 *
 * Context: process, with @bdev open.
 * Return: as zcblk_ioctl().
 */
int zcblk_compat_ioctl(struct block_device *bdev, blk_mode_t mode, unsigned int cmd,
		       unsigned long arg)
{
	struct block_device *lower = zcblk_ioctl_lower(bdev->bd_disk);

	if (!lower)
		return -ENXIO;
	return zcblk_ioctl_pass(lower->bd_disk->fops->compat_ioctl, bdev, lower, mode, cmd,
				arg);
}

/**
 * zcblk_getgeo() - look up the geometry of the lower device
 * @gd: a zcblk disk
 * @geo: where to store the geometry; the caller has already set @geo->start
 *
 * Context: process, with the disk open.
 * Return: what the lower device returns; -ENOTTY if the lower device has no geometry; -ENXIO if
 * the disk is dead.
 */
int zcblk_getgeo(struct gendisk *gd, struct hd_geometry *geo)
{
	struct block_device *lower = zcblk_ioctl_lower(gd);

	if (!lower)
		return -ENXIO;
	if (!lower->bd_disk->fops->getgeo)
		return -ENOTTY;
	return compat_getgeo(lower, geo);
}

/*
 * Return: the lower device; or NULL if the lower device is a partition, or if the disk is dead.
 * Reservations and identifiers belong to a whole disk, so zcblk does not pass them on for a
 * partition.
 */
static struct block_device *zcblk_ioctl_whole(struct gendisk *gd)
{
	struct block_device *lower = zcblk_ioctl_lower(gd);

	return lower && !bdev_is_partition(lower) ? lower : NULL;
}

/**
 * zcblk_get_unique_id() - look up a unique identifier of the lower device
 * @gd: a zcblk disk
 * @id: where to store the identifier
 * @type: kind of the identifier
 *
 * Context: process, with the disk open.
 * Return: the length of the identifier, or the error of the lower device. -EOPNOTSUPP if the lower
 * device is a partition or has no identifiers, or if the disk is dead.
 */
int zcblk_get_unique_id(struct gendisk *gd, u8 id[16], enum blk_unique_id type)
{
	struct block_device *lower = zcblk_ioctl_whole(gd);

	if (!lower || !lower->bd_disk->fops->get_unique_id)
		return -EOPNOTSUPP;
	return lower->bd_disk->fops->get_unique_id(lower->bd_disk, id, type);
}

/*
 * Defines the function of zcblk that calls the operation @_op of the lower device. The variable
 * arguments are the parameters in @_proto that follow bdev.
 */
#define ZCBLK_PR_OP(_op, _proto, ...)						\
static int zcblk_##_op _proto							\
{										\
	struct block_device *lower = zcblk_ioctl_whole(bdev->bd_disk);		\
	const struct pr_ops *ops = lower ? lower->bd_disk->fops->pr_ops : NULL;	\
										\
	return ops && ops->_op ? ops->_op(lower, __VA_ARGS__) : -EOPNOTSUPP;	\
}

ZCBLK_PR_OP(pr_register,
	    (struct block_device *bdev, u64 old_key, u64 new_key, u32 flags),
	    old_key, new_key, flags)
ZCBLK_PR_OP(pr_reserve,
	    (struct block_device *bdev, u64 key, enum pr_type type, u32 flags),
	    key, type, flags)
ZCBLK_PR_OP(pr_release, (struct block_device *bdev, u64 key, enum pr_type type), key, type)
ZCBLK_PR_OP(pr_preempt,
	    (struct block_device *bdev, u64 old_key, u64 new_key, enum pr_type type,
	     bool abort),
	    old_key, new_key, type, abort)
ZCBLK_PR_OP(pr_clear, (struct block_device *bdev, u64 key), key)
COMPAT_PR_READ(ZCBLK_PR_OP(pr_read_keys,
			   (struct block_device *bdev, struct pr_keys *keys), keys))
COMPAT_PR_READ(ZCBLK_PR_OP(pr_read_reservation,
			   (struct block_device *bdev, struct pr_held_reservation *held),
			   held))

const struct pr_ops zcblk_pr_ops = {
	.pr_register = zcblk_pr_register,
	.pr_reserve = zcblk_pr_reserve,
	.pr_release = zcblk_pr_release,
	.pr_preempt = zcblk_pr_preempt,
	.pr_clear = zcblk_pr_clear,
	COMPAT_PR_READ(.pr_read_keys = zcblk_pr_read_keys,
		       .pr_read_reservation = zcblk_pr_read_reservation)
};
