/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Range locks order requests that overlap. A request embeds a struct zcblk_range. Its
 * owner calls zcblk_range_init(), then zcblk_range_lock(). The range is granted at once,
 * or parked: ->granted() is called later. zcblk_range_unlock() releases it.
 *
 * Rules
 *	- A range covers the sectors from @start to @last, inclusive. Neighbours do
 *	  not overlap.
 *	- A write waits for all earlier reads and writes that it overlaps. A read waits
 *	  for all earlier writes that it overlaps. Reads do not order each other.
 *	- Request A is earlier than B if zcblk_range_lock() returned for A before it
 *	  was called for B. Calls that overlap in time are put in some order. Nothing
 *	  overtakes, so nothing starves.
 *	- A flush has no range. It covers the writes that completed before it was
 *	  issued, as on any disk.
 *	- zcblk_range_lock() is called in process context with interrupts on. It never
 *	  waits for a range. zcblk_range_unlock() may be called in any context.
 *	- ->granted() is called in the context of any caller of these functions or of
 *	  a worker, with no lock of this code held.
 *	- A range that is parked belongs to this code: it may be granted, unlocked and
 *	  freed before zcblk_range_lock() returns.
 *
 * What a request waits for
 *	A request need not wait for every earlier one. If it waits for a write that
 *	covers it, it waits for all that this write waits for. Engine slot therefore
 *	has a request wait for one other request at a time: the newest one in its way,
 *	then the next older one. Three kinds of request need care:
 *	- A read does not order the reads around it, so a write looks at each of them.
 *	- A range that was granted although it overlaps (detect, also when the mode
 *	  changes later) has not waited. A request that waited for it goes on to look
 *	  at older ones.
 *	- A parked range that is cancelled has not waited, but then all that wait fail.
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

/* log2(ns) buckets of the histogram of waits; the last one holds all longer waits */
#define ZCBLK_RANGE_BUCKETS	40

/* Number of most contended regions to remember, and their size in sectors */
#define ZCBLK_RANGE_HOT		16
#define ZCBLK_RANGE_HOT_SHIFT	11

enum zcblk_range_kind {
	ZCBLK_RANGE_READ,
	ZCBLK_RANGE_WRITE,
};

/* The index into zcblk_range_engines[] and zcblk_range_lock_names[] */
enum zcblk_range_engine {
	ZCBLK_ENGINE_OFF,
	ZCBLK_ENGINE_LIST,
	ZCBLK_ENGINE_TREE,
	ZCBLK_ENGINE_SLOT,
	ZCBLK_ENGINE_ON = ZCBLK_ENGINE_SLOT,	/* the word `on` */
};

enum zcblk_overlap {
	ZCBLK_OVERLAP_SERIALIZE,	/* the later request waits */
	ZCBLK_OVERLAP_REJECT,		/* the later request fails */
	ZCBLK_OVERLAP_DETECT,		/* the later request is counted */
};

/* Words that the user writes; each array ends with NULL */
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

/* A range's place in the chain of a slot; see slot.c */
struct zcblk_range_link {
	unsigned long *slot;
	struct zcblk_range_link *older;	/* the next one in the chain */
	struct zcblk_range_link *newer;	/* or, of a hidden link, the one that hides it */
	struct zcblk_range_link *across; /* between a write and the newest read on it */
	struct zcblk_range_link *hidden; /* an older one that only this one needs */
	struct zcblk_range *range;	/* NULL: a marker */
	struct list_head waiters;	/* ranges that wait for this one here */
	u64 age;			/* more than that of all that came before */
	u8 depth;			/* how many links are hidden below, at most */
	bool is_hidden;
};

/**
 * struct zcblk_range - one request
 * @start: first sector
 * @last: last sector
 * @granted: called when a parked range is granted (err 0), or when it never will be
 *	(-ECANCELED; the range must not be unlocked then)
 * @kind: an enum zcblk_range_kind
 * @nowait: refuse the range instead of parking it
 * @parked: the range had to wait
 * @waits: the range is parked and has not been granted yet
 * @reported: the watchdog has reported the range
 * @seq: the engine's: which ranges are older
 * @since: when the range was locked or granted, jiffies
 * @parked_ns: when it was parked, ns
 * @next: the next one in a list of ranges to be granted
 */
