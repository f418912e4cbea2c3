// SPDX-License-Identifier: GPL-2.0-only
/*
 * Range lock engine slot: in the common case, one compare-and-exchange locks a range, and another
 * one unlocks it.
 *
 * The disk is divided into regions, and regions are hashed to slots. A slot is one word. The word
 * contains two flags, and the address of the newest link in a chain of ranges. Without ranges, the
 * address is 0. In a chain, each link points to the next older link.
 *
 * Fast path
 *	If a range lies in one region, and the slot of the region is 0, one cmpxchg() stores the
 *	range's link in the slot. A second cmpxchg() removes the link. The first caller that locks
 *	the slot initialises the link (zcblk_slot_adopt()).
 *
 * Slow path
 *	A range is short if it lies in one region, or in two regions whose slots are in the same
 *	group of slots. A short range has a link in each of its one or two slots. All of these slots
 *	are locked while the range is entered. Ranges are compared by sectors, so disjoint ranges in
 *	the same slot do not wait for each other.
 *
 *	The flag LOCKED makes the slot a spinlock, with interrupts off. The flag SLOW prevents the
 *	fast path. SLOW is cleared when a short range leaves the slot empty. But SLOW stays set
 *	while a long range that touches the group of the slot is held or parked.
 *
 * Waiting
 *	A range is entered first. Then a search examines older links, the newest one first, until it
 *	finds a link that the range must wait for. The range then joins the waiters of this link.
 *	When the link is removed, the search continues with the next older link. If the link was
 *	hidden (see below), or if a worker continues the search, the slot is searched again. At the
 *	end of the chain, the search of a short range continues in its other slot, and then in the
 *	long slot. If the search finds no more links to wait for, the range is granted. So a range
 *	waits for one other range at a time, which is always older. The search of a read skips
 *	successive reads, because @across points from the newest of them to the write below.
 *
 * Long ranges
 *	A range that is not short is long. A long range has one link. This link is in the long slot,
 *	which contains no short ranges. A long range is entered under @mutex, with interrupts on:
 *	1. It gets the next number, its @seq, and enters the long slot.
 *	2. It stores its number in @mark of each group that it touches, and then sets SLOW in each
 *	   of its slots in that group.
 *	3. It searches for older long ranges, and then for older short ranges in each slot.
 *	A short range on the slow path loads @mark under its slot's lock. Its @seq is this value, or
 *	0 if all long ranges up to this number are gone. It searches the long slot for long ranges
 *	up to its @seq. All other long ranges are newer than the short range, and find it in its
 *	slot.
 *
 *	A short range and a long range never miss each other, because step 2 changes the word of the
 *	slot. If the short range locked or entered the slot before step 2, step 3 finds the short
 *	range. Otherwise, the short range sees SLOW, and then @mark, because the word is stored with
 *	release and loaded with acquire semantics.
 *
 *	There is no deadlock, because marks are stored in the order of the numbers, and no short
 *	range is in two groups. So if short range A is newer than a long range, all short ranges
 *	that wait for A are newer than the long range, too. If a short range used the fast path
 *	after the mark was stored, it counts as older than the long range. But its slot was empty,
 *	so it waits for nothing.
 *
 * Hidden links
 *	If a write must wait for an older link, and covers the range of that link, later ranges need
 *	to examine only the write. The older link is then removed from the chain, and is hidden
 *	below the write's link. At most ZCBLK_SLOT_DEPTH links are hidden below one link. The ranges
 *	between the two links are disjoint from the write, because the write would otherwise have
 *	found them first. So they are also disjoint from the older link's range, and do not need to
 *	find the hidden link. A link is hidden only if the ranges of both links have the same @seq.
 *	Then, no long range was entered between the two, and no long range needs to find the hidden
 *	link.
 *
 * Bounds
 *	With interrupts off, a search examines at most ZCBLK_SLOT_STEPS links. A walk of all links
 *	(zcblk_slot_walk()) may examine one more link, and all links hidden below it. Then a caller
 *	that may sleep enables interrupts for a moment. Meanwhile, a marker, which is a link without
 *	a range, keeps its place in the chain. An unlock examines up to ZCBLK_SLOT_INLINE waiters. A
 *	worker examines the other waiters, all waiters that are long, and waiters whose search needs
 *	more than ZCBLK_SLOT_STEPS links. So the work with interrupts off does not depend on the
 *	number or the length of ranges.
 *
 * Undecided ranges
 *	If a range may be refused, its slots stay locked from its entry until it is compared with
 *	all others. So no other range fails because of a refused range. This is not possible if the
 *	range is long, or if its search needs more than ZCBLK_SLOT_STEPS links. The range is then
 *	entered under @mutex, and is marked as undecided. If another range would be refused because
 *	of an undecided range, the other range is removed. It is then entered again under @mutex.
 *
 * Lock order: @mutex, short slots by their address, the long slot, @todo_lock.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/irqflags.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "slot.h"

/* Results of a search, in addition to 0, -EINPROGRESS, -EAGAIN and -ECANCELED */
#define ZCBLK_SLOT_BOUND	-EBUSY		/* more links than @steps */
#define ZCBLK_SLOT_RETRY	-ERESTART	/* the result depends on an undecided range */
#define ZCBLK_SLOT_DESPITE	1		/* granted although it overlaps */

