// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures the cost of locking and unlocking a range, with each engine. The module includes
 * the source files of the range locks, and measures when it is loaded. With QEMU's option icount,
 * the clock advances by a nanosecond for each instruction.
 *
 * It prints lines "zcblk-lock-cost: ENGINE CASE N PICOSECONDS" to the kernel log. The time is for
 * locking and unlocking one range. The cost of the loop and of reading the clock is subtracted.
 * Cases:
 *	held		N ranges are held at random places. A range that overlaps none of
 *			them is locked and unlocked.
 *	hot		N writes of one block wait. Another write is parked. Then the
 *			holder is unlocked, which grants the next write.
 *	readers		N reads of one block are locked, and a write waits for them. Then
 *			the reads are unlocked, and the last one grants the write.
 *	readers-behind	N reads are parked behind a write that waits. The write is granted
 *			and unlocked, which grants the reads. Then the reads are unlocked.
 *	mixed		3 * N requests of one block are parked behind a write, again and again
 *			two reads and a write. Each is unlocked when the requests before it are.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bits.h>
#include <linux/module.h>

#include "range-locks.h"

#define HELD		1024
#define QUEUED		16384
#define GROUPS		4096	/* of three requests */
#define QUEUED_SLOW	256	/* for engines list and tree: their time grows with N squared */
#define STEP		4	/* each N is this factor times the previous N */
#define ROUNDS		2000
#define BLOCK		8	/* sectors */

static struct zcblk_range *pool;	/* array of QUEUED + 2 ranges */
static struct zcblk_range holder, waiter;
static struct workqueue_struct *wq;
static const int overlap = ZCBLK_OVERLAP_SERIALIZE;
static u64 clock_ns, loop_ps;
static u64 began_ns;

static void begin(void)
{
	began_ns = ktime_get_ns();
}

static u64 end(void)
{
	return ktime_get_ns() - began_ns - clock_ns;
}

static u64 each_ps(u64 ns, unsigned int n)
{
	return div_u64(ns * 1000, n) - loop_ps;
}

/*
 * Return: the first sector of block @i in a pseudo-random sequence of blocks of 4 KiB, in 1 TiB.
 * For the values of @i that the module uses, the blocks do not overlap.
 */
static u64 place(u64 i)
{
	i = (i ^ i >> 30) * 0xbf58476d1ce4e5b9ULL;
	i = (i ^ i >> 27) * 0x94d049bb133111ebULL;
	return ((i ^ i >> 31) & (BIT_ULL(28) - 1)) * BLOCK;
}

static void granted(struct zcblk_range *range, int err)
{
	WARN_ON_ONCE(err);
}

static void lock(struct zcblk_ranges *ranges, struct zcblk_range *range, u64 start,
		 enum zcblk_range_kind kind)
{
	int err = 0;

	zcblk_range_init(range, start, start + BLOCK - 1, kind, false, granted);
	if (ranges)
		err = zcblk_range_lock(ranges, range);
	WARN_ON_ONCE(err && err != -EINPROGRESS);
}

static void unlock(struct zcblk_ranges *ranges, struct zcblk_range *range)
{
	if (!ranges)
		return;
	/* If the range still waits, flush the worker that will grant it */
	if (unlikely(READ_ONCE(range->waits)))
		flush_workqueue(wq);
	WARN_ON_ONCE(READ_ONCE(range->waits));
	zcblk_range_unlock(ranges, range);
}

static void unlock_all(struct zcblk_ranges *ranges, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		unlock(ranges, &pool[i]);
}

/* Locks and unlocks ROUNDS ranges in different places, one after another. Return: the time in ns */
static u64 measure_places(struct zcblk_ranges *ranges)
{
	unsigned int i;

	begin();
	for (i = 0; i < ROUNDS; i++) {
		lock(ranges, &holder, place(HELD + i), ZCBLK_RANGE_WRITE);
		unlock(ranges, &holder);
	}
	return end();
}

static u64 measure_held(struct zcblk_ranges *ranges, unsigned int n)
{
	unsigned int i;
	u64 ns;

	for (i = 0; i < n; i++)
		lock(ranges, &pool[i], place(i), ZCBLK_RANGE_WRITE);
	ns = measure_places(ranges);
	unlock_all(ranges, n);
	return each_ps(ns, ROUNDS);
}

static u64 measure_hot(struct zcblk_ranges *ranges, unsigned int n)
{
	unsigned int i, nr = n + 2;
	u64 ns;

	for (i = 0; i <= n; i++)
		lock(ranges, &pool[i], 0, ZCBLK_RANGE_WRITE);
	begin();
	for (i = 0; i < ROUNDS; i++) {
		lock(ranges, &pool[(i + n + 1) % nr], 0, ZCBLK_RANGE_WRITE);
		unlock(ranges, &pool[i % nr]);
	}
	ns = end();
	for (; i <= ROUNDS + n; i++)
		unlock(ranges, &pool[i % nr]);
	return each_ps(ns, ROUNDS);
}

static u64 lock_readers(struct zcblk_ranges *ranges, unsigned int n)
{
	unsigned int i;

	begin();
	for (i = 0; i < n; i++)
		lock(ranges, &pool[i], 0, ZCBLK_RANGE_READ);
	return end();
}

