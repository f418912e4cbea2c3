/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inline functions for the fast path of range lock engine slot. slot.c explains the engine.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _ZCBLK_RANGE_SLOT_H
#define _ZCBLK_RANGE_SLOT_H

#include <linux/bits.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

#include "range.h"

/* log2 of a region's size in sectors: 64 KiB, so that most requests lie in one or two regions */
#define ZCBLK_SLOT_REGION_SHIFT	7

/*
 * log2 of the number of slots, and of the slots in a group. With 1,024 ranges held at random
 * places, one slot in 128 is not empty. The table of slots has 1 MiB. The tests define smaller
 * values for these constants, and for the other constants inside of #ifndef.
 */
#ifndef ZCBLK_SLOT_BITS
#define ZCBLK_SLOT_BITS		17
#define ZCBLK_SLOT_GROUP_BITS	6
#endif

/* Number of links to examine before interrupts are enabled, or a worker continues */
#ifndef ZCBLK_SLOT_STEPS
#define ZCBLK_SLOT_STEPS	48
#endif

/* Number of waiters that an unlock examines itself; a worker examines the others */
#ifndef ZCBLK_SLOT_INLINE
#define ZCBLK_SLOT_INLINE	2
#endif

/* Maximum number of links that are hidden below one link */
#ifndef ZCBLK_SLOT_DEPTH
#define ZCBLK_SLOT_DEPTH	32
#endif

#define ZCBLK_NR_SLOTS		BIT(ZCBLK_SLOT_BITS)
#define ZCBLK_NR_SLOT_GROUPS	(ZCBLK_NR_SLOTS >> ZCBLK_SLOT_GROUP_BITS)

#ifndef CONFIG_64BIT
#error "the numbers of long ranges would wrap around on a 32-bit kernel"
#endif

/* Flags in the low bits of a slot. The other bits are the address of the newest link. */
#define ZCBLK_SLOT_LOCKED	1UL	/* a spinlock, which the fast path does not use */
#define ZCBLK_SLOT_SLOW		2UL	/* the fast path must not change the slot */
#define ZCBLK_SLOT_FLAGS	(ZCBLK_SLOT_LOCKED | ZCBLK_SLOT_SLOW)

struct zcblk_slots {
	struct zcblk_ranges *ranges;
	struct mutex mutex;		/* held to enter a long or undecided range */
	struct lockdep_map dep_map;	/* represents the slots in lockdep */
	struct work_struct work;	/* examines the ranges in @todo and @past */
	raw_spinlock_t todo_lock;	/* protects the next three members */
	struct list_head todo;		/* parked ranges to be examined again in their slot */
	struct list_head past;		/* parked ranges that need only the slots after theirs */
	bool past_next;			/* the worker examines a range of @past next */
	atomic_t walks;			/* running calls of zcblk_slot_for_each() */
	/* The lock of the long slot protects changes of the next three members */
	struct list_head longs;		/* all long ranges, the oldest one first */
	unsigned long seq;		/* number of the newest long range */
	unsigned long oldest;		/* number of the oldest long range; without one, @seq + 1 */
	/* For each group of slots, the number of the newest long range that touches the group */
	unsigned long mark[ZCBLK_NR_SLOT_GROUPS] ____cacheline_aligned_in_smp;
	/* The last slot is the long slot */
	unsigned long slot[ZCBLK_NR_SLOTS + 1] ____cacheline_aligned_in_smp;
};

int zcblk_slot_lock_slow(struct zcblk_ranges *ranges, struct zcblk_range *range);
struct zcblk_range *zcblk_slot_unlock_slow(struct zcblk_ranges *ranges, struct zcblk_range *range);

static inline u64 zcblk_slot_region(u64 sector)
{
	return sector >> ZCBLK_SLOT_REGION_SHIFT;
}

/* Returns the index of a region's slot. The slots of an aligned group of regions are one group. */
static inline unsigned int zcblk_slot_index(u64 region)
{
	u64 above = region >> ZCBLK_SLOT_BITS << ZCBLK_SLOT_GROUP_BITS;

	return (region + above) & (ZCBLK_NR_SLOTS - 1);
}

static inline int zcblk_slot_lock(struct zcblk_ranges *ranges, struct zcblk_range *range)
{
	struct zcblk_slots *slots = ranges->engine;
	struct zcblk_range_link *link = &range->link[0];
	u64 region = zcblk_slot_region(range->start);

	if (unlikely(region != zcblk_slot_region(range->last)))
		return zcblk_slot_lock_slow(ranges, range);
	link->slot = &slots->slot[zcblk_slot_index(region)];
	if (unlikely(cmpxchg(link->slot, 0UL, (unsigned long)link)))
		return zcblk_slot_lock_slow(ranges, range);
	return 0;
}

static inline struct zcblk_range *zcblk_slot_unlock(struct zcblk_ranges *ranges,
						    struct zcblk_range *range)
{
	struct zcblk_range_link *link = &range->link[0];
	unsigned long word = (unsigned long)link;

	/* If the slot has no flag, no other CPU has accessed the link */
	if (unlikely(cmpxchg_release(link->slot, word, 0UL) != word))
		return zcblk_slot_unlock_slow(ranges, range);
	return NULL;
}

#endif /* _ZCBLK_RANGE_SLOT_H */
