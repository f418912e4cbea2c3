// SPDX-License-Identifier: GPL-2.0-only
/*
 * Range lock engine slot: one compare-and-exchange to lock a range in the common case,
 * and one to unlock it.
 *
 * The disk is divided into regions, and regions are hashed to slots. A slot is one
 * word: 0, or the newest link of a chain of ranges, newest first, and two flags.
 *
 * Fast path
 *	A range that lies in one region, and whose slot is 0, is put there by one
 *	cmpxchg() and removed by another. No other CPU has looked at its link: the
 *	first one that does initialises it (zcblk_slot_adopt()).
 *
 * Slow path
 *	LOCKED makes the slot a spinlock, with interrupts off. SLOW keeps the fast path
 *	away. It stays until a short range leaves the slot empty, and longer if a long
 *	range is near. A range in two regions of one group of slots has a link in both
 *	slots, and locks both while it is entered. Ranges are compared by sectors, so
 *	disjoint ranges that meet in a slot do not wait for each other.
 *
 * Waiting
 *	A range is entered first. Then it looks at older links, newest first, for one
 *	that it must wait for. If there is one, the range joins the waiters of that
 *	link. When that link leaves, the range goes on to look at older links, then in
 *	its other slot, then among long ranges. If it finds no more, it is granted.
 *	So a range waits for one other range at a time, always an older one, and a range
 *	that leaves examines its own waiters only. A read looks for writes only: @across
 *	leads from the newest of successive reads to the write below them.
 *
 * Long ranges
 *	All other ranges are long. Each has one link, in the long slot, which holds
 *	nothing else. A long range is entered under @mutex, with interrupts on:
 *	1. It gets the next number, its @seq, and enters the long slot.
 *	2. It stores its number in @mark of each group that it touches, and then sets
 *	   SLOW in each of its slots in that group.
 *	3. It looks for older long ranges, then for older short ones in each slot.
 *	A short range on the slow path reads @mark under its slot's lock, as its @seq.
 *	It looks for the long ranges up to that number in the long slot. It is older
 *	than all others, which find it in its slot.
 *
 *	They never miss each other: step 2 changes the word of the slot. If the short
 *	range locked or entered the slot before that, step 3 finds it. Otherwise it sees
 *	SLOW, then @mark, by acquire and release of that word.
 *
 *	There is no deadlock: marks are made in the order of the numbers, and no short
 *	range is in two groups. So a short range behind one that is newer than a long
 *	range is newer, too. One that used the fast path after the mark is older, but
 *	its slot was empty: it waits for nothing.
 *
 * Hidden links
 *	If a write must wait for a link, and covers its range, later ranges need to see
 *	the write only. The link leaves the chain and is hidden below the write's link.
 *	Up to ZCBLK_SLOT_DEPTH links are hidden below one. All links between the two
 *	are disjoint from the write, or it would have found them first, so they do not
 *	need the hidden link. Nor do long ranges, if none entered between, that is if
 *	both have the same @seq.
 *
 * Bounds
 *	With interrupts off, ZCBLK_SLOT_STEPS links are looked at, and one more with
 *	those hidden below. A caller that may sleep then leaves a marker in the chain,
 *	a link without a range, enables interrupts, and continues there. An unlock
 *	examines ZCBLK_SLOT_INLINE waiters, and a worker the others, all long ranges,
 *	and those that exceed the bound. So the work with interrupts off depends on no
 *	number of ranges and on no length. In all, a new write looks at each visible
 *	link in its slot until one is in its way, and at each long range if one is near.
 *
 * Undecided ranges
 *	A range that may be refused is compared and entered in one step, so that no
 *	other range fails because of one that is refused. If it or its chain is long,
 *	that needs too many steps: it is entered as undecided, under @mutex. A range
 *	that would be refused because of it acquires @mutex and tries again.
 *
 * Lock order: @mutex, short slots by their address, the long slot, @todo_lock.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "slot.h"

/* Results of a search beside 0, -EINPROGRESS, -EAGAIN and -ECANCELED */
#define ZCBLK_SLOT_BOUND	-EBUSY		/* too many links for one step */
#define ZCBLK_SLOT_RETRY	-ERESTART	/* depends on an undecided range */
#define ZCBLK_SLOT_DESPITE	1		/* granted although it overlaps */

/* @across of a read that has a newer read directly above it */
static struct zcblk_range_link zcblk_slot_not_top;

/* A range that looks for those that it has to wait for */
struct zcblk_slot_search {
	struct zcblk_range *range;
	struct zcblk_range_link *at;	/* the link to look at next */
	u64 limit;			/* older links have a lower number */
	bool by_seq;			/* that is @seq of the range, not @age of the link */
	unsigned int steps;		/* links to look at before interrupts are enabled */
	bool pausing;			/* which is allowed */
	bool disjoint;			/* has met a disjoint range */
};

