/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The driver uses the interfaces of the newest kernel. If an older kernel lacks an interface, this
 * header defines it.
 *
 * compat.mk searches the headers of the target kernel, and defines COMPAT_* macros for what it
 * finds. In the driver, only this header checks these macros. Each definition here replaces one
 * upstream change. The definition is removed when the oldest supported kernel has that change.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _ZCBLK_COMPAT_H
#define _ZCBLK_COMPAT_H

#include <linux/bio.h>
#include <linux/blk-mq.h>
#include <linux/blkdev.h>
#include <linux/crc32.h>
#include <linux/dm-io.h>
#include <linux/err.h>
#include <linux/kobject.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/stacktrace.h>

/* v6.5 renamed BLK_STS_NEXUS to BLK_STS_RESV_CONFLICT */
#ifndef BLK_STS_RESV_CONFLICT
#define BLK_STS_RESV_CONFLICT BLK_STS_NEXUS
#endif

/*
 * Since v6.5, ->open has the parameters (struct gendisk *, blk_mode_t), like @fn. For older
 * kernels, COMPAT_DISK_OPEN(fn) defines a wrapper of @fn with the old parameters.
 * compat_disk_open(fn) is the function to store in ->open.
 *
 * Since v6.5, ->release has the parameter (struct gendisk *). COMPAT_DISK_RELEASE(fn) and
 * compat_disk_release(fn) do the same for ->release.
 */
#ifdef COMPAT_HAVE_GENDISK_OPEN
#define COMPAT_DISK_OPEN(fn)
#define compat_disk_open(fn) fn
#define COMPAT_DISK_RELEASE(fn)
#define compat_disk_release(fn) fn
#else
#define blk_mode_t	fmode_t
#define BLK_OPEN_READ	FMODE_READ
#define BLK_OPEN_WRITE	FMODE_WRITE
#define COMPAT_DISK_OPEN(fn)						\
static int compat_##fn(struct block_device *bdev, fmode_t mode)	\
{									\
	return fn(bdev->bd_disk, mode);					\
}

#define compat_disk_open(fn) compat_##fn
#define COMPAT_DISK_RELEASE(fn)						\
static void compat_##fn(struct gendisk *gd, fmode_t mode)		\
{									\
	fn(gd);								\
}

#define compat_disk_release(fn) compat_##fn
#endif

/*
 * Since v6.18, the first parameter of ->getgeo is a gendisk. For older kernels,
 * COMPAT_GETGEO(fn) defines a wrapper of @fn with the old parameters. compat_getgeo_op(fn) is
 * the function to store in ->getgeo. compat_getgeo() calls ->getgeo of another driver.
 */
#ifdef COMPAT_HAVE_GENDISK_GETGEO
#define COMPAT_GETGEO(fn)
#define compat_getgeo_op(fn) fn
#define compat_getgeo(bdev, geo) ((bdev)->bd_disk->fops->getgeo((bdev)->bd_disk, geo))
#else
#define COMPAT_GETGEO(fn)						\
static int compat_##fn(struct block_device *bdev, struct hd_geometry *geo)	\
{									\
	return fn(bdev->bd_disk, geo);					\
}

#define compat_getgeo_op(fn) compat_##fn
#define compat_getgeo(bdev, geo) ((bdev)->bd_disk->fops->getgeo(bdev, geo))
#endif

/*
 * v6.5 adds pr_read_keys and pr_read_reservation. For older kernels, COMPAT_PR_READ() removes
 * the code in its parentheses.
 */
#ifdef COMPAT_HAVE_PR_READ
#define COMPAT_PR_READ(...) __VA_ARGS__
#else
#define COMPAT_PR_READ(...)
#endif

/* Since v6.9, the kernel opens block devices as files */
#ifndef COMPAT_HAVE_BDEV_FILE
#ifdef COMPAT_HAVE_GENDISK_OPEN
#error "Linux 6.5 to 6.8 opens block devices in a way that is not known here"
#endif

struct blk_holder_ops;

/* Replaces struct file, and stores the arguments of blkdev_put() on older kernels */
struct compat_bdev_file {
	struct block_device *bdev;
	fmode_t mode;
};

static inline struct file *
bdev_file_open_by_path(const char *path, blk_mode_t mode, void *holder,
		       const struct blk_holder_ops *hops)
{
	struct compat_bdev_file *file = kmalloc(sizeof(*file), GFP_KERNEL);
	struct block_device *bdev;

	if (!file)
		return ERR_PTR(-ENOMEM);
	file->mode = mode | (holder ? FMODE_EXCL : 0);
	bdev = blkdev_get_by_path(path, file->mode, holder);
	if (IS_ERR(bdev)) {
		kfree(file);
		return ERR_CAST(bdev);
	}
	file->bdev = bdev;
	return (struct file *)file;
}

static inline struct block_device *file_bdev(struct file *bdev_file)
{
	return ((struct compat_bdev_file *)bdev_file)->bdev;
}

