/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Range locks: put requests that overlap in order.
 *
 * Interface
 *	Whoever has a request for some sectors embeds a struct zcblk_range, fills it
 *	with zcblk_range_init(), and asks for it with zcblk_range_lock(). It is
 *	granted at once, or parked: then ->granted() is called when all it has to
 *	wait for has gone. zcblk_range_unlock() gives it back.
 *
 * Rules
 *	- Sectors are counted from @start to @last, inclusive. Neighbours do not
 *	  overlap.
 *	- A write waits for all earlier reads and writes that it overlaps, a read for
 *	  all such writes. Earlier is what zcblk_range_lock() saw first, whether it
 *	  was granted or parked: nothing overtakes, so nothing starves.
 *	- A flush waits for every earlier write, and nothing waits for a flush.
 *	- Nobody sleeps, nothing is allocated. Both functions may be called in any
 *	  context, and ->granted() in that of anybody who calls them, or
 *	  zcblk_ranges_cancel(), with no lock of this code held. A caller of
 *	  zcblk_range_lock() with interrupts off is welcome too.
 *	- A range that is parked belongs to this code: it may be granted, unlocked
 *	  and freed by others before zcblk_range_lock() has returned.
 *
 * Waiting is counted, not searched for: a request that is parked knows by how many
 * earlier ones (@blockers), and each of those takes one off when it goes. Whoever
 * takes off the last one grants. So no one is woken to look for himself and to
 * wait again, and a request that came later cannot slip in between.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _ZCBLK_RANGE_H
#define _ZCBLK_RANGE_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/rbtree.h>
#include <linux/spinlock.h>
#include <linux/types.h>

/* log2(ns) buckets of the histogram of waits; the last one takes all that is longer */
#define ZCBLK_RANGE_BUCKETS	40

/* Regions that are remembered as the most contended ones, and their size in sectors */
#define ZCBLK_RANGE_HOT		16
#define ZCBLK_RANGE_HOT_SHIFT	11

enum zcblk_range_kind {
	ZCBLK_RANGE_READ,
	ZCBLK_RANGE_WRITE,
	ZCBLK_RANGE_FLUSH,	/* @start and @last do not matter */
	ZCBLK_NR_RANGE_KINDS,
};

/* What zcblk_range_lock_names[] has, in that order */
enum zcblk_range_engine {
	ZCBLK_ENGINE_OFF,
	ZCBLK_ENGINE_LIST,
	ZCBLK_ENGINE_TREE,
	ZCBLK_ENGINE_BUCKET,
	ZCBLK_ENGINE_SLOT,
	ZCBLK_ENGINE_ON = ZCBLK_ENGINE_SLOT,	/* for who does not want to choose */
};

enum zcblk_overlap {
	ZCBLK_OVERLAP_SERIALIZE,	/* the later one waits */
	ZCBLK_OVERLAP_REJECT,		/* the later one fails */
	ZCBLK_OVERLAP_DETECT,		/* the later one is counted */
};

/* A set of words, as the user writes them; ends with NULL */
extern const char *const zcblk_range_kind_names[];
extern const char *const zcblk_overlap_names[];
extern const char *const zcblk_range_lock_names[];

struct gendisk;
struct zcblk_range;

/**
 * struct zcblk_range_node - a range's place in an interval tree
 * @rb: in the tree
 * @subtree_last: the highest @last in the subtree
 * @range: whose it is
 */
struct zcblk_range_node {
	struct rb_node rb;
	u64 subtree_last;
	struct zcblk_range *range;
};

/**
 * struct zcblk_range_link - a range's place in a slot's chain
 * @older: who came before
 * @range: whose it is
 * @slot: the slot
 */
struct zcblk_range_link {
	struct zcblk_range_link *older;
	struct zcblk_range *range;
	unsigned long *slot;
};

/**
 * struct zcblk_range - one request
 * @start: first sector
 * @last: last sector
 * @granted: called when a parked range is granted (err 0), or will never be
 *	(-ECANCELED; it is not to be unlocked then)
 * @kind: an enum zcblk_range_kind
 * @nowait: to be refused where it would be parked
 * @parked: it had to wait; never changes once others can see the range
 * @reported: the watchdog has spoken of it
 * @blockers: parked: how many it waits for; one may be counted twice
 * @seq: the engine's: what came before, and what after
 * @since: when it was taken or granted, jiffies
 * @parked_ns: when it was parked, ns
 * @next: among those that are to be granted
 * @list: engine list
 * @node: engine tree, bucket, and long ranges of engine slot
 * @link: engine slot
 */
struct zcblk_range {
	u64 start;
	u64 last;
	void (*granted)(struct zcblk_range *range, int err);
	u8 kind;
	bool nowait;
	bool parked;
	bool reported;
	atomic_t blockers;
	u64 seq;
	unsigned long since;
	u64 parked_ns;
	struct zcblk_range *next;
	union {
		struct list_head list;
		struct zcblk_range_node node[2];
		struct zcblk_range_link link[2];
	};
};

/**
 * struct zcblk_range_stats - counters of one CPU
 * @taken: ranges asked for
 * @contended: of these, those that overlapped one they have to wait for
 * @parked: of these, those that waited
 * @refused: of these, those that failed: nowait, or ZCBLK_OVERLAP_REJECT
 * @collided: disjoint ranges that met in a slot; that costs time, not order
 * @slow: ranges that took the slow way because they, or others near by, are long, or
 *	because they are the first near by since a flush
 * @longest_ns: the longest wait
 * @waits: histogram of waits
 */