/* Slots that a range touches, without the long slot */
static unsigned int zcblk_slot_count(const struct zcblk_range *range)
{
	u64 span = zcblk_slot_region(range->last) - zcblk_slot_region(range->start);

	return min_t(u64, span, ZCBLK_NR_SLOTS - 1) + 1;
}

static unsigned long *zcblk_slot_nth(struct zcblk_slots *slots,
				     const struct zcblk_range *range, unsigned int n)
{
	u64 first = zcblk_slot_region(range->start);

	if (zcblk_slot_count(range) == ZCBLK_NR_SLOTS)
		return &slots->slot[n];
	return &slots->slot[zcblk_slot_index(first + n)];
}

static unsigned long *zcblk_slot_long(struct zcblk_slots *slots)
{
	return &slots->slot[ZCBLK_NR_SLOTS];
}

static unsigned long *zcblk_slot_mark(struct zcblk_slots *slots, unsigned long *slot)
{
	return &slots->mark[(slot - slots->slot) >> ZCBLK_SLOT_GROUP_BITS];
}

/* May a long range have entered the group of this slot that has not left? */
static bool zcblk_slot_near_long(struct zcblk_slots *slots, unsigned long *slot)
{
	unsigned long mark = READ_ONCE(*zcblk_slot_mark(slots, slot));

	/* Pairs with zcblk_slot_set_oldest(): sees what a range that left has done */
	return mark >= smp_load_acquire(&slots->oldest);
}

static struct zcblk_range_link *zcblk_slot_newest(unsigned long *slot)
{
	return (void *)(READ_ONCE(*slot) & ~ZCBLK_SLOT_FLAGS);
}

/* SLOW stays in an empty slot for as long as a long range relies on it */
static void zcblk_slot_set_newest(struct zcblk_slots *slots, unsigned long *slot,
				  struct zcblk_range_link *link)
{
	unsigned long word = (unsigned long)link | ZCBLK_SLOT_LOCKED;

	if (link || (slot != zcblk_slot_long(slots) && zcblk_slot_near_long(slots, slot)))
		word |= ZCBLK_SLOT_SLOW;
	WRITE_ONCE(*slot, word);
}

static void zcblk_slot_init_link(struct zcblk_range_link *link, struct zcblk_range *range)
{
	link->hidden = NULL;
	link->range = range;
	INIT_LIST_HEAD(&link->waiters);
	link->depth = 0;
	link->is_hidden = false;
}

/* The first one that looks at a range from the fast path */
static void zcblk_slot_adopt(unsigned long *slot, unsigned long word)
{
	struct zcblk_range_link *link = (void *)word;

	zcblk_slot_init_link(link, container_of(link, struct zcblk_range, link[0]));
	link->older = NULL;
	link->newer = NULL;
	link->across = NULL;
	link->age = 0;
	link->range->seq = 0;
	link->range->is_long = false;
	link->range->nr_links = 1;
	WRITE_ONCE(*slot, word | ZCBLK_SLOT_FLAGS);
}

/* Interrupts are off */
static void zcblk_slot_acquire(struct zcblk_slots *slots, unsigned long *slot,
			       unsigned int subclass)
{
	unsigned long word;

	spin_acquire(&slots->dep_map, subclass, 0, _THIS_IP_);
	do {
		word = smp_cond_load_relaxed(slot, !(VAL & ZCBLK_SLOT_LOCKED));
	} while (cmpxchg_acquire(slot, word, word | ZCBLK_SLOT_LOCKED) != word);
	if (word && !(word & ZCBLK_SLOT_SLOW))
		zcblk_slot_adopt(slot, word);
}

static void zcblk_slot_release(struct zcblk_slots *slots, unsigned long *slot)
{
	spin_release(&slots->dep_map, _THIS_IP_);
	/* Pairs with zcblk_slot_acquire() and the fast path's cmpxchg() */
	smp_store_release(slot, READ_ONCE(*slot) & ~ZCBLK_SLOT_LOCKED);
}

static void zcblk_slot_acquire_one(struct zcblk_slots *slots, unsigned long *slot)
{
	zcblk_slot_acquire(slots, slot, slot == zcblk_slot_long(slots) ? 2 : 0);
}

/* A range from the fast path has no @nr_links before its slot is locked */
static void zcblk_slot_acquire_all(struct zcblk_slots *slots, struct zcblk_range *range)
{
	zcblk_slot_acquire_one(slots, range->link[0].slot);
	if (range->nr_links > 1)
		zcblk_slot_acquire(slots, range->link[1].slot, 1);
}

