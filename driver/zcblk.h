/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Private types of the zcblk driver, and prototypes grouped by the file that
 * owns them.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _ZCBLK_H
#define _ZCBLK_H

#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/configfs.h>
#include <linux/highmem.h>
#include <linux/llist.h>
#include <linux/mempool.h>
#include <linux/sizes.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <linux/zcblk.h>

#include "compat.h"
#include "range/range.h"
#include "words.h"

#define ZCBLK_NAME	"zcblk"

/* Lower devices that the module's parameter accepts */
#define ZCBLK_MAX_LOWER		16

/* Size limit of a piece that is copied, in bytes */
#define ZCBLK_BOUNCE_BYTES	(128 * 1024)

enum zcblk_path {
	ZCBLK_PATH_ZEROCOPY,	/* send the submitter's pages to the lower device */
	ZCBLK_PATH_COPY,	/* copy, and send bounce pages */
	ZCBLK_NR_PATHS,
	ZCBLK_PATH_AB = ZCBLK_NR_PATHS,	/* alternate between both */
};

enum zcblk_bounce_kind {
	ZCBLK_BOUNCE_PAGE,
	ZCBLK_BOUNCE_KMALLOC,
	ZCBLK_BOUNCE_VMALLOC,
	ZCBLK_NR_BOUNCE_KINDS,
	ZCBLK_BOUNCE_RESERVE = ZCBLK_NR_BOUNCE_KINDS,	/* from the mempool */
};

enum zcblk_stats_level {
	ZCBLK_STATS_OFF,
	ZCBLK_STATS_COUNTERS,
	ZCBLK_STATS_LATENCY,
};

enum zcblk_op {
	ZCBLK_OP_OTHER,
	ZCBLK_OP_READ,
	ZCBLK_OP_WRITE,
	ZCBLK_OP_FLUSH,		/* a preflush without data */
	ZCBLK_OP_DISCARD,
	ZCBLK_OP_SECURE_ERASE,
	ZCBLK_OP_WRITE_ZEROES,
	ZCBLK_NR_OPS,
};

static inline bool zcblk_op_has_data(enum zcblk_op op)
{
	return op == ZCBLK_OP_READ || op == ZCBLK_OP_WRITE;
}

/* The words that a setting accepts; each array ends with NULL */
extern const char *const zcblk_path_names[];
extern const char *const zcblk_bounce_names[];
extern const char *const zcblk_stats_names[];
extern const char *const zcblk_op_names[];
extern const char *const zcblk_unreferenced_names[];

/**
 * struct zcblk_settings - a disk's settings, from configfs
 * @lower: path of the lower device; fixed while the disk is up
 * @path: an enum zcblk_path; may change under load, after zcblk_copy_prepare()
 * @bounce: an enum zcblk_bounce_kind; may change under load
 * @stats: an enum zcblk_stats_level; may change under load
 * @stable: 1: detect changes of a write's data in flight; may change under load
 * @unreferenced: an enum zcblk_unreferenced, the policy for writes of pages without a
 *	reference count; may change under load, after
 *	zcblk_copy_prepare()
 * @range_lock: an enum zcblk_range_engine; fixed while the disk is up
 * @overlap: an enum zcblk_overlap; may change under load
 * @read_only: 1: the disk refuses writes; fixed while the disk is up
 */
struct zcblk_settings {
	char *lower;
	int path;
	int bounce;
	int stats;
	int stable;
	int unreferenced;
	int range_lock;
	int overlap;
	int read_only;
};

/* The path for zcblk_copy_prepare(): unreferenced=copy needs the memory of path copy, too */
static inline enum zcblk_path zcblk_copying_path(const struct zcblk_settings *set)
{
	return set->unreferenced == ZCBLK_UNREFERENCED_COPY ? ZCBLK_PATH_COPY : set->path;
}