struct zcblk_range_stats {
	u64 taken;
	u64 contended;
	u64 parked;
	u64 refused;
	u64 collided;
	u64 slow;
	u64 longest_ns;
	u64 waits[ZCBLK_RANGE_BUCKETS];
};

/**
 * struct zcblk_range_hot - a region that is contended
 * @region: sector >> ZCBLK_RANGE_HOT_SHIFT
 * @count: how often, at most; the region that is remembered last may count too many
 */
struct zcblk_range_hot {
	u64 region;
	u64 count;
};

/**
 * struct zcblk_ranges - the range lock of a disk
 * @ops: the engine
 * @engine: its data
 * @overlap: points to an enum zcblk_overlap, which may change under load
 * @gd: whose lock it is, for tracepoints
 * @cancelled: nobody is parked any more
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
	bool cancelled;
	unsigned long watched;
	struct zcblk_range_stats __percpu *stats;
	/* Written by requests that overlap, all else is read by each */
	raw_spinlock_t hot_lock ____cacheline_aligned_in_smp; /* see above */
	struct zcblk_range_hot hot[ZCBLK_RANGE_HOT];
};

typedef void (*zcblk_range_visit_fn)(struct zcblk_range *range, void *data);

/**
 * struct zcblk_range_ops - an engine
 * @name: as the user writes it
 * @init: make @ranges->engine; 0 or -ENOMEM
 * @exit: free it; it is empty
 * @lock: take a range, as zcblk_range_lock()
 * @unlock: give back a range, granted or still parked; those that waited for
 *	nothing else are returned, the first of a list by @next
 * @for_each: visit each range, held or parked, once, while it cannot go away
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
};

extern const struct zcblk_range_ops zcblk_range_list_ops;
extern const struct zcblk_range_ops zcblk_range_tree_ops;
extern const struct zcblk_range_ops zcblk_range_bucket_ops;
extern const struct zcblk_range_ops zcblk_range_slot_ops;

static inline void zcblk_range_init(struct zcblk_range *range, u64 start, u64 last,
				    enum zcblk_range_kind kind, bool nowait,
				    void (*granted)(struct zcblk_range *range, int err))
{
	bool flush = kind == ZCBLK_RANGE_FLUSH;

	range->start = flush ? 0 : start;
	range->last = flush ? U64_MAX : last;
	range->granted = granted;
	range->kind = kind;
	range->nowait = nowait;
	range->parked = false;
	range->reported = false;
}

static inline bool zcblk_range_overlaps(const struct zcblk_range *a,
					const struct zcblk_range *b)
{
	return a->start <= b->last && b->start <= a->last;
}

/* Given that two overlap: must the one that came later wait? */
static inline bool zcblk_range_kind_excludes(u8 earlier, u8 later)
{
	return earlier == ZCBLK_RANGE_WRITE ||
	       (earlier == ZCBLK_RANGE_READ && later == ZCBLK_RANGE_WRITE);
}

static inline bool zcblk_range_excludes(const struct zcblk_range *earlier,
					const struct zcblk_range *later)
{
	return zcblk_range_kind_excludes(earlier->kind, later->kind);
}

static inline bool zcblk_range_waits(const struct zcblk_range *later,
				     const struct zcblk_range *earlier)
{
	return zcblk_range_overlaps(earlier, later) &&
	       zcblk_range_excludes(earlier, later);
}

/* range.c, for users */
struct zcblk_ranges *zcblk_ranges_create(unsigned int engine, const int *overlap);
void zcblk_ranges_destroy(struct zcblk_ranges *ranges);
int zcblk_range_lock(struct zcblk_ranges *ranges, struct zcblk_range *range);
void zcblk_range_unlock(struct zcblk_ranges *ranges, struct zcblk_range *range);
void zcblk_ranges_cancel(struct zcblk_ranges *ranges);

/* range.c, for engines */
int zcblk_range_conflict(struct zcblk_ranges *ranges, struct zcblk_range *range,
			 unsigned int blockers);
void zcblk_range_unblock(struct zcblk_range *range, struct zcblk_range **grants);
void zcblk_range_drop(struct zcblk_ranges *ranges, struct zcblk_range *range);

/* range-show.c */
struct seq_file;

int zcblk_ranges_show(struct zcblk_ranges *ranges, struct seq_file *m);
void zcblk_ranges_show_stats(struct zcblk_ranges *ranges, struct seq_file *m);
void zcblk_ranges_reset(struct zcblk_ranges *ranges);
void zcblk_ranges_watch(struct zcblk_ranges *ranges, const char *name);

/* range-interval.c */
unsigned int zcblk_interval_count(struct rb_root_cached *root,
				  const struct zcblk_range *range);
void zcblk_interval_insert(struct rb_root_cached *root,
			   struct zcblk_range_node *node, struct zcblk_range *range);
void zcblk_interval_remove(struct rb_root_cached *root,
			   struct zcblk_range_node *node);
void zcblk_interval_unblock(struct rb_root_cached *root,
			    const struct zcblk_range *range,
			    struct zcblk_range **grants);

#endif /* _ZCBLK_RANGE_H */
