// SPDX-License-Identifier: GPL-2.0-only
/*
 * Range lock engine slot: for the common case, one compare-and-exchange to take a
 * range and one to give it back.
 *
 * The disk is cut into regions, and regions are hashed to slots. A slot is one
 * word: 0, or the newest link of the chain of all ranges that are held or wait
 * there, and two bits below.
 *
 * Common case
 *	A range that lies in one region, whose slot is empty, is put there by one
 *	cmpxchg(); while it is alone it is taken out by another.
 *
 * Overlaps
 *	In a slot that is not empty the bit LOCKED is taken, which is a spinlock.
 *	Ranges are compared by sectors, so that disjoint ones that meet in a slot
 *	(they are counted as collided) do not wait. The chain is in the order of
 *	arrival: those behind a link came before it.
 *	A range that lies in two regions holds both slots, the lower address first,
 *	while it is compared and put in: its place is the same in both chains. Where
 *	two such ranges meet in both, each counts the other twice, coming and going.
 *
 * Long ranges
 *	What lies in more than two regions is long, and so is a flush. Long ranges
 *	are in an interval tree under a spinlock, and are numbered in @seq. Slots
 *	are in groups, and each group counts the long ranges that touch it, in
 *	@group. While that is not 0, short ranges there take the spinlock first and
 *	the slots after it, and are compared with the tree too. A long range looks
 *	through all slots of its regions, once coming and once going. A flush is
 *	not counted, as nobody waits for it.
 *	A pair of a short and a long one is counted once, in the region of the first
 *	sector that they share.
 *	Which of them came first is known by the short one's @seq: 0 while no long
 *	one waits for it, then one less than that of the first which does. The slot
 *	gets the bit WATCHED, so that the cmpxchg() fails which would take it out.
 *
 * What looks at the whole table
 *	A flush would have to look at all slots, of which few may be in use. So a
 *	group says whether it is: the first short range there finds that it is not,
 *	and says so, under the spinlock, as if a long one were near. Whoever has
 *	looked at a group without finding anything takes that back. So it looks at
 *	no more groups than there were short ranges since somebody looked.
 *
 * Why a short and a long range never miss each other
 *
 *		short					long
 *	1	slot = link, or slot |= LOCKED		a	count it, or not used
 *	2	(cmpxchg is a full barrier)		b	smp_mb()
 *	3	read group				c	read slot
 *
 *	If 3 reads a group in use and no long one, then 3 is before a, so that 1 is
 *	before c: the long range sees
 *	all links of the short one, or waits for LOCKED and sees them then. It comes
 *	after the short one, and all that it has to do with it happens at slots.
 *	Else the short range drops what it did in 1, and begins
 *	again under the spinlock, when the long one's looking is over: it finds it in
 *	the tree, if it still is there, and comes after it. What was dropped may have
 *	been seen. Who came behind it in the chain is granted by the dropping, like
 *	with any other that goes; and so is a long range which counted it, for then
 *	@seq is set. A long range that did not see it has a @seq that is lower, or
 *	@seq is 0: it is left alone.
 *	So for each long range there is a moment, a, that all short ones which have
 *	to do with it are before or after in all slots at once. Nobody waits in a
 *	circle.
 *
 *	A long range that goes looks for those that wait for it first, and is no
 *	longer counted after that: who parks in between would not be found, or would
 *	be found without having counted it.
 *
 *	What the holder has done is seen by the next one: slots are emptied and
 *	unlocked with release, groups are written with release, and all of them
 *	are read with acquire, or by a full barrier.
 *
 * Lock order: @lock, slots by their address. Slots are held with interrupts off.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "range-slot.h"

#define ZCBLK_SLOT_LOCKED	1UL
#define ZCBLK_SLOT_WATCHED	2UL
#define ZCBLK_SLOT_FLAGS	(ZCBLK_SLOT_LOCKED | ZCBLK_SLOT_WATCHED)

/* Instead of a region: any */
#define ZCBLK_ANY_REGION	U64_MAX