static inline void bdev_fput(struct file *bdev_file)
{
	struct compat_bdev_file *file = (struct compat_bdev_file *)bdev_file;

	blkdev_put(file->bdev, file->mode);
	kfree(file);
}

/* Since v6.8, a holder has freeze and thaw operations. For older kernels, holder.c is not built. */
#define zcblk_holder_ops	NULL
#define zcblk_holder_stop(disk)	((void)(disk))
#define compat_freeze_count(bdev)	((bdev)->bd_fsfreeze_count)
#else
struct zcblk_disk;

extern const struct blk_holder_ops *const zcblk_holder_ops;
void zcblk_holder_stop(struct zcblk_disk *disk);
#define compat_freeze_count(bdev)	atomic_read(&(bdev)->bd_fsfreeze_count)
#endif

/* True if the device is frozen. The block layer has no function for this check. */
static inline bool compat_bdev_is_frozen(struct block_device *bdev)
{
	return compat_freeze_count(bdev) > 0;
}

/*
 * v6.2 fixes a use after free of bd_holder_dir. On older kernels, this wrapper holds a
 * reference to the directory while bd_link_disk_holder() makes the links.
 *
 * del_gendisk() first marks the lower disk as not live, under open_mutex. It then drops the block
 * layer's reference to bd_holder_dir. For a partition, that reference is not dropped earlier
 * either, because an open partition is not deleted. So under open_mutex, bd_holder_dir of a live
 * disk is valid.
 *
 * If the directory is no longer in sysfs, bd_link_disk_holder() fails with ENOENT.
 */
#ifdef COMPAT_NEED_HOLDER_DIR_PIN
static inline int compat_bd_link_disk_holder(struct block_device *bdev,
					     struct gendisk *disk)
{
	struct gendisk *lower = bdev->bd_disk;
	struct kobject *dir = NULL;
	int err;

	mutex_lock(&lower->open_mutex);
	if (disk_live(lower))
		dir = kobject_get(bdev->bd_holder_dir);
	mutex_unlock(&lower->open_mutex);
	if (!dir)
		return -ENODEV;
	err = bd_link_disk_holder(bdev, disk);
	kobject_put(dir);
	return err;
}

#define bd_link_disk_holder(bdev, disk) compat_bd_link_disk_holder(bdev, disk)
#endif

/*
 * v6.15 removes bioset_integrity_create(), because every bio_set can then allocate integrity
 * memory
 */
#ifndef COMPAT_HAVE_BIOSET_INTEGRITY_CREATE
static inline int bioset_integrity_create(struct bio_set *bs, int pool_size)
{
	return 0;
}
#endif

/* v6.16 adds bdev_rw_virt() */
#ifndef COMPAT_HAVE_BDEV_RW_VIRT
static inline int bdev_rw_virt(struct block_device *bdev, sector_t sector,
			       void *data, size_t len, enum req_op op)
{
	struct bio_vec bv;
	struct bio bio;
	int err;

	bio_init(&bio, bdev, &bv, 1, op);
	bio.bi_iter.bi_sector = sector;
	__bio_add_page(&bio, virt_to_page(data), len, offset_in_page(data));
	err = submit_bio_wait(&bio);
	bio_uninit(&bio);
	return err;
}
#endif

/* v6.15 removes the queue parameter of blk_rq_map_kern() */
#ifndef COMPAT_HAVE_RQ_MAP_KERN_RQ
#define blk_rq_map_kern(rq, buf, len, gfp) blk_rq_map_kern((rq)->q, rq, buf, len, gfp)
#endif

/*
 * Since v7.0, ->end_io of a request has a batch as a parameter. For older kernels,
 * COMPAT_RQ_END_IO(fn) defines a wrapper of @fn with the old parameters. compat_rq_end_io(fn)
 * is the function to store in ->end_io.
 */
#ifdef COMPAT_HAVE_RQ_END_IO_BATCH
#define COMPAT_RQ_END_IO(fn)
#define compat_rq_end_io(fn) fn
#else
#define COMPAT_RQ_END_IO(fn)						\
static enum rq_end_io_ret compat_##fn(struct request *rq, blk_status_t status)	\
{									\
	return fn(rq, status, NULL);					\
}

#define compat_rq_end_io(fn) compat_##fn
#endif

/*
 * Since v7.1, dm_io() reports unsupported regions apart from failed regions. For older kernels,
 * COMPAT_DM_IO_NOTIFY(fn) defines a wrapper of @fn with the old parameters, and the macro dm_io()
 * drops the new parameter. compat_dm_io_notify(fn) is the callback to pass to dm_io().
 */
#ifdef COMPAT_HAVE_DM_IO_UNSUP
#define COMPAT_DM_IO_NOTIFY(fn)
#define compat_dm_io_notify(fn) fn
#else
#define dm_io(req, nr, where, errors, unsup, prio) dm_io(req, nr, where, errors, prio)
#define COMPAT_DM_IO_NOTIFY(fn)						\
static void compat_##fn(unsigned long error, void *context)		\
{									\
	fn(error, 0, context);						\
}

#define compat_dm_io_notify(fn) compat_##fn
#endif