/* Properties of a lower device that change while the disk is up; see follow.c */
enum zcblk_property {
	ZCBLK_SIZE,
	ZCBLK_READ_ONLY,
	ZCBLK_BLOCK_SIZE,
	ZCBLK_ZONED,
	ZCBLK_DISCARD,
	ZCBLK_SECURE_ERASE,
	ZCBLK_WRITE_ZEROES,
	ZCBLK_STABLE_WRITES,
	ZCBLK_ROTATIONAL,
	ZCBLK_NOWAIT,
	ZCBLK_READ_AHEAD,
	ZCBLK_NR_PROPERTIES,
};

/* The properties that are limits and flags of the disk's queue */
#define ZCBLK_LIMITS	GENMASK(ZCBLK_NOWAIT, ZCBLK_DISCARD)

/* What a bio needs, from the settings and the disk's state */
#define ZCBLK_NEEDS_COPY	BIT(0)	/* path copy; else path zerocopy */
#define ZCBLK_NEEDS_TURN	BIT(1)	/* path ab: choose the path by turns */
#define ZCBLK_NEEDS_COUNT	BIT(2)	/* statistics: counters */
#define ZCBLK_NEEDS_LATENCY	BIT(3)	/* statistics: latency */
#define ZCBLK_NEEDS_RANGE	BIT(4)	/* it holds, or waits for, a range */
#define ZCBLK_NEEDS_STABLE	BIT(5)	/* detect changes of the data in flight */
#define ZCBLK_NEEDS_ACCOUNT	BIT(6)	/* the block layer's accounting: iostats is 1 */
#define ZCBLK_NEEDS_POLL	BIT(7)	/* its submitter polls; poll_nr is set */
#define ZCBLK_NEEDS_REFUSE	BIT(8)	/* check whether to refuse it */
#define ZCBLK_NEEDS_SUPPORT	BIT(9)	/* the lower device may not support the operation */
#define ZCBLK_NEEDS_LOOK	BIT(10)	/* check for pages without a reference count */
#define ZCBLK_NEEDS_REFERENCES	BIT(11)	/* copy it if such a page is found */

static inline enum zcblk_path zcblk_needs_path(unsigned int needs)
{
	return needs & ZCBLK_NEEDS_COPY ? ZCBLK_PATH_COPY : ZCBLK_PATH_ZEROCOPY;
}

/**
 * struct zcblk_device - a directory in configfs
 * @group: the directory
 * @lock: serialises power, and settings that may not change while powered
 * @set: the settings; the I/O path reads them with READ_ONCE()
 * @from_param: made for the parameter lower=, and not to be removed by rmdir
 * @pinned: rmdir fails with EBUSY; under @lock
 * @show_lock: protects changes of @disk and of the path of the lower device, for readers
 *	that must not wait for @lock, which may be held for long
 * @disk: the running disk, or NULL; it holds a reference to @group; under @lock
 * @last_close: removes a disk whose removal is deferred
 *
 * Lock order: what configfs holds around a store, then &zcblk_device.lock, then
 * the open_mutex of our disk or of the lower device, never both, or
 * &zcblk_disk.holder_lock and then what bdev_freeze() acquires for our disk. The lock of
 * the list of disks, in disk.c, and @show_lock come last. The I/O path acquires none of
 * them.
 */
struct zcblk_device {
	struct config_group group;
	struct mutex lock; /* see above */
	bool from_param;
	bool pinned;
	spinlock_t show_lock; /* see above */
	struct zcblk_settings set;
	struct zcblk_disk *disk;
	struct work_struct last_close;
};

/**
 * struct zcblk_bounce_pool - bios and memory for pieces that are copied
 * @bios: bios of the pieces
 * @reserve: memory for use when the allocators have none
 * @vfree_list: vmalloc memory, which completion must not free itself
 * @vfree_work: frees @vfree_list
 */
struct zcblk_bounce_pool {
	struct bio_set bios;
	mempool_t reserve;
	struct llist_head vfree_list;
	struct work_struct vfree_work;
};