static int zcblk_slot_init(struct zcblk_ranges *ranges)
{
	struct zcblk_slots *slots = kvzalloc(sizeof(*slots), GFP_KERNEL);

	if (!slots)
		return -ENOMEM;
	raw_spin_lock_init(&slots->lock);
	slots->long_ranges = RB_ROOT_CACHED;
	ranges->engine = slots;
	return 0;
}

static void zcblk_slot_exit(struct zcblk_ranges *ranges)
{
	kvfree(ranges->engine);
}

/* How many regions it lies in, less one */
static u64 zcblk_slot_span(const struct zcblk_range *range)
{
	return zcblk_slot_region(range->last) - zcblk_slot_region(range->start);
}

/* A full barrier; the word is the holder's until zcblk_slot_drop() */
static void zcblk_slot_hold(unsigned long *slot)
{
	unsigned long word;

	do {
		word = smp_cond_load_relaxed(slot, !(VAL & ZCBLK_SLOT_LOCKED));
	} while (cmpxchg(slot, word, word | ZCBLK_SLOT_LOCKED) != word);
}

static void zcblk_slot_drop(unsigned long *slot)
{
	/* Pairs with the cmpxchg() of zcblk_slot_hold() and zcblk_slot_lock() */
	smp_store_release(slot, READ_ONCE(*slot) & ~ZCBLK_SLOT_LOCKED);
}

static struct zcblk_range_link *zcblk_slot_newest(unsigned long *slot)
{
	return (void *)(READ_ONCE(*slot) & ~ZCBLK_SLOT_FLAGS);
}

static void zcblk_slot_hold_all(struct zcblk_range *range)
{
	unsigned long *slot = range->link[0].slot, *other;

	if (zcblk_slot_span(range)) {
		other = range->link[1].slot;
		zcblk_slot_hold(min(slot, other));
		slot = max(slot, other);
	}
	zcblk_slot_hold(slot);
}

static void zcblk_slot_drop_all(const struct zcblk_range *range)
{
	unsigned long *slot = range->link[0].slot, *other = NULL;

	/* A range that is parked may be gone when it has been dropped */
	if (zcblk_slot_span(range))
		other = range->link[1].slot;
	zcblk_slot_drop(slot);
	if (other)
		zcblk_slot_drop(other);
}

/*
 * How many in a chain does it have to wait for? All of them came before it.
 * And is there one with which it has nothing to do?
 */
static unsigned int zcblk_slot_count(unsigned long *slot,
				     const struct zcblk_range *range, bool *disjoint)
{
	struct zcblk_range_link *link;
	unsigned int n = 0;

	for (link = zcblk_slot_newest(slot); link; link = link->older) {
		n += zcblk_range_waits(range, link->range);
		*disjoint |= !zcblk_range_overlaps(range, link->range);
	}
	return n;
}

static void zcblk_slot_enter(struct zcblk_range_link *link)
{
	unsigned long word = READ_ONCE(*link->slot);

	link->older = zcblk_slot_newest(link->slot);
	WRITE_ONCE(*link->slot, (unsigned long)link | (word & ZCBLK_SLOT_FLAGS));
}

static void zcblk_slot_leave(struct zcblk_range_link *link,
			     struct zcblk_range **grants)
{
	struct zcblk_range_link *newer = NULL, *at;
	unsigned long word = READ_ONCE(*link->slot);

	for (at = zcblk_slot_newest(link->slot); at != link; at = at->older) {
		if (at->range->parked && zcblk_range_waits(at->range, link->range))
			zcblk_range_unblock(at->range, grants);
		newer = at;
	}
	if (newer)
		WRITE_ONCE(newer->older, link->older);
	else if (link->older)
		WRITE_ONCE(*link->slot, (unsigned long)link->older |
			   (word & ZCBLK_SLOT_FLAGS));
	else
		WRITE_ONCE(*link->slot, ZCBLK_SLOT_LOCKED);
}

