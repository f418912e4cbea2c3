/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * This header declares the private types and functions of the zcblk driver. The functions are
 * grouped by the source file that defines them.
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

/* The maximum number of lower devices in the module parameter lower= */
#define ZCBLK_MAX_LOWER		16

/*
 * The maximum number of bytes in a piece. The data of an I/O is copied piece by piece, between the
 * submitter's memory and bounce memory, which is allocated for each piece.
 */
#define ZCBLK_BOUNCE_BYTES	(128 * 1024)

enum zcblk_path {
	ZCBLK_PATH_ZEROCOPY,	/* send the submitter's pages to the lower device */
	ZCBLK_PATH_COPY,	/* send bounce memory, and copy the data to it or from it */
	ZCBLK_NR_PATHS,
	ZCBLK_PATH_AB = ZCBLK_NR_PATHS,	/* alternate between the two paths */
};

enum zcblk_bounce_kind {
	ZCBLK_BOUNCE_PAGE,
	ZCBLK_BOUNCE_KMALLOC,
	ZCBLK_BOUNCE_VMALLOC,
	ZCBLK_NR_BOUNCE_KINDS,
	ZCBLK_BOUNCE_RESERVE = ZCBLK_NR_BOUNCE_KINDS,	/* memory of &zcblk_bounce_pool.reserve */
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
	ZCBLK_OP_FLUSH,		/* a write of no data, with REQ_PREFLUSH */
	ZCBLK_OP_DISCARD,
	ZCBLK_OP_SECURE_ERASE,
	ZCBLK_OP_WRITE_ZEROES,
	ZCBLK_NR_OPS,
};

static inline bool zcblk_op_has_data(enum zcblk_op op)
{
	return op == ZCBLK_OP_READ || op == ZCBLK_OP_WRITE;
}

/* Each array holds the names of an enum's values. The last element is NULL. */
extern const char *const zcblk_path_names[];
extern const char *const zcblk_bounce_names[];
extern const char *const zcblk_stats_names[];
extern const char *const zcblk_op_names[];
extern const char *const zcblk_unreferenced_names[];

/**
 * struct zcblk_settings - the settings of a disk, which the user sets in configfs
 * @lower: path of the lower device
 * @path: an enum zcblk_path; before @path changes, zcblk_copy_prepare() must succeed
 * @bounce: an enum zcblk_bounce_kind
 * @stats: an enum zcblk_stats_level
 * @stable: 1 to detect changes of a write's data while the write is in flight, and to request
 *	stable pages from the page cache; else 0
 * @unreferenced: an enum zcblk_unreferenced, the policy for writes of pages without a reference
 *	count; before it changes to copy, zcblk_copy_prepare() must succeed
 * @range_lock: an enum zcblk_range_engine
 * @overlap: an enum zcblk_overlap
 * @read_only: 1 if the disk refuses writes, else 0
 *
 * @lower, @range_lock and @read_only are fixed while the disk is up. The other settings may
 * change while I/O is in flight.
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

/* Return: the path to pass to zcblk_copy_prepare(). unreferenced=copy also uses path copy. */
static inline enum zcblk_path zcblk_copying_path(const struct zcblk_settings *set)
{
	return set->unreferenced == ZCBLK_UNREFERENCED_COPY ? ZCBLK_PATH_COPY : set->path;
}

/*
 * Properties of a lower device that may change while the disk is up. Once a second, follow.c
 * checks whether they have changed.
 */
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

/* Mask of the properties that are limits or flags of the disk's queue */
#define ZCBLK_LIMITS	GENMASK(ZCBLK_NOWAIT, ZCBLK_DISCARD)

/*
 * These flags select how zcblk handles a bio. The flags follow from the disk's settings and
 * state.
 */