/**
 * struct zcblk_bounce - memory of one piece
 * @pool: the pool that it belongs to
 * @kind: how it was allocated
 * @mem: the memory, unless @kind is page
 * @pages: a bio that is never sent: the table of the memory's pages
 * @vecs: that table; at least one entry, because a page may be larger than
 *	ZCBLK_BOUNCE_BYTES
 */
struct zcblk_bounce {
	struct zcblk_bounce_pool *pool;
	enum zcblk_bounce_kind kind;
	void *mem;
	struct bio pages;
	struct bio_vec vecs[DIV_ROUND_UP(ZCBLK_BOUNCE_BYTES, PAGE_SIZE)];
};

/**
 * zcblk_bounce_copy() - copy between a piece's memory and other memory
 * @bounce: the piece's memory
 * @at: position in it; advanced by @len
 * @mem: the other memory
 * @len: bytes to copy, not 0
 * @write: copy from @mem, for a write; else to it
 *
 * This is inline because path copy calls it for each page.
 *
 * Context: any.
 */
static inline void zcblk_bounce_copy(struct zcblk_bounce *bounce, struct bvec_iter *at,
				     void *mem, unsigned int len, bool write)
{
	struct bio_vec bv;
	unsigned int n;

	do {
		bv = bvec_iter_bvec(bounce->vecs, *at);
		n = min(len, bv.bv_len);
		if (write)
			memcpy_to_page(bv.bv_page, bv.bv_offset, mem, n);
		else
			memcpy_from_page(mem, bv.bv_page, bv.bv_offset, n);
		bvec_iter_advance_single(bounce->vecs, at, n);
		mem += n;
		len -= n;
	} while (len);
}

struct zcblk_stats;
struct zcblk_io_stats;
struct zcblk_io_cache;

/**
 * struct zcblk_disk - a disk that is up, or is still open
 * @gd: the disk as the block layer sees it
 * @set: settings of the device; valid until the disk is shut down
 * @needs: what each bio needs: ZCBLK_NEEDS_* flags
 * @own_needs: the flags in @needs that do not follow from the settings
 * @needs_lock: serialises changes of both; a leaf
 * @lower_file: our claim on the lower device
 * @lower: the lower device
 * @index: determines its minor numbers; negative until it is allocated
 * @entry: entry in the list of disks that hold a lower device
 * @removing: no new openers; under @gd->open_mutex
 * @deferred: to be removed at the last close; under @gd->open_mutex
 * @removed: its name is free; if it is still in the list, it is open
 * @said_busy: time of the last message that it is open
 * @dead: the lower device has gone
 * @unfit: the lower device has changed so that it must not get I/O
 * @seen: properties of the lower device when we last looked
 * @up: the disk was added; set before anything reads @gd by way of @lower
 * @linked: the holder links in sysfs exist
 * @watch: checks periodically whether the lower device has changed or is gone
 * @holder_lock: serialises calls from the lower device's holder operations with the
 *	removal of the disk
 * @frozen: the disk and its partitions, by number, that are frozen as the lower device
 *	is; under @holder_lock
 * @wq: makes pieces for which submit_bio had no memory. Each disk has its own, because
 *	disks may be stacked on each other, with other drivers between them.
 * @io_set: clones, each inside a struct zcblk_io
 * @io_cache: per-CPU caches of free memory from @io_set
 * @bounce: pieces of path copy; initialised when the path is copy or ab for the first time
 * @ranges: the range lock, or NULL
 * @can_poll: the lower device has queues to poll
 * @poll_work: polls for I/O in flight when its submitters do not
 * @stats: per-CPU counters
 * @debugfs: directory of this disk
 * @turn: for each operation, a counter that alternates the path on path ab
 *
 * Power on creates it, and power off shuts it down. It is freed with the last reference
 * to @gd, which after a forced removal is dropped at the last close.
 */