static void zcblk_slot_leave_all(struct zcblk_range *range,
				 struct zcblk_range **grants)
{
	zcblk_slot_leave(&range->link[0], grants);
	if (zcblk_slot_span(range))
		zcblk_slot_leave(&range->link[1], grants);
}

/* Slots are held; so is @lock, if long ranges are to be compared too */
static int zcblk_slot_enter_all(struct zcblk_ranges *ranges,
				struct zcblk_range *range, bool compare_long)
{
	struct zcblk_slots *slots = ranges->engine;
	unsigned int blockers = 0;
	bool disjoint = false;
	int err = 0;

	if (compare_long)
		blockers = zcblk_interval_count(&slots->long_ranges, range);
	blockers += zcblk_slot_count(range->link[0].slot, range, &disjoint);
	if (zcblk_slot_span(range))
		blockers += zcblk_slot_count(range->link[1].slot, range, &disjoint);
	if (blockers)
		err = zcblk_range_conflict(ranges, range, blockers);
	else if (disjoint)
		this_cpu_inc(ranges->stats->collided);
	if (err && err != -EINPROGRESS)
		return err;
	zcblk_slot_enter(&range->link[0]);
	if (zcblk_slot_span(range))
		zcblk_slot_enter(&range->link[1]);
	return err;
}

static void zcblk_slots_set_group(struct zcblk_slots *slots, unsigned int group,
				  unsigned int word)
{
	lockdep_assert_held(&slots->lock);
	/* Pairs with zcblk_slot_near_long() */
	smp_store_release(&slots->group[group], word);
}

static void zcblk_slots_use(struct zcblk_slots *slots, u64 region)
{
	unsigned int group = zcblk_slot_group(zcblk_slot_index(region));
	unsigned int word = READ_ONCE(slots->group[group]);

	if (!(word & ZCBLK_SLOT_GROUP_USED))
		zcblk_slots_set_group(slots, group, word | ZCBLK_SLOT_GROUP_USED);
}

static int zcblk_slot_lock_near_long(struct zcblk_ranges *ranges,
				     struct zcblk_range *range)
{
	struct zcblk_slots *slots = ranges->engine;
	unsigned long flags;
	int err;

	this_cpu_inc(ranges->stats->slow);
	raw_spin_lock_irqsave(&slots->lock, flags);
	zcblk_slots_use(slots, zcblk_slot_region(range->start));
	zcblk_slots_use(slots, zcblk_slot_region(range->last));
	range->seq = 0;
	zcblk_slot_hold_all(range);
	err = zcblk_slot_enter_all(ranges, range, true);
	zcblk_slot_drop_all(range);
	raw_spin_unlock_irqrestore(&slots->lock, flags);
	return err;
}

int zcblk_slot_lock_short(struct zcblk_ranges *ranges, struct zcblk_range *range)
{
	struct zcblk_slots *slots = ranges->engine;
	unsigned int index[] = {
		zcblk_slot_index(zcblk_slot_region(range->start)),
		zcblk_slot_index(zcblk_slot_region(range->last)),
	};
	unsigned long flags;
	bool near_long;
	int err = 0;

	zcblk_slot_link(slots, range, 0, index[0]);
	zcblk_slot_link(slots, range, 1, index[1]);
	local_irq_save(flags);
	zcblk_slot_hold_all(range);
	near_long = zcblk_slot_near_long(slots, index[0]) ||
		    zcblk_slot_near_long(slots, index[1]);
	if (!near_long)
		err = zcblk_slot_enter_all(ranges, range, false);
	zcblk_slot_drop_all(range);
	local_irq_restore(flags);
	return near_long ? zcblk_slot_lock_near_long(ranges, range) : err;
}

