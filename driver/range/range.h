/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Range locks order requests that overlap. A request embeds a struct zcblk_range. The owner of the
 * request calls zcblk_range_init(), then zcblk_range_lock(). The range is granted at once, or is
 * parked, or is refused. For a parked range, ->granted() is called later. zcblk_range_unlock()
 * releases a granted range. An engine implements the lock; see struct zcblk_range_ops.
 *
 * Rules
 *	- A range covers the sectors from @start to @last, inclusive. Adjacent ranges do not
 *	  overlap.
 *	- A write waits for all earlier reads and writes that it overlaps. A read waits for all
 *	  earlier writes that it overlaps. A read does not wait for reads.
 *	- Request A is earlier than B if zcblk_range_lock() returned for A before it was called for
 *	  B. If the two calls run at the same time, either request may be the earlier one. A request
 *	  never overtakes an earlier request that it must wait for, so no request starves.
 *	- A flush has no range. As on any disk, a flush covers the writes that completed before the
 *	  flush was submitted.
 *	- zcblk_range_lock() is called in process context with interrupts on. It never waits for a
 *	  range. zcblk_range_unlock() may be called in any context.
 *	- ->granted() is called by zcblk_range_unlock(), by zcblk_ranges_cancel(), or by a worker,
 *	  so in any context. No lock of the range lock code is held during the call.
 *	- A parked range may be granted, unlocked and freed before zcblk_range_lock() returns. So
 *	  the caller must not access the range after -EINPROGRESS.
 *
 * What a request waits for
 *	If an earlier write covers a request, the request needs to wait only for this write, because
 *	the write itself waits for all older requests that it overlaps. In engine slot, a request
 *	therefore waits for one other request at a time: first for the newest one that it conflicts
 *	with, then for the next older one. Three cases need care:
 *	- Reads do not wait for each other, so a write must examine each read.
 *	- A range that was granted despite an overlap (ZCBLK_OVERLAP_DETECT) did not wait. A request
 *	  that waited for such a range must still examine older ranges, even after a change of mode.
 *	- A cancelled range did not wait for older ranges. But all ranges that wait are cancelled
 *	  together, so none of them is granted too early.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _ZCBLK_RANGE_H
#define _ZCBLK_RANGE_H

#include <linux/cache.h>
#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/rbtree.h>
#include <linux/spinlock.h>
#include <linux/types.h>

/* Number of log2(ns) buckets in the histogram of waits. The last one counts all longer waits. */
#define ZCBLK_RANGE_BUCKETS	40

/* Number of most contended regions to remember, and log2 of a region's size in sectors */
#define ZCBLK_RANGE_HOT		16
#define ZCBLK_RANGE_HOT_SHIFT	11

enum zcblk_range_kind {
	ZCBLK_RANGE_READ,
	ZCBLK_RANGE_WRITE,
};

/* Each value is an index into zcblk_range_engines[] and zcblk_range_lock_names[] */
enum zcblk_range_engine {
	ZCBLK_ENGINE_OFF,
	ZCBLK_ENGINE_LIST,
	ZCBLK_ENGINE_TREE,
	ZCBLK_ENGINE_SLOT,
	ZCBLK_ENGINE_ON = ZCBLK_ENGINE_SLOT,	/* the engine for the word `on` */
};

enum zcblk_overlap {
	ZCBLK_OVERLAP_SERIALIZE,	/* the later request waits */
	ZCBLK_OVERLAP_REJECT,		/* the later request fails */
	ZCBLK_OVERLAP_DETECT,		/* the later request is granted and counted */
};

/* Words for the enum values, for settings and debugfs files. Each array ends with NULL. */
extern const char *const zcblk_range_kind_names[];
extern const char *const zcblk_overlap_names[];
extern const char *const zcblk_range_lock_names[];

struct gendisk;
struct workqueue_struct;

struct zcblk_range_node {
	struct rb_node rb;	/* in an interval tree */
	u64 subtree_last;	/* the highest @last in the subtree */
	struct zcblk_range *range;
};

