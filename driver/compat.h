/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Supplies the names of current kernels to older ones.
 *
 * The driver is written for the newest kernel; this is the only file that
 * looks at what a kernel has (compat.mk asks its headers). Each shim stands
 * for one upstream change and goes when the oldest supported kernel has it.
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

/* BLK_STS_NEXUS became BLK_STS_RESV_CONFLICT (v6.5) */
#ifndef BLK_STS_RESV_CONFLICT
#define BLK_STS_RESV_CONFLICT BLK_STS_NEXUS
#endif

/*
 * block: pass a gendisk to ->open (v6.5). COMPAT_DISK_OPEN(fn) makes the entry
 * that compat_disk_open(fn) names, from fn(struct gendisk *, blk_mode_t).
 * block: ->release does not need the mode (v6.5): the same, from fn(struct gendisk *).
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
 * block: pass a gendisk to ->getgeo (v6.18). COMPAT_GETGEO(fn) makes the entry that
 * compat_getgeo_op(fn) names. compat_getgeo() asks another driver.
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

/* block: read keys and reservations in pr_ops (v6.5): code that only then is there */
#ifdef COMPAT_HAVE_PR_READ
#define COMPAT_PR_READ(...) __VA_ARGS__
#else
#define COMPAT_PR_READ(...)
#endif

/* block: open block devices as files (v6.9) */
#ifndef COMPAT_HAVE_BDEV_FILE
#ifdef COMPAT_HAVE_GENDISK_OPEN
#error "Linux 6.5 to 6.8 opens block devices in a way that is not known here"
#endif

struct blk_holder_ops;

/* What older kernels want back at blkdev_put(); stands in for a struct file */
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

/* fs: holders freeze and thaw (v6.8); without it holder.c is not built */
#define zcblk_holder_ops	NULL
#define zcblk_holder_stop(disk)	((void)(disk))
#define compat_freeze_count(bdev)	((bdev)->bd_fsfreeze_count)
#else
struct zcblk_disk;

extern const struct blk_holder_ops *const zcblk_holder_ops;
void zcblk_holder_stop(struct zcblk_disk *disk);
#define compat_freeze_count(bdev)	atomic_read(&(bdev)->bd_fsfreeze_count)
#endif

/* The block layer has no name for this */
static inline bool compat_bdev_is_frozen(struct block_device *bdev)
{
	return compat_freeze_count(bdev) > 0;
}

/*
 * block: fix use after free for bd_holder_dir (v6.2). del_gendisk() makes the lower
 * disk not live under its open_mutex, and only then drops the first reference to
 * bd_holder_dir. The directory of a partition goes at the same time, as an open
 * partition is not deleted before. So a reference that is acquired under the mutex
 * while the disk is live keeps the directory. If it has left sysfs by the time of
 * the call, making a link in it fails with ENOENT.
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

/* block: integrity memory is at hand for every bio_set (v6.15); the other way round */
#ifndef COMPAT_HAVE_BIOSET_INTEGRITY_CREATE
static inline int bioset_integrity_create(struct bio_set *bs, int pool_size)
{
	return 0;
}
#endif

/* block: add a bdev_rw_virt helper (v6.16) */
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

/* block: remove the queue from blk_rq_map_kern() (v6.15) */
#ifndef COMPAT_HAVE_RQ_MAP_KERN_RQ
#define blk_rq_map_kern(rq, buf, len, gfp) blk_rq_map_kern((rq)->q, rq, buf, len, gfp)
#endif

/*
 * block: pass a batch to ->end_io of a request (v7.0). COMPAT_RQ_END_IO(fn) makes
 * the entry that compat_rq_end_io(fn) names.
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
 * dm-io: report unsupported regions apart from failed ones (v7.1). COMPAT_DM_IO_NOTIFY(fn)
 * makes the entry that compat_dm_io_notify(fn) names.
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

/* block: a feature says whether a queue can be polled (v6.11) */
#ifdef BLK_FEAT_POLL
#define compat_queue_has_poll(q)	((q)->limits.features & BLK_FEAT_POLL)
#else
#define compat_queue_has_poll(q)	test_bit(QUEUE_FLAG_POLL, &(q)->queue_flags)
#endif

/* block: a queue may have the feature, but no hardware queue for it (v6.14) */
static inline bool compat_queue_can_poll(struct request_queue *q)
{
	return compat_queue_has_poll(q) &&
	       (!queue_is_mq(q) || q->tag_set->map[HCTX_TYPE_POLL].nr_queues);
}

/* block: polling does not sleep (v6.5) */
#ifndef BLK_POLL_NOSLEEP
#define BLK_POLL_NOSLEEP 0
#endif

/* block: BLK_STS_INVAL (v6.11) */
#ifndef BLK_STS_INVAL
#define BLK_STS_INVAL BLK_STS_IOERR
#endif

/* block: bdev_nonrot() became bdev_rot() (v7.1) */
#ifndef COMPAT_HAVE_BDEV_ROT
#define bdev_rot(bdev)	(!bdev_nonrot(bdev))
#endif

/*
 * block: use bvec iterator helper for bio_may_need_split() (v7.0). Earlier kernels use the fast
 * path for a bio of one page only if bi_vcnt is 1, but bi_vcnt of a clone is 0. So the clone
 * gets the bi_vcnt of @bio. This is safe: the block layer's other readers of bi_vcnt handle
 * only bios that own their bio_vec table.
 */
static inline void compat_clone_vcnt(struct bio *clone, const struct bio *bio)
{
#ifdef COMPAT_NEED_CLONE_VCNT
	clone->bi_vcnt = bio->bi_vcnt;
#endif
}

/* block: Add core atomic write support (v6.11) */
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

/* block: Restore the per-bio/request data lifetime fields (v6.9): before, a bio has no hint */
static inline void compat_bio_set_write_hint(struct bio *bio, u8 hint)
{
#ifdef COMPAT_HAVE_WRITE_HINT
	bio->bi_write_hint = hint;
#endif
}

/* block: Add BLK_FEAT_ATOMIC_WRITES (v6.14): a disk says that its limits are to count */
#ifndef BLK_FEAT_ATOMIC_WRITES
#define BLK_FEAT_ATOMIC_WRITES 0
#endif

/*
 * block: new max_hw_wzeroes_unmap_sectors queue limit (v6.17). The block layer accepts only 0
 * or the value of max_write_zeroes_sectors. The two limits of a lower device differ after its
 * driver has set max_write_zeroes_sectors to 0, because the operation failed.
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

/* lib/crc: crc32c() needs no module of its own (v6.14) */
#ifndef COMPAT_HAVE_CRC32C
#define crc32c(crc, p, len)	__crc32c_le(crc, p, len)
#endif

/*
 * mm: is_vmalloc_or_module_addr() is exported (v6.12). Where modules are in the
 * range of vmalloc() this says yes for all of that.
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

/* Without CONFIG_STACKTRACE there is nothing to look at */
#ifndef CONFIG_STACKTRACE
static inline unsigned int stack_trace_save(unsigned long *store,
					    unsigned int size, unsigned int skipnr)
{
	return 0;
}
#endif

#endif /* _ZCBLK_COMPAT_H */