/* A parked range may be gone when its last slot has been released */
static void zcblk_slot_release_all(struct zcblk_slots *slots, struct zcblk_range *range)
{
	unsigned long *slot = range->link[0].slot;

	if (range->nr_links > 1)
		zcblk_slot_release(slots, range->link[1].slot);
	zcblk_slot_release(slots, slot);
}

/* Functions on links and chains need the slot's lock */

static bool zcblk_link_is_read(const struct zcblk_range_link *link)
{
	return link->range->kind == ZCBLK_RANGE_READ;
}

/* The next link from here on that is not a marker */
static struct zcblk_range_link *zcblk_link_real(struct zcblk_range_link *link)
{
	while (link && !link->range)
		link = link->older;
	return link;
}

/* The newest of successive reads, or NULL, and the write below, or NULL */
static void zcblk_link_set_across(struct zcblk_range_link *top,
				  struct zcblk_range_link *write)
{
	if (top)
		top->across = write;
	if (write)
		write->across = top;
}

static void zcblk_chain_add(struct zcblk_slots *slots, struct zcblk_range_link *link)
{
	struct zcblk_range_link *newest = zcblk_slot_newest(link->slot);
	struct zcblk_range_link *next = zcblk_link_real(newest);

	link->older = newest;
	link->newer = NULL;
	if (newest)
		newest->newer = link;
	link->age = next ? next->age + 1 : 0;
	link->across = NULL;
	if (zcblk_link_is_read(link)) {
		if (!next || !zcblk_link_is_read(next)) {
			zcblk_link_set_across(link, next);
		} else {
			zcblk_link_set_across(link, next->across);
			next->across = &zcblk_slot_not_top;
		}
	}
	zcblk_slot_set_newest(slots, link->slot, link);
}

static void zcblk_chain_unlink(struct zcblk_slots *slots, struct zcblk_range_link *link)
{
	if (link->older)
		link->older->newer = link->newer;
	if (link->newer)
		link->newer->older = link->older;
	else
		zcblk_slot_set_newest(slots, link->slot, link->older);
}

static void zcblk_chain_del(struct zcblk_slots *slots, struct zcblk_range_link *link)
{
	struct zcblk_range_link *next = zcblk_link_real(link->older);
	struct zcblk_range_link *across = link->across;
	bool before_read = next && zcblk_link_is_read(next);

	if (zcblk_link_is_read(link)) {
		if (across != &zcblk_slot_not_top)
			zcblk_link_set_across(before_read ? next : NULL, across);
	} else if (across && before_read) {
		/* The reads above join those below */
		zcblk_link_set_across(across, next->across);
		next->across = &zcblk_slot_not_top;
	} else if (across) {
		zcblk_link_set_across(across, next);
	}
	zcblk_chain_unlink(slots, link);
}

static void zcblk_link_hide(struct zcblk_slots *slots, struct zcblk_range_link *link,
			    struct zcblk_range_link *below)
{
	zcblk_chain_del(slots, below);
	below->is_hidden = true;
	below->newer = link;
	link->hidden = below;
	link->depth = below->depth + 1;
}

/* A write that is cancelled leaves its place to the link that it hides */
static void zcblk_link_unhide(struct zcblk_slots *slots, struct zcblk_range_link *link)
{
	struct zcblk_range_link *hidden = link->hidden, *top = link->across;
	struct zcblk_range_link *next = zcblk_link_real(link->older);
	bool before_read = next && zcblk_link_is_read(next);

	hidden->is_hidden = false;
	hidden->age = link->age;
	hidden->older = link;
	hidden->newer = link->newer;
	link->newer = hidden;
	if (hidden->newer)
		hidden->newer->older = hidden;
	else
		zcblk_slot_set_newest(slots, link->slot, hidden);
	zcblk_chain_unlink(slots, link);

	if (!zcblk_link_is_read(hidden)) {
		zcblk_link_set_across(top, hidden);
		return;
	}
	hidden->across = &zcblk_slot_not_top;
	zcblk_link_set_across(top ?: hidden, before_read ? next->across : next);
	if (before_read)
		next->across = &zcblk_slot_not_top;
}

static void zcblk_link_remove(struct zcblk_slots *slots, struct zcblk_range_link *link)
{
	if (link->is_hidden) {
		link->newer->hidden = link->hidden;
		if (link->hidden)
			link->hidden->newer = link->newer;
	} else if (link->hidden) {
		zcblk_link_unhide(slots, link);
	} else {
		zcblk_chain_del(slots, link);
	}
}