/* Links a range into the chain of a slot; see slot.c */
struct zcblk_range_link {
	unsigned long *slot;
	struct zcblk_range_link *older;	/* the next older link in the chain */
	struct zcblk_range_link *newer;	/* the next newer link, or the link that hides this one */
	struct zcblk_range_link *across; /* connects successive reads and the write below */
	struct zcblk_range_link *hidden; /* an older link that this one hides, or NULL */
	struct zcblk_range *range;	/* NULL if the link is a marker */
	struct list_head waiters;	/* ranges that wait for this range in this slot */
	u64 age;			/* greater than the age of each older link in the chain */
	u8 depth;			/* upper bound of the number of links hidden below */
	bool is_hidden;
};

/* The range of a request */
struct zcblk_range {
	u64 start;		/* first sector */
	u64 last;		/* last sector */
	/* Ends a wait: err is 0, or -ECANCELED for a range that must not be unlocked */
	void (*granted)(struct zcblk_range *range, int err);
	u8 kind;		/* an enum zcblk_range_kind */
	bool nowait;		/* refuse the range instead of parking it */
	bool parked;		/* the range was parked, and may have been granted since */
	bool waits;		/* the range is parked and has not been granted yet */
	bool reported;		/* zcblk_ranges_watch() has reported the range */
	/* The members below are for the engines */
	bool undecided;		/* slot: the range may still be refused */
	bool is_long;		/* slot: its only link is in the long slot */
	u8 nr_links;		/* slot: how many of @link are in use */
	unsigned int blockers;	/* list, tree: number of ranges that a parked range waits for */
	u64 seq;		/* number by which the engine compares the age of ranges */
	unsigned long since;	/* zcblk_range_lock(), or the grant of a parked range; jiffies */
	u64 parked_ns;		/* time when the range was parked, in ns */
	struct zcblk_range *next;	/* in a list of ranges to be granted */
	union {
		struct list_head list;
		struct zcblk_range_node node[2];	/* the second one is for a test's engine */
		struct {
			int overlap;		/* the overlap mode when the range was locked */
			unsigned int at;	/* index of the slot to search next */
			unsigned int busy;	/* @at of the first slot that was not empty */
			struct list_head wait;	/* entry in a list of waiters */
			struct list_head longs;	/* entry in the list of long ranges */
			struct zcblk_range_link link[2];
		};
	};
};

/* Counters of one CPU */
struct zcblk_range_stats {
	u64 taken;	/* calls of zcblk_range_lock() */
	u64 contended;	/* calls that found a conflict with an earlier range */
	u64 parked;	/* conflicts after which the range was parked */
	u64 refused;	/* conflicts after which the range was refused with -EAGAIN */
	u64 collided;	/* short ranges granted at once that met disjoint ranges in a slot */
	u64 slow;	/* long ranges, and short ranges in a group of slots with a long range */
	u64 longest_ns;	/* the longest wait */
	u64 waits[ZCBLK_RANGE_BUCKETS];
};

struct zcblk_range_hot {
	u64 region;	/* sector >> ZCBLK_RANGE_HOT_SHIFT */
	u64 count;	/* upper bound, because a new region inherits the count of another one */
};

/* The range lock of a disk */
struct zcblk_ranges {
	const struct zcblk_range_ops *ops;
	void *engine;			/* data of the engine */
	const int *overlap;		/* an enum zcblk_overlap, which may change under load */
	const struct gendisk *gd;	/* the disk, for tracepoints */
	struct workqueue_struct *wq;	/* for work that would last too long with interrupts off */
	bool cancelled;			/* zcblk_ranges_cancel() was called: park no more ranges */
	unsigned long watched;		/* last visit by zcblk_ranges_watch(), in jiffies */
	struct zcblk_range_stats __percpu *stats;
	/* An overlap modifies the members below. Every request uses the members above. */
	raw_spinlock_t hot_lock ____cacheline_aligned_in_smp; /* protects @hot */
	struct zcblk_range_hot hot[ZCBLK_RANGE_HOT];	/* most contended regions, in no order */
};

typedef void (*zcblk_range_visit_fn)(struct zcblk_range *range, void *data);