struct zcblk_disk {
	struct gendisk *gd;
	const struct zcblk_settings *set;
	unsigned int needs;
	unsigned int own_needs;
	spinlock_t needs_lock; /* see above */
	struct file *lower_file;
	struct block_device *lower;
	int index;
	struct list_head entry;
	bool removing;
	bool deferred;
	bool removed;
	unsigned long said_busy;
	bool dead;
	bool unfit;
	bool up;
	bool linked;
	u64 seen[ZCBLK_NR_PROPERTIES];
	struct delayed_work watch;
	struct mutex holder_lock; /* see above */
	struct xarray frozen;
	struct workqueue_struct *wq;
	struct bio_set io_set;
	struct zcblk_io_cache __percpu *io_cache;
	struct zcblk_bounce_pool bounce;
	struct zcblk_ranges *ranges;
	bool can_poll;
	struct delayed_work poll_work;
	struct zcblk_stats __percpu *stats;
	struct dentry *debugfs;
	/* Every bio on path ab writes this; all other members rarely change */
	atomic_t turn[ZCBLK_NR_OPS] ____cacheline_aligned_in_smp;
};

/**
 * struct zcblk_io - one bio of the submitter, while zcblk tracks it
 * @next: while it is free: the next one of the CPU's cache
 * @disk: the disk it came to
 * @parent: the submitter's bio
 * @start_ns: time of its submission in ns, or 0 if its latency is not needed
 * @start_jiffies: time of its submission, for the block layer's accounting
 * @needs: what it needs: ZCBLK_NEEDS_* flags
 * @op: its operation
 * @poll_nr: its number, if its submitter polls
 * @status: path copy: the status of a piece that failed
 * @pending: path copy: pieces in flight, and 1 during submission
 * @pieces: path copy: pieces made
 * @stable: checksum of a write's data; NULL if there was no memory for it
 * @range: the range that it holds or waits for
 * @work: continues in a worker, which may sleep: after a wait for a range; path copy:
 *	with the rest of the pieces
 * @clone: path zerocopy: the bio that is sent to the lower device; path copy: the part
 *	for which no piece was made yet
 *
 * It is in the front pad of a bio from &zcblk_disk.io_set.
 */
struct zcblk_io {
	struct zcblk_io *next;
	struct zcblk_disk *disk;
	struct bio *parent;
	u64 start_ns;
	unsigned long start_jiffies;
	u16 needs;
	u16 poll_nr;
	u8 op;
	blk_status_t status;
	atomic_t pending;
	unsigned int pieces;
	struct zcblk_stable *stable;
	struct zcblk_range range;
	struct work_struct work;
	struct bio clone; /* last */
};

static inline enum zcblk_path zcblk_io_path(const struct zcblk_io *io)
{
	return zcblk_needs_path(io->needs);
}

/* Size limit of a bio of the kernel API, in bytes */
#define ZCBLK_BIO_BYTES		SZ_1G

/* In order of restriction: the kind of a source is the highest of its segments */
enum zcblk_buf_kind {
	ZCBLK_BUF_KMEM,		/* the direct map: one run of pages */
	ZCBLK_BUF_VMALLOC,	/* pages that need not be contiguous */
	ZCBLK_BUF_STACK,	/* the stack of the current task */
	ZCBLK_BUF_IMAGE,	/* the image of a module */
	ZCBLK_BUF_NONE,		/* no memory */
};

/* Allocation flags for an I/O of the kernel API, which may wait unless it has REQ_NOWAIT */
static inline gfp_t zcblk_bufio_gfp(const struct zcblk_bufio *io)
{
	return io->opf & REQ_NOWAIT ? GFP_NOWAIT | __GFP_NOWARN : GFP_NOIO;
}

/* configfs.c */
int zcblk_configfs_init(const struct zcblk_settings *defaults,
			char *const *lower, unsigned int nr_lower);