/* The value of @across in a read that has a newer read directly above it */
static struct zcblk_range_link zcblk_slot_not_top;

/* A search for older links that @range must wait for */
struct zcblk_slot_search {
	struct zcblk_range *range;
	struct zcblk_range_link *at;	/* the link to examine next */
	u64 limit;			/* only links with a lower number are older */
	bool by_seq;			/* the number is @seq of a range, not @age of a link */
	unsigned int steps;		/* how many more links to examine with interrupts off */
	bool pausing;			/* the search may enable interrupts */
	bool disjoint;			/* the search has met a disjoint range */
};

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

/* True if a long range that touches the group of this slot may still be held or parked */
static bool zcblk_slot_near_long(struct zcblk_slots *slots, unsigned long *slot)
{
	unsigned long mark = READ_ONCE(*zcblk_slot_mark(slots, slot));

	/* Pairs with the release in zcblk_slot_set_oldest() */
	return mark >= smp_load_acquire(&slots->oldest);
}

static struct zcblk_range_link *zcblk_slot_newest(unsigned long *slot)
{
	return (void *)(READ_ONCE(*slot) & ~ZCBLK_SLOT_FLAGS);
}

/* Sets the newest link of a locked slot, and SLOW. An empty slot has SLOW only for a long range. */
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

/*
 * Initialises a link that the fast path has entered, and its range, when the slot is locked for the
 * first time. Also sets SLOW in the slot, which is already locked.
 */
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

/* Locks all slots of a range. For a range from the fast path, the first lock sets @nr_links. */
static void zcblk_slot_acquire_all(struct zcblk_slots *slots, struct zcblk_range *range)
{
	zcblk_slot_acquire_one(slots, range->link[0].slot);
	if (range->nr_links > 1)
		zcblk_slot_acquire(slots, range->link[1].slot, 1);
}

/* Releases all slots of a range. A parked range may be freed as soon as its slots are released. */
static void zcblk_slot_release_all(struct zcblk_slots *slots, struct zcblk_range *range)
{
	unsigned long *slot = range->link[0].slot;

	if (range->nr_links > 1)
		zcblk_slot_release(slots, range->link[1].slot);
	zcblk_slot_release(slots, slot);
}

/* The caller of the following functions on links and chains holds the slot's lock */

static bool zcblk_link_is_read(const struct zcblk_range_link *link)
{
	return link->range->kind == ZCBLK_RANGE_READ;
}

/* Searches from @link to older links. Returns the first link that is not a marker, or NULL. */
static struct zcblk_range_link *zcblk_link_real(struct zcblk_range_link *link)
{
	while (link && !link->range)
		link = link->older;
	return link;
}

/* Connects the newest of successive reads and the write below them. Either may be NULL. */
static void zcblk_link_set_across(struct zcblk_range_link *top, struct zcblk_range_link *write)
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
		/* The reads above the removed write join the reads below it */
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

/* Replaces the link of a cancelled write in the chain with the link that it hides */
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

static struct zcblk_range *zcblk_slot_pop(struct list_head *list)
{
	struct zcblk_range *range;

	range = list_first_entry_or_null(list, struct zcblk_range, wait);
	if (range)
		list_del(&range->wait);
	return range;
}

/* Returns the range's own link in the slot that it searches next, or NULL */
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
		s->limit++;	/* the long range with this number is older, too */

	if (from || !own) {
		s->at = from ?: zcblk_slot_newest(slot);
	} else if (own->is_hidden || !zcblk_link_is_read(own)) {
		while (own->is_hidden)
			own = own->newer;
		s->at = own->older;
	} else if (own->across == &zcblk_slot_not_top) {
		s->at = zcblk_slot_newest(slot);	/* finds the top of these reads */
	} else {
		s->at = own->across;
	}
}

/*
 * Searches for the next older link that the range must wait for, from @at on. Moves @at past the
 * links that it has examined.
 * Return: the link; or NULL. After NULL, @at is NULL at the end of the chain, and the next link to
 * examine if @steps is used up.
 */
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

/*
 * True if @link may be hidden below @own. While zcblk_slot_for_each() runs, no more links may be
 * hidden. Otherwise, its walk would miss a link that moves below @own after the walk has passed
 * @own.
 */