/* A long one that goes: does a short one wait for it? */
static bool zcblk_slot_waits_long(const struct zcblk_range *range,
				  const struct zcblk_range *long_range)
{
	return range->parked && (!range->seq || range->seq > long_range->seq) &&
	       zcblk_range_excludes(long_range, range);
}

/* A long one that comes: does it wait for a short one? */
static bool zcblk_slot_watch(struct zcblk_range_link *link,
			     const struct zcblk_range *long_range)
{
	struct zcblk_range *range = link->range;

	if (!zcblk_range_excludes(range, long_range))
		return false;
	if (!range->seq)
		range->seq = long_range->seq - 1;
	WRITE_ONCE(*link->slot, READ_ONCE(*link->slot) | ZCBLK_SLOT_WATCHED);
	return true;
}

/* Is this the place where the two are counted? */
static bool zcblk_slot_meets(const struct zcblk_range_link *link,
			     const struct zcblk_range *long_range, u64 region)
{
	const struct zcblk_range *range = link->range;
	u64 meet = zcblk_slot_region(max(range->start, long_range->start));
	bool in_first = meet == zcblk_slot_region(range->start);

	return zcblk_range_overlaps(range, long_range) &&
	       (region == meet || region == ZCBLK_ANY_REGION) &&
	       link == &range->link[in_first ? 0 : 1];
}

/* Coming (@grants is NULL) or going: what a long range has to do with a slot */
static unsigned int zcblk_slot_compare(unsigned long *slot, u64 region,
				       const struct zcblk_range *long_range,
				       struct zcblk_range **grants)
{
	struct zcblk_range_link *link;
	unsigned int n = 0;

	/* Pairs with whoever emptied it: sees what the last holder did */
	if (!smp_load_acquire(slot))
		return 0;
	zcblk_slot_hold(slot);
	for (link = zcblk_slot_newest(slot); link; link = link->older) {
		if (!zcblk_slot_meets(link, long_range, region))
			continue;
		if (!grants)
			n += zcblk_slot_watch(link, long_range);
		else if (zcblk_slot_waits_long(link->range, long_range))
			zcblk_range_unblock(link->range, grants);
	}
	zcblk_slot_drop(slot);
	return n;
}

/* The same for a group of slots, which may turn out to be no longer in use */
static unsigned int zcblk_slots_compare_group(struct zcblk_slots *slots,
					      unsigned int group,
					      const struct zcblk_range *long_range,
					      struct zcblk_range **grants)
{
	unsigned long *slot = &slots->slot[group << ZCBLK_SLOT_GROUP_BITS];
	unsigned int word = READ_ONCE(slots->group[group]);
	unsigned int i, n = 0;
	bool used = false;

	if (!(word & ZCBLK_SLOT_GROUP_USED))
		return 0;
	zcblk_slots_set_group(slots, group, word & ~ZCBLK_SLOT_GROUP_USED);
	/* Groups before slots; pairs with the cmpxchg() of short ranges */
	smp_mb();
	for (i = 0; i < BIT(ZCBLK_SLOT_GROUP_BITS); i++, slot++) {
		n += zcblk_slot_compare(slot, ZCBLK_ANY_REGION, long_range, grants);
		used |= !!READ_ONCE(*slot);
	}
	if (used)
		zcblk_slots_set_group(slots, group, word);
	return n;
}

/* The same for all slots that it touches. Return: how many it waits for. */
static unsigned int zcblk_slots_compare(struct zcblk_slots *slots,
					const struct zcblk_range *long_range,
					struct zcblk_range **grants)
{
	u64 region = zcblk_slot_region(long_range->start);
	u64 last = zcblk_slot_region(long_range->last);
	unsigned int i, n = 0;