#define ZCBLK_NEEDS_COPY	BIT(0)	/* use path copy; if clear, use path zerocopy */
#define ZCBLK_NEEDS_TURN	BIT(1)	/* alternate between the paths, for path ab */
#define ZCBLK_NEEDS_COUNT	BIT(2)	/* update the counters of the statistics */
#define ZCBLK_NEEDS_LATENCY	BIT(3)	/* measure the latency for the statistics */
#define ZCBLK_NEEDS_RANGE	BIT(4)	/* lock the bio's range of sectors */
#define ZCBLK_NEEDS_STABLE	BIT(5)	/* detect changes of the data in flight */
#define ZCBLK_NEEDS_ACCOUNT	BIT(6)	/* account the bio, because the queue's iostats is 1 */
#define ZCBLK_NEEDS_POLL	BIT(7)	/* update entry io->poll_nr of the table of polled bios */
#define ZCBLK_NEEDS_REFUSE	BIT(8)	/* check whether to refuse the bio */
#define ZCBLK_NEEDS_SUPPORT	BIT(9)	/* on failure, check whether the operation is unsupported */
#define ZCBLK_NEEDS_LOOK	BIT(10)	/* check for pages without a reference count */
#define ZCBLK_NEEDS_REFERENCES	BIT(11)	/* copy a bio that has pages without a reference count */

static inline enum zcblk_path zcblk_needs_path(unsigned int needs)
{
	return needs & ZCBLK_NEEDS_COPY ? ZCBLK_PATH_COPY : ZCBLK_PATH_ZEROCOPY;
}

/**
 * struct zcblk_device - a disk's directory in configfs
 * @group: the directory
 * @lock: serialises changes of the power and of the settings
 * @from_param: true if the module parameter lower= made the directory; rmdir then fails
 * @pinned: true if the directory has a configfs dependency, so that rmdir fails with EBUSY;
 *	protected by @lock
 * @show_lock: held to change @disk or the path of the lower device, and to read them without
 *	@lock
 * @set: the settings; the I/O path reads them with READ_ONCE()
 * @disk: the disk if it is up, else NULL; the disk holds a reference to @group; protected by @lock
 * @last_close: work that removes a disk after its last close, if the removal was deferred
 *
 * A reader that must not wait for @lock uses @show_lock, because @lock may be held for long.
 *
 * Locks are acquired in this order:
 * 1. the locks that configfs holds when it calls a store function
 * 2. &zcblk_device.lock
 * 3. one of these:
 *    - the open_mutex of the zcblk disk
 *    - the open_mutex of the lower device
 *    - &zcblk_disk.holder_lock, and then the locks that bdev_freeze() acquires for the zcblk disk
 * 4. either zcblk_disks_lock in disk.c, or @show_lock
 *
 * The I/O path acquires none of these locks.
 */
struct zcblk_device {
	struct config_group group;
	struct mutex lock; /* serialises changes of power and settings */
	bool from_param;
	bool pinned;
	spinlock_t show_lock; /* protects disk and set.lower for readers */
	struct zcblk_settings set;
	struct zcblk_disk *disk;
	struct work_struct last_close;
};

/**
 * struct zcblk_bounce_pool - bios and memory for pieces that are copied
 * @bios: bio_set of the pieces
 * @reserve: mempool of bounce memory, used when the allocators fail
 * @vfree_list: vmalloc() memory that @vfree_work frees, because a completion must not call
 *	vfree()
 * @vfree_work: work that frees the memory in @vfree_list
 */
struct zcblk_bounce_pool {
	struct bio_set bios;
	mempool_t reserve;
	struct llist_head vfree_list;
	struct work_struct vfree_work;
};

/**
 * struct zcblk_bounce - bounce memory of one piece
 * @pool: the pool that the piece belongs to
 * @kind: how the memory was allocated
 * @mem: address of the memory; NULL if @kind is ZCBLK_BOUNCE_PAGE
 * @pages: a bio that is never submitted; its bio_vec table lists the memory's pages
 * @vecs: the bio_vec table of @pages, with room for an entry for each page
 */