/* The first one of a list of ranges that wait, removed from there, or NULL */
static struct zcblk_range *zcblk_slot_pop(struct list_head *list)
{
	struct zcblk_range *range;

	range = list_first_entry_or_null(list, struct zcblk_range, wait);
	if (range)
		list_del(&range->wait);
	return range;
}

/* The link that a range has where it looks, or NULL */
static struct zcblk_range_link *zcblk_slot_own(struct zcblk_range *range)
{
	return range->at < range->nr_links ? &range->link[range->at] : NULL;
}

static void zcblk_slot_begin(struct zcblk_slots *slots, struct zcblk_slot_search *s,
			     unsigned long *slot, struct zcblk_range_link *from)
{
	struct zcblk_range_link *own = zcblk_slot_own(s->range);

	s->by_seq = !own || own->slot == zcblk_slot_long(slots);
	s->limit = s->by_seq ? s->range->seq : own->age;
	if (slot == zcblk_slot_long(slots) && !own)
		s->limit++;	/* the range whose mark it has seen is older */

	s->at = from ?: zcblk_slot_newest(slot);
	if (from || !own || (zcblk_link_is_read(own) && !own->is_hidden))
		return;		/* from its own link, a read would look at older reads */
	while (own->is_hidden)
		own = own->newer;
	s->at = own->older;
}

/* Return: the next older link that the range must wait for, or NULL */
static struct zcblk_range_link *zcblk_slot_find(struct zcblk_slot_search *s)
{
	struct zcblk_range *range = s->range;
	struct zcblk_range_link *link;

	while ((link = s->at) && s->steps) {
		s->steps--;
		s->at = link->older;
		if (!link->range)
			continue;
		if (zcblk_link_is_read(link) && range->kind == ZCBLK_RANGE_READ &&
		    link->across != &zcblk_slot_not_top)
			s->at = link->across;
		if ((s->by_seq ? link->range->seq : link->age) >= s->limit)
			continue;
		if (zcblk_range_conflicts(link->range, range))
			return link;
		s->disjoint |= !zcblk_range_overlaps(link->range, range);
	}
	return NULL;
}

static bool zcblk_slot_may_refuse(const struct zcblk_range *range)
{
	return range->overlap != ZCBLK_OVERLAP_DETECT &&
	       (range->nowait || range->overlap == ZCBLK_OVERLAP_REJECT);
}

/* While zcblk_slot_walk() pauses, no link may move to where it has been */
static bool zcblk_slot_may_hide(struct zcblk_slots *slots,
				const struct zcblk_range_link *own,
				const struct zcblk_range_link *link)
{
	return !zcblk_link_is_read(own) && !own->is_hidden && !own->hidden &&
	       !atomic_read(&slots->walks) && link->depth < ZCBLK_SLOT_DEPTH &&
	       own->range->seq == link->range->seq &&
	       zcblk_range_covers(own->range, link->range);
}

/* The range must wait for a link: wait, or do what else it was asked to do */
static int zcblk_slot_meet(struct zcblk_slots *slots, struct zcblk_range *range,
			   struct zcblk_range_link *link)
{
	struct zcblk_range_link *own = zcblk_slot_own(range);
	int err;

	if (!range->parked) {
		if (link->range->undecided && zcblk_slot_may_refuse(range))
			return ZCBLK_SLOT_RETRY;
		err = zcblk_range_conflict(slots->ranges, range, link->range,
					   range->overlap);
		if (err != -EINPROGRESS)
			return err ?: ZCBLK_SLOT_DESPITE;
	}
	list_add_tail(&range->wait, &link->waiters);
	if (own && zcblk_slot_may_hide(slots, own, link))
		zcblk_link_hide(slots, own, link);
	return -EINPROGRESS;
}

/* Enable interrupts for a moment, with a marker where the search continues */
static void zcblk_slot_pause(struct zcblk_slots *slots, unsigned long *slot,
			     struct zcblk_range_link **at, unsigned long *flags)
{
	struct zcblk_range_link marker = { .slot = slot, .older = *at };

	marker.newer = (*at)->newer;
	(*at)->newer = &marker;
	if (marker.newer)
		marker.newer->older = &marker;
	else
		zcblk_slot_set_newest(slots, slot, &marker);
	zcblk_slot_release(slots, slot);
	local_irq_restore(*flags);
	cond_resched();
	local_irq_save(*flags);
	zcblk_slot_acquire_one(slots, slot);
	*at = marker.older;
	zcblk_chain_unlink(slots, &marker);
}