struct zcblk_range {
	u64 start;
	u64 last;
	void (*granted)(struct zcblk_range *range, int err);
	u8 kind;
	bool nowait;
	bool parked;
	bool waits;
	bool reported;
	/* private: the engines' */
	bool undecided;		/* slot: it is not known yet whether it is refused */
	bool is_long;		/* slot: too long for links in its regions' slots */
	u8 nr_links;		/* slot: how many of @link are in use */
	unsigned int blockers;	/* list, tree: how many ranges it waits for */
	u64 seq;
	unsigned long since;
	u64 parked_ns;
	struct zcblk_range *next;
	union {
		struct list_head list;
		struct zcblk_range_node node[2];	/* engine tree uses one */
		struct {
			int overlap;		/* when the range was locked */
			unsigned int at;	/* in which of its slots it looks */
			unsigned int busy;	/* the first one that was not empty */
			struct list_head wait;	/* among waiters */
			struct list_head longs;
			struct zcblk_range_link link[2];
		};
	};
};

/* Counters of one CPU */
struct zcblk_range_stats {
	u64 taken;	/* ranges asked for */
	u64 contended;	/* of these, how many overlapped an earlier one */
	u64 parked;	/* of these, how many waited */
	u64 refused;	/* of these, how many failed: nowait, or ZCBLK_OVERLAP_REJECT */
	u64 collided;	/* disjoint ranges that met in a slot; costs time, not order */
	u64 slow;	/* ranges that are long, or that have a long one nearby */
	u64 longest_ns;	/* the longest wait */
	u64 waits[ZCBLK_RANGE_BUCKETS];
};

struct zcblk_range_hot {
	u64 region;	/* sector >> ZCBLK_RANGE_HOT_SHIFT */
	u64 count;	/* how often, at most: one that was added late is overcounted */
};

/**
 * struct zcblk_ranges - the range lock of a disk
 * @ops: the engine
 * @engine: its data
 * @overlap: points to an enum zcblk_overlap, which may change under load
 * @gd: the disk, for tracepoints
 * @wq: where an engine continues work that exceeds its bound
 * @cancelled: no range is parked any more
 * @watched: when the watchdog looked last, jiffies
 * @stats: per-CPU counters
 * @hot_lock: protects @hot
 * @hot: the most contended regions, in no order
 */
struct zcblk_ranges {
	const struct zcblk_range_ops *ops;
	void *engine;
	const int *overlap;
	const struct gendisk *gd;
	struct workqueue_struct *wq;
	bool cancelled;
	unsigned long watched;
	struct zcblk_range_stats __percpu *stats;
	/* Written by requests that overlap; every request reads all the rest */
	raw_spinlock_t hot_lock ____cacheline_aligned_in_smp; /* see above */
	struct zcblk_range_hot hot[ZCBLK_RANGE_HOT];
};

typedef void (*zcblk_range_visit_fn)(struct zcblk_range *range, void *data);

/**
 * struct zcblk_range_ops - an engine
 * @name: as the user writes it
 * @init: allocate @ranges->engine; 0 or -ENOMEM
 * @exit: free it; no range is left
 * @lock: as zcblk_range_lock()
 * @unlock: release a granted range; returns the ranges to be granted now, the first
 *	of a list linked by @next
 * @for_each: visit each range, held or parked, while it cannot go away. One that is
 *	there all the time is visited once. Process context.
 * @cancel: fail all parked ranges, after @ranges->cancelled was set. Process context.
 */
struct zcblk_range_ops {
	const char *name;
	int (*init)(struct zcblk_ranges *ranges);
	void (*exit)(struct zcblk_ranges *ranges);
	int (*lock)(struct zcblk_ranges *ranges, struct zcblk_range *range);
	struct zcblk_range *(*unlock)(struct zcblk_ranges *ranges,
				      struct zcblk_range *range);
	void (*for_each)(struct zcblk_ranges *ranges, zcblk_range_visit_fn visit,
			 void *data);
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

static inline bool zcblk_range_overlaps(const struct zcblk_range *a,
					const struct zcblk_range *b)
{
	return a->start <= b->last && b->start <= a->last;
}

static inline bool zcblk_range_covers(const struct zcblk_range *a,
				      const struct zcblk_range *b)
{
	return a->start <= b->start && b->last <= a->last;
}

/* Given that two overlap: must the later one wait? */
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

/* range.c, for users */
struct zcblk_ranges *zcblk_ranges_create(const struct zcblk_range_ops *ops,
					 const int *overlap, struct workqueue_struct *wq);
void zcblk_ranges_destroy(struct zcblk_ranges *ranges);
int zcblk_range_lock(struct zcblk_ranges *ranges, struct zcblk_range *range);
void zcblk_range_unlock(struct zcblk_ranges *ranges, struct zcblk_range *range);
void zcblk_ranges_cancel(struct zcblk_ranges *ranges);

/* range.c, for engines */
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
