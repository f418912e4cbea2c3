// SPDX-License-Identifier: GPL-2.0-only
/*
 * Range locks, seen from outside: who holds, who waits and for whom, counters, and
 * the watchdog.
 *
 * A reader copies what there is, while each range is kept from going for as long as
 * it takes to copy it, and then thinks about the copy. So I/O is not held up.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "range.h"

/* Ranges that are listed at most; the line `more` says how many are not */
#define ZCBLK_RANGE_LISTED	8192

/* Seconds that a range may be held */
static unsigned int zcblk_range_watch_seconds = 30;
module_param_named(range_watch, zcblk_range_watch_seconds, uint, 0644);
MODULE_PARM_DESC(range_watch, "Seconds that a request may hold its range before the log has it (default 30; 0: for ever)");

/* What is copied of a range */
struct zcblk_range_copy {
	u64 start;
	u64 last;
	unsigned long since;
	u64 parked_ns;
	u8 kind;
	bool waits;
};

struct zcblk_range_list_copy {
	unsigned int nr;
	unsigned int more;
	struct zcblk_range_copy copy[];
};

static bool zcblk_range_is_waiting(struct zcblk_range *range)
{
	return range->parked && atomic_read(&range->blockers);
}

static void zcblk_range_copy(struct zcblk_range *range, void *data)
{
	struct zcblk_range_list_copy *list = data;
	struct zcblk_range_copy *copy = &list->copy[list->nr];

	if (list->nr == ZCBLK_RANGE_LISTED) {
		list->more++;
		return;
	}
	copy->start = range->start;
	copy->last = range->last;
	copy->waits = zcblk_range_is_waiting(range);
	copy->since = READ_ONCE(range->since);
	copy->parked_ns = range->parked_ns;
	copy->kind = range->kind;
	list->nr++;
}

/* A holder in its way, or else somebody who waits since before it */
static const struct zcblk_range_copy *
zcblk_range_find_blocker(const struct zcblk_range_list_copy *list,
			 const struct zcblk_range_copy *waiter)
{
	const struct zcblk_range_copy *other, *found = NULL;

	for (other = list->copy; other < list->copy + list->nr; other++) {
		if (other == waiter || other->start > waiter->last ||
		    other->last < waiter->start ||
		    !zcblk_range_kind_excludes(other->kind, waiter->kind))
			continue;
		if (!other->waits)
			return other;
		if (other->parked_ns <= waiter->parked_ns)
			found = other;
	}
	return found;
}

static void zcblk_range_show_one(const struct zcblk_range_list_copy *list,
				 const struct zcblk_range_copy *copy,
				 struct seq_file *m)
{
	const struct zcblk_range_copy *blocker = NULL;
	u64 age_ms = copy->waits ?
		div_u64(ktime_get_ns() - copy->parked_ns, NSEC_PER_MSEC) :
		jiffies_to_msecs(jiffies - copy->since);

	seq_printf(m, "%s %s %llu %llu %llu", copy->waits ? "waiter" : "holder",
		   zcblk_range_kind_names[copy->kind], copy->start, copy->last, age_ms);
	if (copy->waits)
		blocker = zcblk_range_find_blocker(list, copy);
	/* By now it may have gone */
	if (blocker)
		seq_printf(m, " for %s %llu %llu",
			   zcblk_range_kind_names[blocker->kind],
			   blocker->start, blocker->last);
	seq_putc(m, '\n');
}

/**
 * zcblk_ranges_show() - list those who hold, and those who wait and for whom
 * @ranges: the lock
 * @m: where to
 *
 * A line is `holder|waiter KIND START LAST MILLISECONDS [for KIND START LAST]`.
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int zcblk_ranges_show(struct zcblk_ranges *ranges, struct seq_file *m)
{
	struct zcblk_range_list_copy *list;
	unsigned int i;

	list = kvmalloc(struct_size(list, copy, ZCBLK_RANGE_LISTED), GFP_KERNEL);
	if (!list)
		return -ENOMEM;
	list->nr = 0;
	list->more = 0;
	ranges->ops->for_each(ranges, zcblk_range_copy, list);
	for (i = 0; i < list->nr; i++) {
		zcblk_range_show_one(list, &list->copy[i], m);
		cond_resched();
	}
	if (list->more)
		seq_printf(m, "more %u\n", list->more);
	kvfree(list);
	return 0;
}

#define zcblk_range_fold(ranges, member)				\
({									\
	u64 sum = 0;							\
	int cpu;							\
									\
	for_each_possible_cpu(cpu)					\
		sum += READ_ONCE(per_cpu_ptr((ranges)->stats, cpu)->member);	\
	sum;								\
})

static u64 zcblk_range_longest(struct zcblk_ranges *ranges)
{
	u64 longest = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		longest = max(longest, READ_ONCE(per_cpu_ptr(ranges->stats, cpu)->longest_ns));
	return longest;
}

/**
 * zcblk_ranges_show_stats() - write a range lock's counters
 * @ranges: the lock
 * @m: where to
 *
 * Context: process.
 */