struct zcblk_bounce {
	struct zcblk_bounce_pool *pool;
	enum zcblk_bounce_kind kind;
	void *mem;
	struct bio pages;
	struct bio_vec vecs[DIV_ROUND_UP(ZCBLK_BOUNCE_BYTES, PAGE_SIZE)];
};

/**
 * zcblk_bounce_copy() - copy between a piece's bounce memory and other memory
 * @bounce: the bounce memory
 * @at: position in the bounce memory; the function advances it by @len
 * @mem: address of the other memory
 * @len: number of bytes to copy, not 0
 * @write: true to copy from @mem, for a write; false to copy to @mem, for a read
 *
 * The function is inline because path copy calls it for each page.
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
 * struct zcblk_disk - a disk that is up, or that was removed and is still open
 * @gd: the disk of the block layer
 * @set: settings of the disk; valid until zcblk_disk_remove() succeeds
 * @needs: ZCBLK_NEEDS_* flags that apply to all bios of the disk
 * @own_needs: the flags in @needs that do not follow from the settings
 * @needs_lock: innermost lock, which serialises changes of @needs, @own_needs and @dead
 * @lower_file: open file that claims the lower device
 * @lower: the lower device
 * @index: determines the disk's minor numbers; negative until it is allocated
 * @entry: entry in the list of disks that hold a lower device
 * @removing: true if the disk rejects new openers; protected by @gd->open_mutex
 * @deferred: true if the last close removes the disk; protected by @gd->open_mutex
 * @removed: true if the disk was removed, so that its name is free. A removed disk stays in the
 *	list of @entry while it is open.
 * @said_busy: time of the last message that the disk is open and cannot be removed
 * @dead: true if the lower device is gone
 * @unfit: true if the disk refuses all I/O, because the lower device has become zoned or has too
 *	large logical blocks
 * @seen: properties of the lower device at the last check
 * @up: true if the disk was added; zcblk_holder_pin() reads @gd only if @up is true
 * @linked: true if the holder links in sysfs exist
 * @watch: work that checks periodically whether the lower device has changed or is gone
 * @holder_lock: serialises zcblk_holder_stop() and the holder operations freeze, thaw and
 *	mark_dead of the lower device
 * @frozen: the block devices of the disk and of its partitions that were frozen with the lower
 *	device, indexed by partition number; protected by @holder_lock
 * @wq: workqueue for bios that submit_bio could not start at once, and for @ranges. If disks are
 *	stacked, with other drivers between them, the work of one disk may wait for the work of
 *	another. So each disk has its own workqueue.
 * @io_set: bio_set of the clones, each inside a struct zcblk_io
 * @io_cache: per-CPU caches of free memory from @io_set
 * @bounce: pool of path copy; initialised when a setting first needs path copy
 * @ranges: the range lock, or NULL
 * @can_poll: true if the lower device has queues to poll
 * @poll_work: work that polls for I/O in flight when its submitters do not poll
 * @stats: per-CPU counters
 * @debugfs: directory of the disk in debugfs
 * @turn: a counter for each operation; path ab alternates between the paths by this counter
 *
 * Power on creates the structure, and power off shuts the disk down. The structure is freed when
 * the last reference to @gd is dropped. After a forced removal, the last close drops that
 * reference.
 */
struct zcblk_disk {
	struct gendisk *gd;
	const struct zcblk_settings *set;
	unsigned int needs;
	unsigned int own_needs;
	spinlock_t needs_lock; /* protects needs, own_needs and dead */
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
	struct mutex holder_lock; /* protects frozen */
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
	/*
	 * @turn has its own cache line, because every bio on path ab increments @turn, but the
	 * other members rarely change
	 */
	atomic_t turn[ZCBLK_NR_OPS] ____cacheline_aligned_in_smp;
};

