// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shows the holders, waiters and counters of range locks to the user. The watchdog reports ranges
 * that are held for too long.
 *
 * zcblk_ranges_show() copies all ranges first, and compares the copies later. While a range is
 * copied, a lock of the engine is held, so that the range is not freed. The comparison needs no
 * lock, so it does not delay I/O.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "range.h"

/* Maximum number of ranges to list. The line `more` shows how many ranges are not listed. */
#define ZCBLK_RANGE_LISTED	8192

static unsigned int zcblk_range_watch_seconds = 30;
module_param_named(range_watch, zcblk_range_watch_seconds, uint, 0644);
MODULE_PARM_DESC(range_watch, "Seconds after which a request that still holds its range is reported in the kernel log (default 30; 0: never)");

struct zcblk_range_copy {
	u64 start, last;
	unsigned long since;
	u64 parked_ns;
	u8 kind;
	bool waits;
};

struct zcblk_range_copies {
	unsigned int nr, more;
	struct zcblk_range_copy copy[];
};

static void zcblk_range_copy(struct zcblk_range_copy *copy, struct zcblk_range *range)
{
	/* Pairs with zcblk_range_conflict() and zcblk_range_grant() */
	copy->waits = smp_load_acquire(&range->waits);
	copy->start = range->start;
	copy->last = range->last;
	copy->since = READ_ONCE(range->since);
	copy->parked_ns = copy->waits ? range->parked_ns : 0;
	copy->kind = range->kind;
}

static void zcblk_range_add_copy(struct zcblk_range *range, void *data)
{
	struct zcblk_range_copies *list = data;

	if (list->nr < ZCBLK_RANGE_LISTED)
		zcblk_range_copy(&list->copy[list->nr++], range);
	else
		list->more++;
}

/* Returns a holder that blocks a waiter, else an earlier waiter that blocks it, else NULL */
static const struct zcblk_range_copy *
zcblk_range_find_blocker(const struct zcblk_range_copies *list,
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

static void zcblk_range_show_one(const struct zcblk_range_copies *list,
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
	/* A blocker is not found if it was unlocked before its copy, or if the list is full */
	if (blocker)
		seq_printf(m, " for %s %llu %llu", zcblk_range_kind_names[blocker->kind],
			   blocker->start, blocker->last);
	seq_putc(m, '\n');
}

/*
 * Lists each holder, and each waiter with a range that it waits for, in a line `holder|waiter KIND
 * START LAST MILLISECONDS [for KIND START LAST]`. If the list is full, the last line is `more` and
 * the number of ranges that are not listed. Context: process.
 * Return: 0 or -ENOMEM
 */
int zcblk_ranges_show(struct zcblk_ranges *ranges, struct seq_file *m)
{
	struct zcblk_range_copies *list;
	unsigned int i;

	list = kvmalloc(struct_size(list, copy, ZCBLK_RANGE_LISTED), GFP_KERNEL);
	if (!list)
		return -ENOMEM;
	list->nr = 0;
	list->more = 0;
	ranges->ops->for_each(ranges, zcblk_range_add_copy, list);

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

/* Lists the engine, the mode, the counters, and the most contended regions. Context: process. */
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
		/* This does not acquire @hot_lock, so the entry may change during the copy */
		hot = data_race(ranges->hot[i]);
		if (hot.count)
			seq_printf(m, "hot %llu %llu %llu\n", hot.region << ZCBLK_RANGE_HOT_SHIFT,
				   ((hot.region + 1) << ZCBLK_RANGE_HOT_SHIFT) - 1,
				   hot.count);
	}
}

/* Sets the counters to zero, and forgets the most contended regions */
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

/* A search for one range that is held for too long, and was not reported yet */
struct zcblk_range_watch {
	unsigned long before;
	bool found;
	struct zcblk_range_copy copy;
};

static void zcblk_range_watch_one(struct zcblk_range *range, void *data)
{
	struct zcblk_range_watch *watch = data;

	/* Pairs with zcblk_range_grant() */
	if (watch->found || range->reported || smp_load_acquire(&range->waits) ||
	    !time_before(READ_ONCE(range->since), watch->before))
		return;
	range->reported = true;
	watch->found = true;
	zcblk_range_copy(&watch->copy, range);
}

/*
 * Reports a range that has been held for longer than the module parameter range_watch, once. The
 * caller calls this each second, in process context. To limit the cost and the messages, this
 * visits all ranges four times within range_watch seconds, and reports at most one at a visit.
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