void zcblk_configfs_exit(void);
int zcblk_parse_engine(const char *who, const char *word);
void zcblk_configfs_last_close(const struct zcblk_settings *set);

/* disk.c */
struct zcblk_disk *zcblk_disk_create(const char *name,
				     const struct zcblk_settings *set);
void zcblk_disk_defer(struct zcblk_disk *disk, bool defer);
int zcblk_disk_remove(struct zcblk_disk *disk, bool force);
void zcblk_disk_put(struct zcblk_disk *disk);
const char *zcblk_disk_state(const struct zcblk_disk *disk);
ssize_t zcblk_disks_show(char *page);
bool zcblk_disks_find(bool (*match)(const char *disk, const char *name), const char *name,
		      bool removed);
bool zcblk_is_ours(const struct gendisk *gd);
int zcblk_disk_init(void);
void zcblk_disk_exit(void);

/* ioctl.c */
struct hd_geometry;
struct pr_ops;
extern const struct pr_ops zcblk_pr_ops;
int zcblk_ioctl(struct block_device *bdev, blk_mode_t mode, unsigned int cmd,
		unsigned long arg);
int zcblk_compat_ioctl(struct block_device *bdev, blk_mode_t mode, unsigned int cmd,
		       unsigned long arg);
int zcblk_getgeo(struct gendisk *gd, struct hd_geometry *geo);
int zcblk_get_unique_id(struct gendisk *gd, u8 id[16], enum blk_unique_id type);

/* limits.c, or compat-limits.c for kernels before v6.11 */
struct gendisk *zcblk_limits_alloc_disk(struct zcblk_disk *disk, const char *name);
void zcblk_limits_follow(struct zcblk_disk *disk, unsigned long changed);

/* follow.c */
void zcblk_follow_start(struct zcblk_disk *disk);
void zcblk_follow(struct zcblk_disk *disk);
void zcblk_follow_unsupported(struct zcblk_disk *disk, enum zcblk_op op);

/* lower.c */
struct file *zcblk_lower_claim(const struct zcblk_settings *set, void *holder,
			       const struct blk_holder_ops *ops, const char *name);
int zcblk_lower_open(struct zcblk_disk *disk, const char *name);
bool zcblk_lower_can_poll(struct block_device *lower);
void zcblk_lower_uevent(struct block_device *lower);
void zcblk_lower_close(struct zcblk_disk *disk);
void zcblk_lower_gone(struct zcblk_disk *disk);
void zcblk_lower_watch_start(struct zcblk_disk *disk);
void zcblk_lower_watch(struct work_struct *work);

/* io-cache.c; see also io-cache.h */
int zcblk_bioset_init(struct bio_set *set, unsigned int front_pad, int flags);
int zcblk_io_init(struct zcblk_disk *disk);
void zcblk_io_exit(struct zcblk_disk *disk);

/* io.c */
void zcblk_io_drain(struct zcblk_disk *disk);
void zcblk_io_update_needs(struct zcblk_disk *disk);
void zcblk_io_add_needs(struct zcblk_disk *disk, unsigned int needs);
void zcblk_io_complete(struct zcblk_io *io, blk_status_t status);
void zcblk_submit_bio(struct bio *bio);

/* poll.c */
int zcblk_poll_init(void);
void zcblk_poll_exit(void);
void zcblk_poll_begin(struct zcblk_io *io);
void zcblk_poll_sent(struct zcblk_io *io, struct bio *sent);
void zcblk_poll_end(struct zcblk_io *io);
int zcblk_poll_bio(struct bio *bio, struct io_comp_batch *iob, unsigned int flags);
bool zcblk_poll_disk(struct zcblk_disk *disk);
void zcblk_poll_work(struct work_struct *work);
void zcblk_poll_kick(struct zcblk_disk *disk);

/* copy.c */
int zcblk_copy_prepare(struct zcblk_disk *disk, const char *name, enum zcblk_path path);
void zcblk_copy_stop_polling(struct bio *bio);
bool zcblk_copy_sends_back(const struct bio *bio);
void zcblk_copy_start(struct zcblk_io *io);