/* The slot in which a range has to look next, or NULL */
static unsigned long *zcblk_slot_place(struct zcblk_slots *slots, struct zcblk_range *range)
{
	struct zcblk_range_link *own = zcblk_slot_own(range);
	unsigned long *slot;

	if (own)
		return own->slot;
	if (!range->is_long)
		return range->at == range->nr_links && range->seq ?
			zcblk_slot_long(slots) : NULL;
	for (; range->at <= zcblk_slot_count(range); range->at++) {
		slot = zcblk_slot_nth(slots, range, range->at - 1);
		/* Pairs with the release of a range that left */
		if (smp_load_acquire(slot) & ~ZCBLK_SLOT_SLOW)
			return slot;
	}
	return NULL;
}

static void zcblk_slot_advance(struct zcblk_range *range)
{
	if (!range->at && range->is_long)
		range->at = range->busy;
	else
		range->at++;
}

/* Look in a locked slot, from a link on, or else from where the range has to begin */
static int zcblk_slot_look(struct zcblk_slots *slots, struct zcblk_slot_search *s,
			   unsigned long *slot, struct zcblk_range_link *from,
			   unsigned long *flags)
{
	struct zcblk_range_link *link;

	/* The link that the range has waited for may be hidden below its own */
	if (s->range->parked && READ_ONCE(slots->ranges->cancelled))
		return -ECANCELED;
	zcblk_slot_begin(slots, s, slot, from);
	while (!(link = zcblk_slot_find(s)) && s->at) {
		if (!s->pausing)
			return ZCBLK_SLOT_BOUND;
		zcblk_slot_pause(slots, slot, &s->at, flags);
		s->steps = ZCBLK_SLOT_STEPS;
	}
	return link ? zcblk_slot_meet(slots, s->range, link) : 0;
}

/* Look in all places from @at on. Return: 0 if nothing older is in the way. */
static int zcblk_slot_settle(struct zcblk_slots *slots, struct zcblk_slot_search *s)
{
	unsigned long *slot, flags;
	int err;

	while ((slot = zcblk_slot_place(slots, s->range))) {
		local_irq_save(flags);
		zcblk_slot_acquire_one(slots, slot);
		err = zcblk_slot_look(slots, s, slot, NULL, &flags);
		zcblk_slot_release(slots, slot);
		local_irq_restore(flags);
		if (err)
			return err;
		zcblk_slot_advance(s->range);
		if (s->pausing)
			s->steps = ZCBLK_SLOT_STEPS;
	}
	return 0;
}

static int zcblk_slot_settle_pausing(struct zcblk_slots *slots, struct zcblk_range *range)
{
	struct zcblk_slot_search s = {
		.range = range,
		.steps = ZCBLK_SLOT_STEPS,
		.pausing = true,
	};

	return zcblk_slot_settle(slots, &s);
}

/* Hand parked ranges over to the worker, which examines them again */
static void zcblk_slot_defer(struct zcblk_slots *slots, struct list_head *deferred)
{
	unsigned long flags;

	if (list_empty(deferred))
		return;
	raw_spin_lock_irqsave(&slots->todo_lock, flags);
	list_splice_tail(deferred, &slots->todo);
	raw_spin_unlock_irqrestore(&slots->todo_lock, flags);
	queue_work(slots->ranges->wq, &slots->work);
}

/* The long slot is locked. Without a long range, the next one is the oldest. */
static void zcblk_slot_set_oldest(struct zcblk_slots *slots)
{
	struct zcblk_range *oldest;

	oldest = list_first_entry_or_null(&slots->longs, struct zcblk_range, longs);
	/* Pairs with zcblk_slot_near_long() */
	smp_store_release(&slots->oldest, oldest ? oldest->seq : slots->seq + 1);
}

static void zcblk_slot_forget_long(struct zcblk_slots *slots, struct zcblk_range *range)
{
	if (!range->is_long)
		return;
	list_del(&range->longs);
	zcblk_slot_set_oldest(slots);
}

/* Ranges whose link has left, after they have looked at older ones */
struct zcblk_slot_leave {
	struct zcblk_slot_search s;
	unsigned int nr;		/* how many */
	struct list_head cleared;	/* nothing is in the way in that slot */
	struct list_head deferred;	/* a worker has to look */
};

/* Remove a link; its waiters look at older ones, as many as the bound allows */
static void zcblk_slot_leave(struct zcblk_slots *slots, struct zcblk_range_link *link,
			     struct zcblk_slot_leave *leave)
{
	struct zcblk_range_link *older = link->is_hidden ? NULL : link->older;
	struct zcblk_range *range;
	int err;