void zcblk_ranges_show_stats(struct zcblk_ranges *ranges, struct seq_file *m)
{
	struct zcblk_range_hot hot;
	unsigned int i;
	u64 n;

	seq_printf(m, "engine %s\n", ranges->ops->name);
	seq_printf(m, "overlap %s\n", zcblk_overlap_names[READ_ONCE(*ranges->overlap)]);
	seq_printf(m, "taken %llu\n", zcblk_range_fold(ranges, taken));
	seq_printf(m, "contended %llu\n", zcblk_range_fold(ranges, contended));
	seq_printf(m, "parked %llu\n", zcblk_range_fold(ranges, parked));
	seq_printf(m, "refused %llu\n", zcblk_range_fold(ranges, refused));
	seq_printf(m, "collided %llu\n", zcblk_range_fold(ranges, collided));
	seq_printf(m, "slow %llu\n", zcblk_range_fold(ranges, slow));
	seq_printf(m, "longest_ns %llu\n", zcblk_range_longest(ranges));
	for (i = 0; i < ZCBLK_RANGE_BUCKETS; i++) {
		n = zcblk_range_fold(ranges, waits[i]);
		if (n)
			seq_printf(m, "wait %llu %llu %llu\n", i ? 1ULL << i : 0,
				   1ULL << (i + 1), n);
	}
	for (i = 0; i < ZCBLK_RANGE_HOT; i++) {
		/* Written under a lock that a reader stays away from */
		hot = data_race(ranges->hot[i]);
		if (hot.count)
			seq_printf(m, "hot %llu %llu %llu\n",
				   hot.region << ZCBLK_RANGE_HOT_SHIFT,
				   ((hot.region + 1) << ZCBLK_RANGE_HOT_SHIFT) - 1,
				   hot.count);
	}
}

/**
 * zcblk_ranges_reset() - set a range lock's counters to zero
 * @ranges: the lock
 *
 * Context: process.
 */
void zcblk_ranges_reset(struct zcblk_ranges *ranges)
{
	unsigned long flags;
	int cpu;

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(ranges->stats, cpu), 0, sizeof(*ranges->stats));
	raw_spin_lock_irqsave(&ranges->hot_lock, flags);
	memset(ranges->hot, 0, sizeof(ranges->hot));
	raw_spin_unlock_irqrestore(&ranges->hot_lock, flags);
}

/* Finds one range that was not reported yet */
struct zcblk_range_watch {
	unsigned long before;
	bool found;
	struct zcblk_range_copy copy;
};

static void zcblk_range_watch_one(struct zcblk_range *range, void *data)
{
	struct zcblk_range_watch *watch = data;

	if (watch->found || range->reported || zcblk_range_is_waiting(range) ||
	    !time_before(READ_ONCE(range->since), watch->before))
		return;
	range->reported = true;
	watch->found = true;
	watch->copy.start = range->start;
	watch->copy.last = range->last;
	watch->copy.kind = range->kind;
	watch->copy.since = READ_ONCE(range->since);
}

/**
 * zcblk_ranges_watch() - report a range that is held for too long, once
 * @ranges: the lock
 * @name: of the disk, for the message
 *
 * Looking at all there is costs some, so it is done four times in the time that
 * a range may be held. One a time, so that the log is not flooded.
 *
 * Context: process; each second, by one at a time.
 */
void zcblk_ranges_watch(struct zcblk_ranges *ranges, const char *name)
{
	unsigned long limit = READ_ONCE(zcblk_range_watch_seconds) * (unsigned long)HZ;
	struct zcblk_range_watch watch = { .before = jiffies - limit };

	if (!limit || time_before(jiffies, ranges->watched + limit / 4))
		return;
	ranges->watched = jiffies;
	ranges->ops->for_each(ranges, zcblk_range_watch_one, &watch);
	if (watch.found)
		pr_warn("%s: %s of sectors %llu to %llu holds its range for %u seconds\n",
			name, zcblk_range_kind_names[watch.copy.kind], watch.copy.start,
			watch.copy.last,
			jiffies_to_msecs(jiffies - watch.copy.since) / 1000);
}