/**
 * struct zcblk_io - a submitter's bio that zcblk tracks
 * @next: the next structure in a CPU's cache of free structures; valid only in such a cache
 * @disk: the disk that the bio was submitted to
 * @parent: the submitter's bio
 * @start_ns: time of the bio's submission in ns, or 0 if the latency is not needed
 * @start_jiffies: time of the bio's submission, for the block layer's accounting
 * @needs: ZCBLK_NEEDS_* flags of the bio
 * @op: operation of the bio, an enum zcblk_op
 * @poll_nr: number of the bio in the table of polled bios, if its submitter polls
 * @status: on path copy, the status of a piece that failed
 * @pending: on path copy, the number of pieces in flight, plus 1 during submission
 * @pieces: on path copy, the number of pieces that were submitted
 * @stable: checksum of a write's data; NULL if there was no memory for the checksum
 * @range: the range of sectors that the bio holds or waits for
 * @work: work that starts the bio after a wait for its range; on path copy, also work that
 *	submits the remaining pieces
 * @clone: on path zerocopy, the bio that is sent to the lower device. On path copy, it is not sent,
 *	but its bi_iter covers the data for which no piece was made yet.
 *
 * @clone is allocated from &zcblk_disk.io_set, and the other members are in its front pad.
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
	struct bio clone; /* must be the last member */
};

static inline enum zcblk_path zcblk_io_path(const struct zcblk_io *io)
{
	return zcblk_needs_path(io->needs);
}

/* The maximum size of a bio of the kernel API, in bytes */
#define ZCBLK_BIO_BYTES		SZ_1G

/*
 * Kinds of memory, from the least to the most restricted. If an I/O has several segments, the
 * kind of the I/O is the highest kind of its segments.
 */
enum zcblk_buf_kind {
	ZCBLK_BUF_KMEM,		/* the direct map: contiguous pages */
	ZCBLK_BUF_VMALLOC,	/* vmalloc(): pages may be anywhere */
	ZCBLK_BUF_STACK,	/* the stack of the current task */
	ZCBLK_BUF_IMAGE,	/* code or data of a module */
	ZCBLK_BUF_NONE,		/* not memory, or of mixed kinds */
};

/*
 * Return: flags for the allocations of an I/O of the kernel API. If the I/O does not have
 * REQ_NOWAIT, an allocation may wait.
 */
static inline gfp_t zcblk_bufio_gfp(const struct zcblk_bufio *io)
{
	return io->opf & REQ_NOWAIT ? GFP_NOWAIT | __GFP_NOWARN : GFP_NOIO;
}

/* Defined in configfs.c */
int zcblk_configfs_init(const struct zcblk_settings *defaults,
			char *const *lower, unsigned int nr_lower);
void zcblk_configfs_exit(void);
int zcblk_parse_engine(const char *who, const char *word);
void zcblk_configfs_last_close(const struct zcblk_settings *set);

/* Defined in disk.c */
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

/* Defined in ioctl.c */
struct hd_geometry;
struct pr_ops;
extern const struct pr_ops zcblk_pr_ops;
int zcblk_ioctl(struct block_device *bdev, blk_mode_t mode, unsigned int cmd,
		unsigned long arg);
int zcblk_compat_ioctl(struct block_device *bdev, blk_mode_t mode, unsigned int cmd,
		       unsigned long arg);
int zcblk_getgeo(struct gendisk *gd, struct hd_geometry *geo);
int zcblk_get_unique_id(struct gendisk *gd, u8 id[16], enum blk_unique_id type);

/* Defined in limits.c, or in compat-limits.c for kernels before v6.11 */
struct gendisk *zcblk_limits_alloc_disk(struct zcblk_disk *disk, const char *name);
void zcblk_limits_follow(struct zcblk_disk *disk, unsigned long changed);

/* Defined in follow.c */
void zcblk_follow_start(struct zcblk_disk *disk);
void zcblk_follow(struct zcblk_disk *disk);
void zcblk_follow_unsupported(struct zcblk_disk *disk, enum zcblk_op op);

/* Defined in lower.c */
struct file *zcblk_lower_claim(const struct zcblk_settings *set, void *holder,
			       const struct blk_holder_ops *ops, const char *name);
