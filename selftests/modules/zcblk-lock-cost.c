// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading this module measures what it costs to take a range and to give it back, with
 * each engine, while others are held that it does not overlap: lines
 * "zcblk-lock-cost: ENGINE HELD PICOSECONDS" in the kernel log, where HELD is 0 for the
 * loop alone. It does so with the sources of the range locks, compiled into it without
 * tracepoints, and interrupts off. Under QEMU's icount a nanosecond is an instruction.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

/* Instead of trace.h */
#define _ZCBLK_TRACE_H
#define trace_zcblk_range_wait(ranges, range, n)	((void)(n))
#define trace_zcblk_range_grant(ranges, range, ns)	((void)(ns))
#define trace_zcblk_range_release(ranges, range)	((void)(ranges))

#include <linux/bits.h>
#include <linux/module.h>

#include "../../driver/range.c"
#include "../../driver/range-interval.c"
#include "../../driver/range-list.c"
#include "../../driver/range-tree.c"
#include "../../driver/range-bucket.c"
#include "../../driver/range-slot.c"

#define MAX_HELD	1024
#define ROUNDS		2000
#define BLOCK		8	/* sectors */

static struct zcblk_range held[MAX_HELD];
static struct zcblk_range range;
static const int overlap = ZCBLK_OVERLAP_SERIALIZE;

/* 4 KiB at random on 1 TiB; none of those that are used overlap */
static u64 place(u64 i)
{
	i = (i ^ i >> 30) * 0xbf58476d1ce4e5b9ULL;
	i = (i ^ i >> 27) * 0x94d049bb133111ebULL;
	return ((i ^ i >> 31) & (BIT_ULL(28) - 1)) * BLOCK;
}

static void granted(struct zcblk_range *parked, int err)
{
	WARN_ON_ONCE(1);
}

static void take(struct zcblk_ranges *ranges, struct zcblk_range *one, u64 start)
{
	zcblk_range_init(one, start, start + BLOCK - 1, ZCBLK_RANGE_WRITE, false,
			 granted);
	if (ranges)
		WARN_ON_ONCE(zcblk_range_lock(ranges, one));
}

static u64 measure(struct zcblk_ranges *ranges)
{
	unsigned long flags;
	u64 start_ns;
	u32 i;

	local_irq_save(flags);
	start_ns = ktime_get_ns();
	for (i = 0; i < ROUNDS; i++) {
		take(ranges, &range, place(MAX_HELD + i));
		if (ranges)
			zcblk_range_unlock(ranges, &range);
	}
	start_ns = ktime_get_ns() - start_ns;
	local_irq_restore(flags);
	return div_u64(start_ns * 1000, ROUNDS);
}

static int measure_engine(unsigned int engine, unsigned int nr_held)
{
	struct zcblk_ranges *ranges = zcblk_ranges_create(engine, &overlap);
	unsigned int i;

	if (!ranges)
		return -ENOMEM;
	for (i = 0; i < nr_held; i++)
		take(ranges, &held[i], place(i));
	measure(ranges);	/* the first time code is translated, or cold */
	pr_info("%s %u %llu\n", zcblk_range_lock_names[engine], nr_held, measure(ranges));
	for (i = 0; i < nr_held; i++)
		zcblk_range_unlock(ranges, &held[i]);
	zcblk_ranges_destroy(ranges);
	return 0;
}

static int __init cost_init(void)
{
	unsigned int engine;
	int err = 0;

	measure(NULL);
	pr_info("off 0 %llu\n", measure(NULL));
	for (engine = ZCBLK_ENGINE_LIST; !err && zcblk_range_lock_names[engine]; engine++)
		err = measure_engine(engine, 1) ?: measure_engine(engine, MAX_HELD);
	return err;
}

static void __exit cost_exit(void) { }

module_init(cost_init);
module_exit(cost_exit);

MODULE_DESCRIPTION("Measures what zcblk's range locks cost");
MODULE_AUTHOR("The zcblk authors");
MODULE_LICENSE("GPL");