	zcblk_link_remove(slots, link);
	while (leave->nr < ZCBLK_SLOT_INLINE && leave->s.steps) {
		range = zcblk_slot_pop(&link->waiters);
		if (!range)
			return;
		leave->nr++;
		leave->s.range = range;
		err = range->is_long ? ZCBLK_SLOT_BOUND :
			zcblk_slot_look(slots, &leave->s, link->slot, older, NULL);
		if (err != -EINPROGRESS)
			list_add_tail(&range->wait,
				      err ? &leave->deferred : &leave->cleared);
	}
	list_splice_tail(&link->waiters, &leave->deferred);
}

/* Those that have cleared one slot look in others. Return: those to be granted. */
static struct zcblk_range *zcblk_slot_leave_settle(struct zcblk_slots *slots,
						   struct zcblk_slot_leave *leave)
{
	struct zcblk_range *grants = NULL, *range;
	int err;

	while ((range = zcblk_slot_pop(&leave->cleared))) {
		zcblk_slot_advance(range);
		leave->s.range = range;
		err = zcblk_slot_settle(slots, &leave->s);
		if (!err) {
			range->next = grants;
			grants = range;
		} else if (err != -EINPROGRESS) {
			list_add_tail(&range->wait, &leave->deferred);
		}
	}
	return grants;
}

struct zcblk_range *zcblk_slot_unlock_slow(struct zcblk_ranges *ranges,
					   struct zcblk_range *range)
{
	struct zcblk_slot_leave leave = {
		.s.steps = ZCBLK_SLOT_STEPS,
		.cleared = LIST_HEAD_INIT(leave.cleared),
		.deferred = LIST_HEAD_INIT(leave.deferred),
	};
	struct zcblk_slots *slots = ranges->engine;
	struct zcblk_range *grants;
	unsigned long flags;
	unsigned int i;

	local_irq_save(flags);
	zcblk_slot_acquire_all(slots, range);
	for (i = 0; i < range->nr_links; i++)
		zcblk_slot_leave(slots, &range->link[i], &leave);
	zcblk_slot_forget_long(slots, range);
	zcblk_slot_release_all(slots, range);
	grants = zcblk_slot_leave_settle(slots, &leave);
	local_irq_restore(flags);

	zcblk_slot_defer(slots, &leave.deferred);
	return grants;
}

/* Remove a range that was not granted. What waits for it is examined again. */
static void zcblk_slot_withdraw(struct zcblk_slots *slots, struct zcblk_range *range)
{
	LIST_HEAD(waiters);
	unsigned long flags;
	unsigned int i;

	local_irq_save(flags);
	zcblk_slot_acquire_all(slots, range);
	for (i = 0; i < range->nr_links; i++) {
		list_splice_tail(&range->link[i].waiters, &waiters);
		zcblk_link_remove(slots, &range->link[i]);
	}
	zcblk_slot_forget_long(slots, range);
	zcblk_slot_release_all(slots, range);
	local_irq_restore(flags);

	zcblk_slot_defer(slots, &waiters);
}

/* Return: as zcblk_range_lock(), for a range that has been entered and is visible */
static int zcblk_slot_finish(struct zcblk_slots *slots, struct zcblk_range *range,
			     bool undecided)
{
	int err = zcblk_slot_settle_pausing(slots, range);

	if (err < 0 && err != -EINPROGRESS) {
		zcblk_slot_withdraw(slots, range);
	} else if (undecided) {
		local_irq_disable();
		zcblk_slot_acquire_all(slots, range);
		range->undecided = false;
		zcblk_slot_release_all(slots, range);
		local_irq_enable();
	}
	return min(err, 0);
}

/* Interrupts are off; the range's slots are locked */
static void zcblk_slot_enter_short(struct zcblk_slots *slots, struct zcblk_range *range)
{
	unsigned long *slot = range->link[0].slot;
	unsigned int i;

	range->at = 0;
	range->seq = 0;
	if (zcblk_slot_near_long(slots, slot)) {
		range->seq = READ_ONCE(*zcblk_slot_mark(slots, slot));
		if (!range->undecided)
			this_cpu_inc(slots->ranges->stats->slow);
	}
	for (i = 0; i < range->nr_links; i++) {
		zcblk_slot_init_link(&range->link[i], range);
		zcblk_chain_add(slots, &range->link[i]);
	}
}

/* Look for others in one step, all slots being locked */
static int zcblk_slot_try_short(struct zcblk_slots *slots, struct zcblk_range *range,
				struct zcblk_slot_search *s)
{
	unsigned long *slot;
	int err;

	while ((slot = zcblk_slot_place(slots, range))) {
		if (slot == zcblk_slot_long(slots))
			zcblk_slot_acquire_one(slots, slot);
		err = zcblk_slot_look(slots, s, slot, NULL, NULL);
		if (slot == zcblk_slot_long(slots))
			zcblk_slot_release(slots, slot);
		if (err)
			return err;
		range->at++;
	}
	return 0;
}

