/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The common case of range lock engine slot, inline; see range-slot.c for what it
 * means and why it is right.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _ZCBLK_RANGE_SLOT_H
#define _ZCBLK_RANGE_SLOT_H

#include <linux/bits.h>

#include "range.h"

/* A region in sectors: 64 KiB, so that most requests lie in one or two */
#define ZCBLK_SLOT_REGION_SHIFT	7

/*
 * With 1,024 ranges held at random, one in 64 slots is not empty; it takes 512 KiB.
 * The tests make both smaller.
 */
#ifndef ZCBLK_SLOT_BITS
#define ZCBLK_SLOT_BITS		16
#define ZCBLK_SLOT_GROUP_BITS	6
#endif

#define ZCBLK_NR_SLOTS		BIT(ZCBLK_SLOT_BITS)
#define ZCBLK_NR_SLOT_GROUPS	(ZCBLK_NR_SLOTS >> ZCBLK_SLOT_GROUP_BITS)

/* A group of slots: is it in use, and how many long ranges touch it? */
#define ZCBLK_SLOT_GROUP_USED	1U
#define ZCBLK_SLOT_GROUP_LONG	2U	/* for each of them */

/**
 * struct zcblk_slots - the engine
 * @lock: protects @long_ranges and @seq; interrupts are off
 * @long_ranges: those held, and those that wait
 * @seq: the number of the newest; even, so that there is room between two
 * @group: see ZCBLK_SLOT_GROUP_USED; written under @lock
 * @slot: 0, or the newest link of a chain, and flags
 */
struct zcblk_slots {
	raw_spinlock_t lock; /* see above */
	struct rb_root_cached long_ranges;
	u64 seq;
	unsigned int group[ZCBLK_NR_SLOT_GROUPS] ____cacheline_aligned_in_smp;
	unsigned long slot[ZCBLK_NR_SLOTS] ____cacheline_aligned_in_smp;
};

/* range-slot.c */
int zcblk_slot_lock_wide(struct zcblk_ranges *ranges, struct zcblk_range *range);
int zcblk_slot_lock_short(struct zcblk_ranges *ranges, struct zcblk_range *range);
int zcblk_slot_lock_again(struct zcblk_ranges *ranges, struct zcblk_range *range);
struct zcblk_range *zcblk_slot_unlock_wide(struct zcblk_ranges *ranges,
					   struct zcblk_range *range);
struct zcblk_range *zcblk_slot_unlock_short(struct zcblk_ranges *ranges,
					    struct zcblk_range *range);

static inline u64 zcblk_slot_region(u64 sector)
{
	return sector >> ZCBLK_SLOT_REGION_SHIFT;
}

/*
 * Regions that follow each other are in slots that do, so that two neighbours never
 * share one, and all regions of an aligned group of them are in one group of slots.
 */
static inline unsigned int zcblk_slot_index(u64 region)
{
	u64 above = region >> ZCBLK_SLOT_BITS << ZCBLK_SLOT_GROUP_BITS;

	return (region + above) & (ZCBLK_NR_SLOTS - 1);
}

static inline unsigned int zcblk_slot_group(unsigned int index)
{
	return index >> ZCBLK_SLOT_GROUP_BITS;
}

/* Is there a long range in the group of this slot, or is it not in use yet? */
static inline bool zcblk_slot_near_long(struct zcblk_slots *slots,
					unsigned int index)
{
	/* Pairs with zcblk_slots_set_group(): sees what the last long one did */
	return smp_load_acquire(&slots->group[zcblk_slot_group(index)]) !=
	       ZCBLK_SLOT_GROUP_USED;
}

static inline void zcblk_slot_link(struct zcblk_slots *slots,
				   struct zcblk_range *range, unsigned int i,
				   unsigned int index)
{
	range->link[i].older = NULL;
	range->link[i].range = range;
	range->link[i].slot = &slots->slot[index];
	range->seq = 0;
}

static inline int zcblk_slot_lock(struct zcblk_ranges *ranges,
				  struct zcblk_range *range)
{
	struct zcblk_slots *slots = ranges->engine;
	u64 region = zcblk_slot_region(range->start);
	unsigned int index = zcblk_slot_index(region);

	if (unlikely(region != zcblk_slot_region(range->last)))
		return zcblk_slot_lock_wide(ranges, range);
	zcblk_slot_link(slots, range, 0, index);
	if (unlikely(cmpxchg(&slots->slot[index], 0UL, (unsigned long)&range->link[0])))
		return zcblk_slot_lock_short(ranges, range);
	if (unlikely(zcblk_slot_near_long(slots, index)))
		return zcblk_slot_lock_again(ranges, range);
	return 0;
}

static inline struct zcblk_range *zcblk_slot_unlock(struct zcblk_ranges *ranges,
						    struct zcblk_range *range)
{
	struct zcblk_range_link *link = &range->link[0];
	unsigned long word = (unsigned long)link;

	if (unlikely(zcblk_slot_region(range->start) != zcblk_slot_region(range->last)))
		return zcblk_slot_unlock_wide(ranges, range);
	/*
	 * No one comes in behind it: if nobody is there, nobody will be. Who has
	 * looked at it has done so before it is written again, as that depends on
	 * what the cmpxchg() has read.
	 */
	if (unlikely(READ_ONCE(link->older) ||
		     cmpxchg_release(link->slot, word, 0UL) != word))
		return zcblk_slot_unlock_short(ranges, range);
	return NULL;
}

#endif /* _ZCBLK_RANGE_SLOT_H */