static u64 round_readers(struct zcblk_ranges *ranges, unsigned int n)
{
	u64 ns = lock_readers(ranges, n);

	lock(ranges, &waiter, 0, ZCBLK_RANGE_WRITE);
	begin();
	unlock_all(ranges, n);
	ns += end();
	unlock(ranges, &waiter);
	return ns;
}

static u64 round_behind(struct zcblk_ranges *ranges, unsigned int n)
{
	u64 ns;

	lock(ranges, &holder, 0, ZCBLK_RANGE_WRITE);
	lock(ranges, &waiter, 0, ZCBLK_RANGE_WRITE);
	ns = lock_readers(ranges, n);
	unlock(ranges, &holder);
	begin();
	unlock(ranges, &waiter);
	unlock_all(ranges, n);
	return ns + end();
}

static u64 round_mixed(struct zcblk_ranges *ranges, unsigned int n)
{
	unsigned int i;
	u64 ns;

	lock(ranges, &holder, 0, ZCBLK_RANGE_WRITE);
	begin();
	for (i = 0; i < 3 * n; i++)
		lock(ranges, &pool[i], 0, i % 3 == 2 ? ZCBLK_RANGE_WRITE : ZCBLK_RANGE_READ);
	ns = end();
	unlock(ranges, &holder);
	begin();
	unlock_all(ranges, 3 * n);
	return ns + end();
}

static u64 measure_rounds(struct zcblk_ranges *ranges, unsigned int n,
			  u64 (*round)(struct zcblk_ranges *ranges, unsigned int n))
{
	unsigned int i, rounds = DIV_ROUND_UP(ROUNDS, n);
	u64 ns = 0;

	for (i = 0; i < rounds; i++)
		ns += round(ranges, n);
	return each_ps(ns, rounds * n);
}

static u64 measure_readers(struct zcblk_ranges *ranges, unsigned int n)
{
	return measure_rounds(ranges, n, round_readers);
}

static u64 measure_behind(struct zcblk_ranges *ranges, unsigned int n)
{
	return measure_rounds(ranges, n, round_behind);
}

static u64 measure_mixed(struct zcblk_ranges *ranges, unsigned int n)
{
	return measure_rounds(ranges, n, round_mixed);
}

static const struct cost {
	const char *name;
	unsigned int many;
	u64 (*measure)(struct zcblk_ranges *ranges, unsigned int n);
} costs[] = {
	{ "held", HELD, measure_held },
	{ "hot", QUEUED, measure_hot },
	{ "readers", QUEUED, measure_readers },
	{ "readers-behind", QUEUED, measure_behind },
	{ "mixed", GROUPS, measure_mixed },
};

static int measure_cost(unsigned int engine, const struct cost *cost, unsigned int n)
{
	struct zcblk_ranges *ranges = zcblk_ranges_create(zcblk_range_engines[engine],
							  &overlap, wq);

	if (!ranges)
		return -ENOMEM;
	cost->measure(ranges, n);	/* only fills the caches: the result is ignored */
	pr_info("%s %s %u %llu\n", zcblk_range_lock_names[engine], cost->name, n,
		cost->measure(ranges, n));
	zcblk_ranges_destroy(ranges);
	return 0;
}

static unsigned int most(unsigned int engine, const struct cost *cost)
{
	if (engine == ZCBLK_ENGINE_SLOT || cost->many == HELD)
		return cost->many;
	return QUEUED_SLOW;
}

static int measure_engine(unsigned int engine)
{
	const struct cost *cost;
	unsigned int n;
	int err = 0;

	for (cost = costs; cost < costs + ARRAY_SIZE(costs); cost++) {
		for (n = 1; !err && n <= most(engine, cost); n *= STEP) {
			err = measure_cost(engine, cost, n);
			cond_resched();
		}
	}
	return err;
}

static void measure_overhead(void)
{
	unsigned int i;
	u64 ns = 0;

	for (i = 0; i < ROUNDS; i++) {
		begin();
		ns += end();
	}
	clock_ns = div_u64(ns, ROUNDS);
	measure_places(NULL);
	loop_ps = div_u64(measure_places(NULL) * 1000, ROUNDS);
}

static int __init cost_init(void)
{
	unsigned int engine;
	int err = 0;

	pool = kvcalloc(QUEUED + 2, sizeof(*pool), GFP_KERNEL);
	wq = alloc_workqueue("zcblk-lock-cost", WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	if (!pool || !wq)
		err = -ENOMEM;
	measure_overhead();
	for (engine = ZCBLK_ENGINE_LIST; !err && zcblk_range_lock_names[engine]; engine++)
		err = measure_engine(engine);
	if (wq)
		destroy_workqueue(wq);
	kvfree(pool);
	return err;
}

static void __exit cost_exit(void) { }

module_init(cost_init);
module_exit(cost_exit);

MODULE_DESCRIPTION("Measures what zcblk's range locks cost");
MODULE_AUTHOR("The zcblk authors");
MODULE_LICENSE("GPL");