static int zcblk_slot_lock_short(struct zcblk_slots *slots, struct zcblk_range *range)
{
	struct zcblk_slot_search s = { .range = range, .steps = ZCBLK_SLOT_STEPS };
	bool undecided = range->undecided, refused;
	int err = ZCBLK_SLOT_BOUND;
	unsigned int i;

	local_irq_disable();
	zcblk_slot_acquire_all(slots, range);
	zcblk_slot_enter_short(slots, range);
	if (!undecided)
		err = zcblk_slot_try_short(slots, range, &s);
	refused = !undecided && (err == ZCBLK_SLOT_BOUND ? zcblk_slot_may_refuse(range) :
				 err < 0 && err != -EINPROGRESS);
	for (i = 0; refused && i < range->nr_links; i++)
		zcblk_chain_del(slots, &range->link[i]);
	zcblk_slot_release_all(slots, range);
	local_irq_enable();

	if (err == ZCBLK_SLOT_BOUND && !refused)
		err = zcblk_slot_finish(slots, range, undecided);
	else if (!err && s.disjoint)
		this_cpu_inc(slots->ranges->stats->collided);
	return err == ZCBLK_SLOT_DESPITE ? 0 : err;
}

/* Keep the fast path away from a slot. Return: it is not empty. */
static bool zcblk_slot_set_slow(struct zcblk_slots *slots, unsigned long *slot)
{
	unsigned long word = READ_ONCE(*slot) & ZCBLK_SLOT_SLOW;
	bool used;

	/* Pairs with zcblk_slot_acquire(): a range that sees SLOW sees the mark too */
	if (cmpxchg(slot, word, ZCBLK_SLOT_SLOW) == word)
		return false;
	local_irq_disable();
	zcblk_slot_acquire_one(slots, slot);
	WRITE_ONCE(*slot, READ_ONCE(*slot) | ZCBLK_SLOT_SLOW);
	used = zcblk_slot_newest(slot);
	zcblk_slot_release(slots, slot);
	local_irq_enable();
	return used;
}

/* Show a long range to short ones, and find the first slot that is not empty */
static void zcblk_slot_mark_all(struct zcblk_slots *slots, struct zcblk_range *range)
{
	unsigned int i, n = zcblk_slot_count(range);
	unsigned long *slot;

	range->busy = UINT_MAX;
	for (i = 0; i < n; i++) {
		slot = zcblk_slot_nth(slots, range, i);
		WRITE_ONCE(*zcblk_slot_mark(slots, slot), range->seq);
		if (zcblk_slot_set_slow(slots, slot))
			range->busy = min(range->busy, i + 1);
		if (!(i % ZCBLK_SLOT_STEPS))
			cond_resched();
	}
}

static int zcblk_slot_lock_long(struct zcblk_slots *slots, struct zcblk_range *range)
{
	bool undecided = zcblk_slot_may_refuse(range);
	int err;

	this_cpu_inc(slots->ranges->stats->slow);
	range->undecided = undecided;
	range->at = 0;
	range->link[0].slot = zcblk_slot_long(slots);
	zcblk_slot_init_link(&range->link[0], range);

	mutex_lock(&slots->mutex);
	local_irq_disable();
	zcblk_slot_acquire_all(slots, range);
	range->seq = ++slots->seq;
	list_add_tail(&range->longs, &slots->longs);
	zcblk_slot_set_oldest(slots);
	zcblk_chain_add(slots, &range->link[0]);
	zcblk_slot_release_all(slots, range);
	local_irq_enable();

	zcblk_slot_mark_all(slots, range);
	err = zcblk_slot_finish(slots, range, undecided);
	mutex_unlock(&slots->mutex);
	return err;
}

int zcblk_slot_lock_slow(struct zcblk_ranges *ranges, struct zcblk_range *range)
{
	u64 first = zcblk_slot_region(range->start);
	u64 last = zcblk_slot_region(range->last);
	struct zcblk_slots *slots = ranges->engine;
	unsigned int i;
	int err;

	might_sleep();
	range->overlap = READ_ONCE(*ranges->overlap);
	range->is_long = last - first > 1 || (first ^ last) >> ZCBLK_SLOT_GROUP_BITS;
	range->nr_links = !range->is_long && first != last ? 2 : 1;
	if (range->is_long)
		return zcblk_slot_lock_long(slots, range);

	for (i = 0; i < range->nr_links; i++)
		range->link[i].slot = zcblk_slot_nth(slots, range, i);
	err = zcblk_slot_lock_short(slots, range);
	if (err == ZCBLK_SLOT_RETRY || err == ZCBLK_SLOT_BOUND) {
		mutex_lock(&slots->mutex);
		range->undecided = true;
		err = zcblk_slot_lock_short(slots, range);
		mutex_unlock(&slots->mutex);
	}
	return err;
}