/* bounce.c */
int zcblk_bounce_pool_init(struct zcblk_bounce_pool *pool, unsigned int front_pad,
			   int flags);
void zcblk_bounce_pool_exit(struct zcblk_bounce_pool *pool);
bool zcblk_bounce_alloc(struct zcblk_bounce *bounce, struct bio *bio, unsigned int len,
			gfp_t gfp);
void zcblk_bounce_free(struct zcblk_bounce *bounce);

/* api/buffer.c */
enum zcblk_buf_kind zcblk_buf_kind_slow(const void *buf, size_t len);
bool zcblk_buf_is_present(enum zcblk_buf_kind kind, const void *buf, size_t len);
struct page *zcblk_buf_page(enum zcblk_buf_kind kind, const void *addr);
bool zcblk_vec_grow(struct bio_vec *bv, struct page *page, unsigned int len,
		    unsigned int offset);
unsigned int zcblk_buf_add(enum zcblk_buf_kind kind, struct bio *bio,
			   const void *buf, unsigned int len);
void zcblk_buf_flush(struct zcblk_client *client, enum zcblk_buf_kind kind, void *buf,
		     size_t len);
void zcblk_buf_invalidate(struct zcblk_client *client, enum zcblk_buf_kind kind,
			  void *buf, size_t len);

/* reference.c */
bool zcblk_page_is_unreferenced(struct page *page);
bool zcblk_bio_is_unreferenced(struct bio *bio);
bool zcblk_buf_is_unreferenced(enum zcblk_buf_kind kind, const void *buf, size_t len);

/* api/registered.c */
bool zcblk_registered_is_unreferenced(const struct zcblk_buf *reg);
enum zcblk_buf_kind zcblk_registered_kind(const struct zcblk_buf *reg,
					  const void *buf, size_t len);
unsigned int zcblk_registered_add(const struct zcblk_buf *reg, struct bio *bio,
				  const void *buf, size_t len);

/* api/bufio.c */
void zcblk_bufio_failed(struct zcblk_bufio *io, size_t at, blk_status_t status);
void zcblk_bufio_put(struct zcblk_bufio *io);
void zcblk_bufio_refuse(struct zcblk_bufio *io, enum zcblk_reason reason);

/* api/copy.c */
int zcblk_bufio_copy_init(struct zcblk_client *client);
void zcblk_bufio_copy(struct zcblk_bufio *io);

/* stats.c; see also stats.h */
struct seq_file;

int zcblk_stats_init(struct zcblk_disk *disk);
void zcblk_stats_exit(struct zcblk_disk *disk);
void zcblk_stats_reset(struct zcblk_disk *disk);
void zcblk_stats_count_bvecs(struct zcblk_io_stats __percpu *stats,
			     struct bio *bio);
s64 zcblk_stats_in_flight(struct zcblk_disk *disk);
void zcblk_stats_error(struct zcblk_disk *disk, blk_status_t status);
void zcblk_stats_copied(struct zcblk_io *io, unsigned int bytes);
void zcblk_stats_split(struct zcblk_io *io);
void zcblk_stats_unstable(struct zcblk_io *io);
void zcblk_stats_unreferenced(struct zcblk_disk *disk, struct bio *bio, unsigned int needs);
void zcblk_stats_show(struct zcblk_disk *disk, struct seq_file *m);
void zcblk_stats_show_latency(struct zcblk_disk *disk, struct seq_file *m);

/* debugfs.c */
void zcblk_debugfs_init(void);
void zcblk_debugfs_exit(void);
void zcblk_debugfs_add_client(struct zcblk_client *client);
void zcblk_debugfs_add(struct zcblk_disk *disk);
void zcblk_debugfs_del(struct zcblk_disk *disk);

#endif /* _ZCBLK_H */