	lockdep_assert_held(&slots->lock);
	if (last - region < ZCBLK_NR_SLOTS) {
		for (; region <= last; region++)
			n += zcblk_slot_compare(&slots->slot[zcblk_slot_index(region)],
						region, long_range, grants);
	} else {
		for (i = 0; i < ZCBLK_NR_SLOT_GROUPS; i++)
			n += zcblk_slots_compare_group(slots, i, long_range, grants);
	}
	return n;
}

/* Tell, or no longer tell, short ranges that there is a long one */
static void zcblk_slots_mark(struct zcblk_slots *slots,
			     const struct zcblk_range *long_range, int by)
{
	u64 at = zcblk_slot_region(long_range->start) >> ZCBLK_SLOT_GROUP_BITS;
	u64 last = zcblk_slot_region(long_range->last) >> ZCBLK_SLOT_GROUP_BITS;
	unsigned int group;

	lockdep_assert_held(&slots->lock);
	if (long_range->kind == ZCBLK_RANGE_FLUSH)
		return;
	if (last - at >= ZCBLK_NR_SLOT_GROUPS) {
		at = 0;
		last = ZCBLK_NR_SLOT_GROUPS - 1;
	}
	for (; at <= last; at++) {
		group = zcblk_slot_group(zcblk_slot_index(at << ZCBLK_SLOT_GROUP_BITS));
		zcblk_slots_set_group(slots, group, READ_ONCE(slots->group[group]) +
				      by * (int)ZCBLK_SLOT_GROUP_LONG);
	}
}

/* Nobody waits for a flush, so one that is granted need not be known */
static int zcblk_slot_lock_long(struct zcblk_ranges *ranges,
				struct zcblk_range *range)
{
	struct zcblk_slots *slots = ranges->engine;
	unsigned int blockers;
	unsigned long flags;
	int err = 0;

	this_cpu_inc(ranges->stats->slow);
	raw_spin_lock_irqsave(&slots->lock, flags);
	slots->seq += 2;
	range->seq = slots->seq;
	zcblk_slots_mark(slots, range, 1);
	/* Groups before slots; pairs with the cmpxchg() of short ranges */
	smp_mb();
	blockers = zcblk_interval_count(&slots->long_ranges, range) +
		   zcblk_slots_compare(slots, range, NULL);
	if (blockers)
		err = zcblk_range_conflict(ranges, range, blockers);
	if (err == -EINPROGRESS || (!err && range->kind != ZCBLK_RANGE_FLUSH)) {
		zcblk_interval_insert(&slots->long_ranges, &range->node[0], range);
	} else {
		RB_CLEAR_NODE(&range->node[0].rb);
		zcblk_slots_mark(slots, range, -1);
	}
	raw_spin_unlock_irqrestore(&slots->lock, flags);
	return err;
}

static void zcblk_slot_forget_flushes(struct zcblk_slots *slots,
				      struct zcblk_range *grants)
{
	struct zcblk_range *range;

	lockdep_assert_held(&slots->lock);
	for (range = grants; range; range = range->next) {
		if (range->kind != ZCBLK_RANGE_FLUSH ||
		    RB_EMPTY_NODE(&range->node[0].rb))
			continue;
		zcblk_interval_remove(&slots->long_ranges, &range->node[0]);
		RB_CLEAR_NODE(&range->node[0].rb);
	}
}

static struct zcblk_range *zcblk_slot_unlock_long(struct zcblk_slots *slots,
						  struct zcblk_range *range)
{
	struct zcblk_range *grants = NULL;
	unsigned long flags;

	raw_spin_lock_irqsave(&slots->lock, flags);
	if (!RB_EMPTY_NODE(&range->node[0].rb)) {
		zcblk_interval_remove(&slots->long_ranges, &range->node[0]);
		zcblk_interval_unblock(&slots->long_ranges, range, &grants);
		zcblk_slots_compare(slots, range, &grants);
		zcblk_slots_mark(slots, range, -1);
		zcblk_slot_forget_flushes(slots, grants);
	}
	raw_spin_unlock_irqrestore(&slots->lock, flags);
	return grants;
}