int zcblk_lower_open(struct zcblk_disk *disk, const char *name);
bool zcblk_lower_can_poll(struct block_device *lower);
void zcblk_lower_uevent(struct block_device *lower);
void zcblk_lower_close(struct zcblk_disk *disk);
void zcblk_lower_gone(struct zcblk_disk *disk);
void zcblk_lower_watch_start(struct zcblk_disk *disk);
void zcblk_lower_watch(struct work_struct *work);

/* Defined in io-cache.c; io-cache.h defines the inline functions */
int zcblk_bioset_init(struct bio_set *set, unsigned int front_pad, int flags);
int zcblk_io_init(struct zcblk_disk *disk);
void zcblk_io_exit(struct zcblk_disk *disk);

/* Defined in io.c */
void zcblk_io_drain(struct zcblk_disk *disk);
void zcblk_io_update_needs(struct zcblk_disk *disk);
void zcblk_io_add_needs(struct zcblk_disk *disk, unsigned int needs);
void zcblk_io_complete(struct zcblk_io *io, blk_status_t status);
void zcblk_submit_bio(struct bio *bio);

/* Defined in poll.c */
int zcblk_poll_init(void);
void zcblk_poll_exit(void);
void zcblk_poll_begin(struct zcblk_io *io);
void zcblk_poll_sent(struct zcblk_io *io, struct bio *sent);
void zcblk_poll_end(struct zcblk_io *io);
int zcblk_poll_bio(struct bio *bio, struct io_comp_batch *iob, unsigned int flags);
bool zcblk_poll_disk(struct zcblk_disk *disk);
void zcblk_poll_work(struct work_struct *work);
void zcblk_poll_kick(struct zcblk_disk *disk);

/* Defined in copy.c */
int zcblk_copy_prepare(struct zcblk_disk *disk, const char *name, enum zcblk_path path);
void zcblk_copy_stop_polling(struct bio *bio);
bool zcblk_copy_sends_back(const struct bio *bio);
void zcblk_copy_start(struct zcblk_io *io);

/* Defined in bounce.c */
int zcblk_bounce_pool_init(struct zcblk_bounce_pool *pool, unsigned int front_pad,
			   int flags);
void zcblk_bounce_pool_exit(struct zcblk_bounce_pool *pool);
bool zcblk_bounce_alloc(struct zcblk_bounce *bounce, struct bio *bio, unsigned int len,
			gfp_t gfp);
void zcblk_bounce_free(struct zcblk_bounce *bounce);

/* Defined in api/buffer.c */
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

/* Defined in reference.c */
bool zcblk_page_is_unreferenced(struct page *page);
bool zcblk_bio_is_unreferenced(struct bio *bio);
bool zcblk_buf_is_unreferenced(enum zcblk_buf_kind kind, const void *buf, size_t len);

/* Defined in api/registered.c */
bool zcblk_registered_is_unreferenced(const struct zcblk_buf *reg);
enum zcblk_buf_kind zcblk_registered_kind(const struct zcblk_buf *reg,
					  const void *buf, size_t len);
unsigned int zcblk_registered_add(const struct zcblk_buf *reg, struct bio *bio,
				  const void *buf, size_t len);

/* Defined in api/bufio.c */
void zcblk_bufio_failed(struct zcblk_bufio *io, size_t at, blk_status_t status);
void zcblk_bufio_put(struct zcblk_bufio *io);
void zcblk_bufio_refuse(struct zcblk_bufio *io, enum zcblk_reason reason);

/* Defined in api/copy.c */
int zcblk_bufio_copy_init(struct zcblk_client *client);
void zcblk_bufio_copy(struct zcblk_bufio *io);

/* Defined in stats.c; stats.h defines the inline functions */
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

/* Defined in debugfs.c */
void zcblk_debugfs_init(void);
void zcblk_debugfs_exit(void);
void zcblk_debugfs_add_client(struct zcblk_client *client);
void zcblk_debugfs_add(struct zcblk_disk *disk);
void zcblk_debugfs_del(struct zcblk_disk *disk);

#endif /* _ZCBLK_H */