/* An engine. Its functions for_each() and cancel() are called in process context. */
struct zcblk_range_ops {
	const char *name;	/* the word for the engine in the setting range_lock */
	/* Allocates @ranges->engine, for kvfree(). Return: 0 or -ENOMEM */
	int (*init)(struct zcblk_ranges *ranges);
	/* Locks or parks a range. Return: as zcblk_range_lock() */
	int (*lock)(struct zcblk_ranges *ranges, struct zcblk_range *range);
	/* Releases a granted range. Return: the ranges to be granted, linked by @next */
	struct zcblk_range *(*unlock)(struct zcblk_ranges *ranges, struct zcblk_range *range);
	/*
	 * Visits once each range, held or parked, that exists during the whole call. A range is not
	 * freed during its visit.
	 */
	void (*for_each)(struct zcblk_ranges *ranges, zcblk_range_visit_fn visit, void *data);
	/* Fails all parked ranges, after @ranges->cancelled was set */
	void (*cancel)(struct zcblk_ranges *ranges);
};

extern const struct zcblk_range_ops *const zcblk_range_engines[];
extern const struct zcblk_range_ops zcblk_range_list_ops;
extern const struct zcblk_range_ops zcblk_range_tree_ops;
extern const struct zcblk_range_ops zcblk_range_slot_ops;

static inline void zcblk_range_init(struct zcblk_range *range, u64 start, u64 last,
				    enum zcblk_range_kind kind, bool nowait,
				    void (*granted)(struct zcblk_range *range, int err))
{
	range->start = start;
	range->last = last;
	range->granted = granted;
	range->kind = kind;
	range->nowait = nowait;
	range->parked = false;
	range->waits = false;
	range->undecided = false;
	range->reported = false;
}

static inline bool zcblk_range_overlaps(const struct zcblk_range *a, const struct zcblk_range *b)
{
	return a->start <= b->last && b->start <= a->last;
}

static inline bool zcblk_range_covers(const struct zcblk_range *a, const struct zcblk_range *b)
{
	return a->start <= b->start && b->last <= a->last;
}

/* True if the later of two ranges that overlap must wait for the earlier one */
static inline bool zcblk_range_kind_excludes(u8 earlier, u8 later)
{
	return earlier == ZCBLK_RANGE_WRITE || later == ZCBLK_RANGE_WRITE;
}

static inline bool zcblk_range_conflicts(const struct zcblk_range *earlier,
					 const struct zcblk_range *later)
{
	return zcblk_range_overlaps(earlier, later) &&
	       zcblk_range_kind_excludes(earlier->kind, later->kind);
}

/* range.c: functions for users of range locks */
struct zcblk_ranges *zcblk_ranges_create(const struct zcblk_range_ops *ops,
					 const int *overlap, struct workqueue_struct *wq);
void zcblk_ranges_destroy(struct zcblk_ranges *ranges);
int zcblk_range_lock(struct zcblk_ranges *ranges, struct zcblk_range *range);
void zcblk_range_unlock(struct zcblk_ranges *ranges, struct zcblk_range *range);
void zcblk_ranges_cancel(struct zcblk_ranges *ranges);

/* range.c: functions for engines */
int zcblk_range_conflict(struct zcblk_ranges *ranges, struct zcblk_range *range,
			 const struct zcblk_range *blocker, int overlap);
void zcblk_range_unblock(struct zcblk_range *range, struct zcblk_range **grants);
void zcblk_range_grant(struct zcblk_ranges *ranges, struct zcblk_range *grants);
void zcblk_range_fail(struct zcblk_range *failed);

/* show.c */
struct seq_file;

int zcblk_ranges_show(struct zcblk_ranges *ranges, struct seq_file *m);
void zcblk_ranges_show_stats(struct zcblk_ranges *ranges, struct seq_file *m);
void zcblk_ranges_reset(struct zcblk_ranges *ranges);
void zcblk_ranges_watch(struct zcblk_ranges *ranges, const char *name);

#endif /* _ZCBLK_RANGE_H */