static bool zcblk_slot_may_hide(struct zcblk_slots *slots, const struct zcblk_range_link *own,
				const struct zcblk_range_link *link)
{
	return !zcblk_link_is_read(own) && !own->is_hidden && !own->hidden &&
	       !atomic_read(&slots->walks) && link->depth < ZCBLK_SLOT_DEPTH &&
	       own->range->seq == link->range->seq &&
	       zcblk_range_covers(own->range, link->range);
}

/*
 * Handles a conflict with a link. If the range waits, this hides the link if possible. Return:
 * -EINPROGRESS, -EAGAIN, -ECANCELED or ZCBLK_SLOT_DESPITE; or ZCBLK_SLOT_RETRY if the range would
 * be refused because of an undecided range
 */
static int zcblk_slot_meet(struct zcblk_slots *slots, struct zcblk_range *range,
			   struct zcblk_range_link *link)
{
	struct zcblk_range_link *own = zcblk_slot_own(range);
	int err;

	if (!range->parked) {
		if (link->range->undecided && zcblk_slot_may_refuse(range))
			return ZCBLK_SLOT_RETRY;
		err = zcblk_range_conflict(slots->ranges, range, link->range, range->overlap);
		if (err != -EINPROGRESS)
			return err ?: ZCBLK_SLOT_DESPITE;
	} else if (READ_ONCE(slots->ranges->cancelled)) {
		return -ECANCELED;	/* zcblk_slot_cancel() may have walked this slot already */
	}
	list_add_tail(&range->wait, &link->waiters);
	if (own && zcblk_slot_may_hide(slots, own, link))
		zcblk_link_hide(slots, own, link);
	return -EINPROGRESS;
}

/* Unlocks the slot for a moment. Sets *@at to the link that is then at its place, or to NULL. */
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

/* Returns the slot that a range must search next, or NULL. Skips empty slots of a long range. */
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
		/* Pairs with the release of the slot when a range is unlocked */
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

/*
 * Searches a locked slot for a link that the range must wait for, and calls zcblk_slot_meet() for
 * this link. The search starts at @from. If @from is NULL, zcblk_slot_begin() chooses the start.
 * @flags may be NULL if @s->pausing is false.
 * Return: 0 if this slot has no link left to wait for; ZCBLK_SLOT_BOUND if @s->steps is used up and
 * @s->pausing is false; otherwise, the result of zcblk_slot_meet()
 */
static int zcblk_slot_look(struct zcblk_slots *slots, struct zcblk_slot_search *s,
			   unsigned long *slot, struct zcblk_range_link *from,
			   unsigned long *flags)
{
	struct zcblk_range_link *link;

	zcblk_slot_begin(slots, s, slot, from);
	while (!(link = zcblk_slot_find(s)) && s->at) {
		if (!s->pausing)
			return ZCBLK_SLOT_BOUND;
		zcblk_slot_pause(slots, slot, &s->at, flags);
		s->steps = ZCBLK_SLOT_STEPS;
	}
	return link ? zcblk_slot_meet(slots, s->range, link) : 0;
}

/* Searches the slots of a range from @range->at on. Return: as zcblk_slot_look() for all of them */
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

/* Passes parked ranges to the worker. @todo is @slots->todo or @slots->past. */
static void zcblk_slot_defer(struct zcblk_slots *slots, struct list_head *deferred,
			     struct list_head *todo)
{
	unsigned long flags;

	if (list_empty(deferred))
		return;
	raw_spin_lock_irqsave(&slots->todo_lock, flags);
	list_splice_tail(deferred, todo);
	raw_spin_unlock_irqrestore(&slots->todo_lock, flags);
	queue_work(slots->ranges->wq, &slots->work);
}

/* Updates @oldest, which is @seq + 1 if there is no long range. The long slot is locked. */
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

/* State of an unlock, which examines the waiters of the removed links */
struct zcblk_slot_leave {
	struct zcblk_slot_search s;
	unsigned int nr;		/* number of waiters examined */
	struct list_head cleared;	/* waiters with no conflict left in the link's slot */
	struct list_head deferred;	/* waiters that a worker must examine */
	struct list_head past;		/* the same, with no conflict left in the link's slot */
};

/*
 * Removes a link, and examines its waiters. Stops when the unlock has examined ZCBLK_SLOT_INLINE
 * waiters, or when @steps is used up. If no link is older, no waiter has a conflict left.
 */
static void zcblk_slot_leave(struct zcblk_slots *slots, struct zcblk_range_link *link,
			     struct zcblk_slot_leave *leave)
{
	struct zcblk_range_link *older = link->is_hidden ? NULL : link->older;
	bool oldest = !link->is_hidden && !zcblk_link_real(older);
	struct list_head *deferred = oldest ? &leave->past : &leave->deferred;
	struct zcblk_range *range;
	int err;