/* v6.11 replaces QUEUE_FLAG_POLL with the feature BLK_FEAT_POLL */
#ifdef BLK_FEAT_POLL
#define compat_queue_has_poll(q)	((q)->limits.features & BLK_FEAT_POLL)
#else
#define compat_queue_has_poll(q)	test_bit(QUEUE_FLAG_POLL, &(q)->queue_flags)
#endif

/*
 * True if the queue can be polled. A queue may have BLK_FEAT_POLL, but no hardware queue for
 * polling. blk_mq_can_poll() checks the same, but is private to the block layer.
 */
static inline bool compat_queue_can_poll(struct request_queue *q)
{
	return compat_queue_has_poll(q) &&
	       (!queue_is_mq(q) || q->tag_set->map[HCTX_TYPE_POLL].nr_queues);
}

/* v6.5 removes BLK_POLL_NOSLEEP, because polling no longer sleeps */
#ifndef BLK_POLL_NOSLEEP
#define BLK_POLL_NOSLEEP 0
#endif

/* v6.11 adds BLK_STS_INVAL */
#ifndef BLK_STS_INVAL
#define BLK_STS_INVAL BLK_STS_IOERR
#endif

/* v7.1 replaces bdev_nonrot() with bdev_rot() */
#ifndef COMPAT_HAVE_BDEV_ROT
#define bdev_rot(bdev)	(!bdev_nonrot(bdev))
#endif

/*
 * Copies bi_vcnt to a clone. The block layer has a fast path for a bio of one page. Kernels before
 * v7.0 use this fast path only if bi_vcnt is 1, but bi_vcnt of a clone is 0. The copy is safe,
 * because all other code of the block layer reads bi_vcnt only of bios that own their bio_vec
 * table.
 */
static inline void compat_clone_vcnt(struct bio *clone, const struct bio *bio)
{
#ifdef COMPAT_NEED_CLONE_VCNT
	clone->bi_vcnt = bio->bi_vcnt;
#endif
}

/* v6.11 adds atomic writes */
#ifndef REQ_ATOMIC
#define REQ_ATOMIC 0

static inline bool bdev_can_atomic_write(struct block_device *bdev)
{
	return false;
}

static inline unsigned int queue_atomic_write_unit_max_bytes(const struct request_queue *q)
{
	return 0;
}
#endif

/* Sets the write hint of a bio. Before v6.9, a bio has no write hint. */
static inline void compat_bio_set_write_hint(struct bio *bio, u8 hint)
{
#ifdef COMPAT_HAVE_WRITE_HINT
	bio->bi_write_hint = hint;
#endif
}

/* v6.14 adds BLK_FEAT_ATOMIC_WRITES, which a disk sets to use its limits for atomic writes */
#ifndef BLK_FEAT_ATOMIC_WRITES
#define BLK_FEAT_ATOMIC_WRITES 0
#endif

/*
 * Copies the limits of REQ_OP_WRITE_ZEROES. v6.17 adds max_hw_wzeroes_unmap_sectors, and the
 * block layer accepts only 0 or the value of max_write_zeroes_sectors for it. On a lower device,
 * the two limits may differ. This happens if the operation failed, so that the lower device's
 * driver has set max_write_zeroes_sectors to 0. Both limits of the copy are 0 in that case.
 */
static inline void compat_copy_write_zeroes(struct queue_limits *lim,
					    const struct queue_limits *from)
{
	lim->max_write_zeroes_sectors = from->max_write_zeroes_sectors;
#ifdef COMPAT_HAVE_WZEROES_UNMAP
	lim->max_hw_wzeroes_unmap_sectors =
		from->max_hw_wzeroes_unmap_sectors == from->max_write_zeroes_sectors ?
		from->max_write_zeroes_sectors : 0;
	lim->max_wzeroes_unmap_sectors = min(lim->max_hw_wzeroes_unmap_sectors,
					     lim->max_user_wzeroes_unmap_sectors);
#endif
}

/* Since v6.14, crc32c() needs no module of its own. Older kernels have __crc32c_le() instead. */
#ifndef COMPAT_HAVE_CRC32C
#define crc32c(crc, p, len)	__crc32c_le(crc, p, len)
#endif

/*
 * True if @x may be an address in a module. zcblk cannot use is_vmalloc_or_module_addr(), because
 * kernels before v6.12 do not export it. If modules share the address range of vmalloc(), this
 * function returns true for that whole range.
 */
static inline bool compat_is_module_addr(const void *x)
{
#if defined(CONFIG_MODULES) && defined(MODULES_VADDR)
	unsigned long addr = (unsigned long)kasan_reset_tag(x);

	return addr >= MODULES_VADDR && addr < MODULES_END;
#else
	return false;
#endif
}

/* Without CONFIG_STACKTRACE, the saved stack is empty */
#ifndef CONFIG_STACKTRACE
static inline unsigned int stack_trace_save(unsigned long *store,
					    unsigned int size, unsigned int skipnr)
{
	return 0;
}
#endif

#endif /* _ZCBLK_COMPAT_H */