static void zcblk_slot_work(struct work_struct *work)
{
	struct zcblk_slots *slots = container_of(work, struct zcblk_slots, work);
	struct zcblk_range *range;
	int err;

	for (;;) {
		raw_spin_lock_irq(&slots->todo_lock);
		range = zcblk_slot_pop(&slots->todo);
		raw_spin_unlock_irq(&slots->todo_lock);
		if (!range)
			break;

		err = zcblk_slot_settle_pausing(slots, range);
		if (err == -EINPROGRESS)
			continue;
		range->next = NULL;
		if (!err) {
			zcblk_range_grant(slots->ranges, range);
		} else {
			zcblk_slot_withdraw(slots, range);
			zcblk_range_fail(range);
		}
		cond_resched();
	}
}

/* Visit all ranges whose first link is in a slot, or remove what waits there; pauses */
static void zcblk_slot_walk(struct zcblk_slots *slots, unsigned long *slot,
			    zcblk_range_visit_fn visit, void *data,
			    struct list_head *waiters)
{
	struct zcblk_range_link *link, *at;
	int steps = ZCBLK_SLOT_STEPS;
	unsigned long flags;

	local_irq_save(flags);
	zcblk_slot_acquire_one(slots, slot);
	for (at = zcblk_slot_newest(slot); at; at = at->older) {
		if (steps <= 0) {
			zcblk_slot_pause(slots, slot, &at, &flags);
			steps = ZCBLK_SLOT_STEPS;
			if (!at)
				break;
		}
		steps--;
		for (link = at; link && link->range; link = link->hidden, steps--) {
			if (waiters)
				list_splice_tail_init(&link->waiters, waiters);
			else if (link == &link->range->link[0])
				visit(link->range, data);
		}
	}
	zcblk_slot_release(slots, slot);
	local_irq_restore(flags);
}

static void zcblk_slot_for_each(struct zcblk_ranges *ranges,
				zcblk_range_visit_fn visit, void *data)
{
	struct zcblk_slots *slots = ranges->engine;
	unsigned int i;

	atomic_inc(&slots->walks);
	for (i = 0; i <= ZCBLK_NR_SLOTS; i++)
		if (READ_ONCE(slots->slot[i]) & ~ZCBLK_SLOT_SLOW)
			zcblk_slot_walk(slots, &slots->slot[i], visit, data, NULL);
	atomic_dec(&slots->walks);
}

/*
 * Examined again, all waiters fail, as none is parked any more. That makes visible
 * what was hidden below them, so look until a slot has no waiters.
 */
static void zcblk_slot_cancel(struct zcblk_ranges *ranges)
{
	struct zcblk_slots *slots = ranges->engine;
	unsigned int i = 0;

	while (i <= ZCBLK_NR_SLOTS) {
		LIST_HEAD(waiters);

		cond_resched();
		zcblk_slot_walk(slots, &slots->slot[i], NULL, NULL, &waiters);
		if (list_empty(&waiters))
			i++;
		zcblk_slot_defer(slots, &waiters);
		zcblk_slot_work(&slots->work);
	}
	flush_work(&slots->work);
}

static int zcblk_slot_init(struct zcblk_ranges *ranges)
{
	static struct lock_class_key key;
	struct zcblk_slots *slots = kvzalloc(sizeof(*slots), GFP_KERNEL);

	if (!slots)
		return -ENOMEM;
	slots->ranges = ranges;
	slots->oldest = 1;
	mutex_init(&slots->mutex);
	lockdep_init_map_wait(&slots->dep_map, "zcblk_slot", &key, 0, LD_WAIT_SPIN);
	INIT_WORK(&slots->work, zcblk_slot_work);
	raw_spin_lock_init(&slots->todo_lock);
	INIT_LIST_HEAD(&slots->todo);
	INIT_LIST_HEAD(&slots->longs);
	ranges->engine = slots;
	return 0;
}

static void zcblk_slot_exit(struct zcblk_ranges *ranges)
{
	struct zcblk_slots *slots = ranges->engine;

	flush_work(&slots->work);
	kvfree(slots);
}

const struct zcblk_range_ops zcblk_range_slot_ops = {
	.name = "slot",
	.init = zcblk_slot_init,
	.exit = zcblk_slot_exit,
	.lock = zcblk_slot_lock,		/* inline where range.c knows the engine */
	.unlock = zcblk_slot_unlock,
	.for_each = zcblk_slot_for_each,
	.cancel = zcblk_slot_cancel,
};