	zcblk_link_remove(slots, link);
	while (leave->nr < ZCBLK_SLOT_INLINE && leave->s.steps) {
		range = zcblk_slot_pop(&link->waiters);
		if (!range)
			return;
		leave->nr++;
		leave->s.range = range;
		err = 0;
		if (range->is_long)
			err = ZCBLK_SLOT_BOUND;
		else if (!oldest)
			err = zcblk_slot_look(slots, &leave->s, link->slot, older, NULL);
		if (err != -EINPROGRESS)
			list_add_tail(&range->wait, err ? deferred : &leave->cleared);
	}
	list_splice_tail(&link->waiters, deferred);
}

/* Searches the other slots of the ranges in @cleared. Return: a list of ranges to be granted */
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

struct zcblk_range *zcblk_slot_unlock_slow(struct zcblk_ranges *ranges, struct zcblk_range *range)
{
	struct zcblk_slot_leave leave = {
		.s.steps = ZCBLK_SLOT_STEPS,
		.cleared = LIST_HEAD_INIT(leave.cleared),
		.deferred = LIST_HEAD_INIT(leave.deferred),
		.past = LIST_HEAD_INIT(leave.past),
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

	zcblk_slot_defer(slots, &leave.deferred, &slots->todo);
	zcblk_slot_defer(slots, &leave.past, &slots->past);
	return grants;
}

/* Removes a range that was not granted. A worker examines its waiters again. */
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

	zcblk_slot_defer(slots, &waiters, &slots->todo);
}

/*
 * Searches for conflicts of a range whose links are already in their slots. Removes the range if it
 * is neither granted nor parked. Otherwise, the range is no longer undecided.
 * Return: as zcblk_range_lock()
 */
static int zcblk_slot_finish(struct zcblk_slots *slots, struct zcblk_range *range, bool undecided)
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

/* Enters a short range. Interrupts are off, and the range's slots are locked. */
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

/* As zcblk_slot_settle(), for a short range whose slots are locked, except for the long slot */
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

/* Prevents the fast path in a slot. Return: true if the slot is not empty. */
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

/* Makes a long range visible to short ranges. Sets @busy to UINT_MAX if all slots are empty. */
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

/* Returns the next range of the worker, from @past and @todo in turn, or NULL if both are empty */
static struct zcblk_range *zcblk_slot_next_todo(struct zcblk_slots *slots)
{
	struct zcblk_range *range;
	bool past;

	raw_spin_lock_irq(&slots->todo_lock);
	past = !list_empty(&slots->past) && (slots->past_next || list_empty(&slots->todo));
	slots->past_next = !past;
	range = zcblk_slot_pop(past ? &slots->past : &slots->todo);
	if (past)
		zcblk_slot_advance(range);
	raw_spin_unlock_irq(&slots->todo_lock);
	return range;
}

static void zcblk_slot_work(struct work_struct *work)
{
	struct zcblk_slots *slots = container_of(work, struct zcblk_slots, work);
	struct zcblk_range *range;
	int err;

	while ((range = zcblk_slot_next_todo(slots))) {
		/* A search misses a link that the range waited for, if its own link hides it */
		err = READ_ONCE(slots->ranges->cancelled) ? -ECANCELED :
			zcblk_slot_settle_pausing(slots, range);
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

/*
 * Calls @visit for all ranges whose first link is in a slot. If @waiters is not NULL, moves the
 * waiters of all links in the slot to @waiters instead. Enables interrupts from time to time.
 */
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

static void zcblk_slot_for_each(struct zcblk_ranges *ranges, zcblk_range_visit_fn visit, void *data)
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
 * Fails all waiters. After @cancelled is set, a waiter fails when zcblk_slot_work() examines it
 * again. A search that began earlier may still add a waiter to a link. So this walks each slot
 * until the slot has no waiters.
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
		zcblk_slot_defer(slots, &waiters, &slots->todo);
		zcblk_slot_work(&slots->work);
	}
	/* The queue may be full of I/O that waits for this call, so do not wait for it */
	cancel_work_sync(&slots->work);
	zcblk_slot_work(&slots->work);
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
	INIT_LIST_HEAD(&slots->past);
	INIT_LIST_HEAD(&slots->longs);
	ranges->engine = slots;
	return 0;
}

const struct zcblk_range_ops zcblk_range_slot_ops = {
	.name = "slot",
	.init = zcblk_slot_init,
	.lock = zcblk_slot_lock,		/* range.c calls this inline */
	.unlock = zcblk_slot_unlock,
	.for_each = zcblk_slot_for_each,
	.cancel = zcblk_slot_cancel,
};