static struct zcblk_range *zcblk_slot_unlock_watched(struct zcblk_slots *slots,
						     struct zcblk_range *range)
{
	struct zcblk_range *grants = NULL;
	unsigned long flags;

	raw_spin_lock_irqsave(&slots->lock, flags);
	zcblk_slot_hold_all(range);
	zcblk_slot_leave_all(range, &grants);
	zcblk_slot_drop_all(range);
	zcblk_interval_unblock(&slots->long_ranges, range, &grants);
	zcblk_slot_forget_flushes(slots, grants);
	raw_spin_unlock_irqrestore(&slots->lock, flags);
	return grants;
}

struct zcblk_range *zcblk_slot_unlock_short(struct zcblk_ranges *ranges,
					    struct zcblk_range *range)
{
	struct zcblk_range *grants = NULL;
	unsigned long flags;
	bool watched;

	local_irq_save(flags);
	zcblk_slot_hold_all(range);
	watched = range->seq;
	if (!watched)
		zcblk_slot_leave_all(range, &grants);
	zcblk_slot_drop_all(range);
	local_irq_restore(flags);
	return watched ? zcblk_slot_unlock_watched(ranges->engine, range) : grants;
}

/* More than one region: two, or long */
int zcblk_slot_lock_wide(struct zcblk_ranges *ranges, struct zcblk_range *range)
{
	return zcblk_slot_span(range) > 1 ? zcblk_slot_lock_long(ranges, range) :
					    zcblk_slot_lock_short(ranges, range);
}

struct zcblk_range *zcblk_slot_unlock_wide(struct zcblk_ranges *ranges,
					   struct zcblk_range *range)
{
	return zcblk_slot_span(range) > 1 ?
		zcblk_slot_unlock_long(ranges->engine, range) :
		zcblk_slot_unlock_short(ranges, range);
}

/* It is in, and a long one may not have seen it: begin again */
int zcblk_slot_lock_again(struct zcblk_ranges *ranges, struct zcblk_range *range)
{
	zcblk_range_drop(ranges, range);
	return zcblk_slot_lock_near_long(ranges, range);
}

static void zcblk_slot_visit(unsigned long *slot, zcblk_range_visit_fn visit,
			     void *data)
{
	struct zcblk_range_link *link;
	unsigned long flags;

	/* Only looks whether there is anything; the lock is taken for the rest */
	if (!READ_ONCE(*slot))
		return;
	local_irq_save(flags);
	zcblk_slot_hold(slot);
	for (link = zcblk_slot_newest(slot); link; link = link->older)
		if (link == &link->range->link[0])
			visit(link->range, data);
	zcblk_slot_drop(slot);
	local_irq_restore(flags);
}

static void zcblk_slot_for_each(struct zcblk_ranges *ranges,
				zcblk_range_visit_fn visit, void *data)
{
	struct zcblk_slots *slots = ranges->engine;
	struct rb_node *rb;
	unsigned long flags;
	unsigned int i;

	raw_spin_lock_irqsave(&slots->lock, flags);
	for (rb = rb_first_cached(&slots->long_ranges); rb; rb = rb_next(rb))
		visit(rb_entry(rb, struct zcblk_range, node[0].rb), data);
	raw_spin_unlock_irqrestore(&slots->lock, flags);
	/* Also in groups that are not in use: somebody may be looking through one */
	for (i = 0; i < ZCBLK_NR_SLOTS; i++)
		zcblk_slot_visit(&slots->slot[i], visit, data);
}

const struct zcblk_range_ops zcblk_range_slot_ops = {
	.name = "slot",
	.init = zcblk_slot_init,
	.exit = zcblk_slot_exit,
	.lock = zcblk_slot_lock,		/* inline where range.c can tell */
	.unlock = zcblk_slot_unlock,
	.for_each = zcblk_slot_for_each,
};
