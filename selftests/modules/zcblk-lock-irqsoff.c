// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds the longest time for which engine slot keeps interrupts off. The module includes the
 * source files of the range locks, and measures when it is loaded. With QEMU's option icount, the
 * clock advances by a nanosecond for each instruction.
 *
 * A stretch is a time in which interrupts are off. Ranges are unlocked with interrupts off, as by
 * a completion in hard interrupt context. So one stretch contains all of zcblk_range_unlock(). The
 * callback of a granted range queues work, as in the driver. The cost of reading the clock is
 * subtracted.
 *
 * For each scenario, the module prints the longest stretch to the kernel log, in a line
 *	zcblk-lock-irqsoff: SCENARIO NANOSECONDS PHASE FROM TO GRANTS STRETCHES
 * PHASE is what the scenario did: lock, probe, list, watch, cancel or unlock. FROM and TO are the
 * functions in which the stretch began and ended. GRANTS is the number of ranges granted in the
 * stretch. STRETCHES is the number of all stretches. Scenario `control` is a stretch of CONTROL
 * iterations of a loop.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/irqflags.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#define CONTROL		10000

static const char *scenario_phase, *began_in;
static s64 began_ns, clock_ns;
static unsigned int nr_stretches, nr_grants;
static struct {
	s64 ns;
	const char *phase;
	const char *from;
	const char *to;
	unsigned int grants;
} longest;

/* Begins a stretch: notes the time, and the function that has switched interrupts off */
static noinline void stretch_begin(const char *func)
{
	nr_stretches++;
	nr_grants = 0;
	began_in = func;
	began_ns = ktime_get_ns();
}

static noinline void stretch_end(const char *func)
{
	s64 ns = ktime_get_ns() - began_ns - clock_ns;

	if (ns <= longest.ns)
		return;
	longest.ns = ns;
	longest.phase = scenario_phase;
	longest.from = began_in;
	longest.to = func;
	longest.grants = nr_grants;
}

/*
 * Redefine the functions that switch interrupts off and on, so that they measure stretches. The
 * machine has one CPU, so no other code changes the variables in a stretch.
 */
#undef local_irq_disable
#define local_irq_disable()				\
do {							\
	raw_local_irq_disable();			\
	stretch_begin(__func__);			\
} while (0)

#undef local_irq_enable
#define local_irq_enable()				\
do {							\
	stretch_end(__func__);				\
	raw_local_irq_enable();				\
} while (0)

#undef local_irq_save
#define local_irq_save(flags)				\
do {							\
	raw_local_irq_save(flags);			\
	if (!raw_irqs_disabled_flags(flags))		\
		stretch_begin(__func__);		\
} while (0)

#undef local_irq_restore
#define local_irq_restore(flags)			\
do {							\
	if (!raw_irqs_disabled_flags(flags))		\
		stretch_end(__func__);			\
	raw_local_irq_restore(flags);			\
} while (0)

#undef raw_spin_lock_irqsave
#define raw_spin_lock_irqsave(lock, flags)		\
do {							\
	local_irq_save(flags);				\
	raw_spin_lock(lock);				\
} while (0)

#undef raw_spin_unlock_irqrestore
#define raw_spin_unlock_irqrestore(lock, flags)		\
do {							\
	raw_spin_unlock(lock);				\
	local_irq_restore(flags);			\
} while (0)

#undef raw_spin_lock_irq
#define raw_spin_lock_irq(lock)				\
do {							\
	local_irq_disable();				\
	raw_spin_lock(lock);				\
} while (0)

#undef raw_spin_unlock_irq
#define raw_spin_unlock_irq(lock)			\
do {							\
	raw_spin_unlock(lock);				\
	local_irq_enable();				\
} while (0)

#include "range-locks.h"
#undef pr_fmt
#include "../../driver/range/show.c"

#define MANY		16384
#define PROBES		512	/* room in the pool for requests besides MANY */
#define BLOCK		8	/* sectors */
#define REGION		128
#define LONG		512
#define LONGEST		((4ULL << (30 - 9)) - 1)
#define NEAR		SZ_1M	/* random requests begin below this sector */

#define READ_KIND	ZCBLK_RANGE_READ
#define WRITE_KIND	ZCBLK_RANGE_WRITE

struct request {
	struct zcblk_range range;
	struct work_struct work;
	struct list_head held;
};

static char *only = "";
module_param(only, charp, 0444);
MODULE_PARM_DESC(only, "the scenario to run (default: all)");

static struct request *pool;
static unsigned int nr_asked;
static atomic_t nr_ended;
static LIST_HEAD(held);
static DEFINE_SPINLOCK(held_lock);
static struct workqueue_struct *wq;
static struct zcblk_ranges *ranges;
static int overlap;
static struct rnd_state rnd;

static u32 random_below(u32 n)
{
	return prandom_u32_state(&rnd) % n;
}

/* Functions that lock and unlock requests */

static void hold(struct request *request)
{
	spin_lock(&held_lock);
	list_add_tail(&request->held, &held);
	spin_unlock(&held_lock);
}

static void granted_work(struct work_struct *work)
{
	hold(container_of(work, struct request, work));
}

/* Queues work for a granted request, as zcblk_io_granted() does */
static void granted(struct zcblk_range *range, int err)
{
	struct request *request = container_of(range, struct request, range);

	if (err) {
		atomic_inc(&nr_ended);
		return;
	}
	nr_grants++;
	INIT_WORK(&request->work, granted_work);
	queue_work(wq, &request->work);
}

static void ask(u8 kind, u64 start, u64 sectors, bool nowait)
{
	struct request *request = &pool[nr_asked++];
	int err;

	zcblk_range_init(&request->range, start, start + sectors - 1, kind, nowait, granted);
	err = zcblk_range_lock(ranges, &request->range);
	if (!err)
		hold(request);
	else if (err != -EINPROGRESS)
		atomic_inc(&nr_ended);
	cond_resched();
}

/* Removes a request from a random end of the list of held requests. Return: NULL if it is empty */
static struct request *pick(void)
{
	struct request *request = NULL;

	spin_lock(&held_lock);
	if (!list_empty(&held)) {
		request = random_below(2) ?
			list_first_entry(&held, struct request, held) :
			list_last_entry(&held, struct request, held);
		list_del(&request->held);
	}
	spin_unlock(&held_lock);
	return request;
}

/*
 * Unlocks a held request with interrupts off, like a completion in hard interrupt context.
 * Return: false if no request is held
 */
static bool unlock_one(void)
{
	struct request *request = pick();
	unsigned long flags;

	if (!request)
		return false;
	local_irq_save(flags);
	zcblk_range_unlock(ranges, &request->range);
	local_irq_restore(flags);
	atomic_inc(&nr_ended);
	return true;
}

static void unlock_all(void)
{
	unsigned int idle = 0;

	while (atomic_read(&nr_ended) < nr_asked && !WARN_ON(idle > 2)) {
		idle = unlock_one() ? 0 : idle + 1;
		if (idle)
			flush_workqueue(wq);
		cond_resched();
	}
	flush_workqueue(wq);
}

/* Scenarios and the functions that run them */

struct place {
	u8 kind;
	u64 start;
	u64 sectors;
};

/**
 * struct scenario - a sequence of requests, many of which overlap
 * @name: name in the log
 * @before: the first request; none if it has 0 sectors
 * @each: many copies of this request follow
 * @places: copy n begins (n % places) * step sectors after each.start
 * @step: see @places
 * @shorts: number of short random requests between the copies
 * @after: the last request; none if it has 0 sectors
 * @few: make fewer requests, because each is compared with all others
 */
struct scenario {
	const char *name;
	struct place before;
	struct place each;
	unsigned int places;
	u64 step;
	unsigned int shorts;
	struct place after;
	bool few;
};

static const struct scenario scenarios[] = {
	{ "readers-block-write-one", {}, { READ_KIND, 0, BLOCK }, 1, 0, 0,
		{ WRITE_KIND, 0, BLOCK } },
	{ "readers-block-write-all", {}, { READ_KIND, 0, BLOCK }, 1, 0, 0,
		{ WRITE_KIND, 0, REGION } },
	{ "readers-block-write-none", {}, { READ_KIND, 0, BLOCK }, 1, 0, 0,
		{ WRITE_KIND, BLOCK, BLOCK } },
	{ "readers-region-write-one", {}, { READ_KIND, 0, BLOCK }, 15, BLOCK, 0,
		{ WRITE_KIND, BLOCK, BLOCK } },
	{ "readers-region-write-all", {}, { READ_KIND, 0, BLOCK }, 15, BLOCK, 0,
		{ WRITE_KIND, 0, REGION } },
	{ "readers-region-write-none", {}, { READ_KIND, 0, BLOCK }, 15, BLOCK, 0,
		{ WRITE_KIND, 15 * BLOCK, BLOCK } },
	{ "readers-two-regions", {}, { READ_KIND, REGION - 4, BLOCK }, 1, 0, 0,
		{ WRITE_KIND, 0, 2 * REGION } },
	{ "readers-write-long", {}, { READ_KIND, 0, BLOCK }, 15, BLOCK, 0,
		{ WRITE_KIND, 0, LONG } },
	{ "readers-behind-block", { WRITE_KIND, 0, BLOCK }, { READ_KIND, 0, BLOCK }, 1 },
	{ "readers-behind-region", { WRITE_KIND, 0, REGION }, { READ_KIND, 0, BLOCK },
		16, BLOCK },
	{ "readers-behind-regions", { WRITE_KIND, 0, 2 * REGION },
		{ READ_KIND, REGION - 4, BLOCK }, 1 },
	{ "readers-behind-long", { WRITE_KIND, 0, LONGEST }, { READ_KIND, 0, BLOCK },
		MANY, BLOCK },
	{ "writes-block", {}, { WRITE_KIND, 0, BLOCK }, 1 },
	{ "writes-region", {}, { WRITE_KIND, 0, BLOCK }, 16, BLOCK },
	{ "writes-regions", {}, { WRITE_KIND, 4, 16 }, 32, BLOCK },
	{ "writes-growing", {}, { WRITE_KIND, 0, REGION - 8 }, 8, 1 },
	{ "writes-behind-long", { WRITE_KIND, 0, LONGEST }, { WRITE_KIND, 0, BLOCK },
		MANY, BLOCK },
	{ "longs-reads-same", {}, { READ_KIND, 0, LONG }, 1, 0, 64,
		{ WRITE_KIND, 0, BLOCK } },
	{ "longs-reads-disjoint", {}, { READ_KIND, 0, LONG }, MANY, LONG, 64,
		{ WRITE_KIND, 0, LONGEST } },
	{ "longs-writes-same", {}, { WRITE_KIND, 0, LONG }, 1, 0, 64 },
	{ "longs-writes-disjoint", {}, { WRITE_KIND, 0, LONG }, MANY, LONG, 64,
		{}, true },
	{ "longs-behind-block", { WRITE_KIND, 0, BLOCK }, { READ_KIND, 0, LONG }, 1, 0, 64 },
};

static void ask_place(const struct place *place)
{
	if (place->sectors)
		ask(place->kind, place->start, place->sectors, false);
}

static void ask_all(const struct scenario *s)
{
	unsigned int i, nr = s->few ? MANY / 4 : MANY;

	ask_place(&s->before);
	for (i = 0; i < nr; i++) {
		if (s->shorts && !(i % (nr / s->shorts)))
			ask(random_below(2), random_below(NEAR), BLOCK, false);
		ask(s->each.kind, s->each.start + i % s->places * s->step,
		    s->each.sectors, false);
	}
	ask_place(&s->after);
}

/*
 * Requests each combination of length, kind, start, overlap mode and nowait. So some requests wait,
 * some are refused, and some are granted although they overlap.
 */
static void ask_probes(void)
{
	static const u64 sectors[] = { BLOCK, REGION, LONG, LONGEST };
	static const u64 starts[] = { 0, REGION - 4 };
	unsigned int i;

	scenario_phase = "probe";
	for (i = 0; i < 96; i++) {
		WRITE_ONCE(overlap, i % 3);
		ask(i / 3 % 2, starts[i / 6 % 2], sectors[i / 12 % 4], i / 48);
	}
	WRITE_ONCE(overlap, ZCBLK_OVERLAP_SERIALIZE);
}

static void look_at_all(void)
{
	struct zcblk_range_copies *list;

	scenario_phase = "list";
	list = kvzalloc(struct_size(list, copy, ZCBLK_RANGE_LISTED), GFP_KERNEL);
	if (list)
		ranges->ops->for_each(ranges, zcblk_range_add_copy, list);
	kvfree(list);
	scenario_phase = "watch";
	ranges->watched = jiffies - 60 * HZ;
	zcblk_ranges_watch(ranges, "test");
}

static bool begin(void)
{
	ranges = zcblk_ranges_create(&zcblk_range_slot_ops, &overlap, wq);
	nr_asked = 0;
	atomic_set(&nr_ended, 0);
	scenario_phase = "lock";
	return ranges;
}

static void end(bool cancel)
{
	if (cancel) {
		scenario_phase = "cancel";
		zcblk_ranges_cancel(ranges);
	}
	scenario_phase = "unlock";
	unlock_all();
	zcblk_ranges_destroy(ranges);
}

static void report(const char *name)
{
	pr_info("%s %lld %s %s %s %u %u\n", name, longest.ns, longest.phase, longest.from,
		longest.to, longest.grants, nr_stretches);
	longest.ns = 0;
	nr_stretches = 0;
}

static void run_scenario(const struct scenario *s)
{
	int cancel;

	for (cancel = 0; cancel < 2 && begin(); cancel++) {
		ask_all(s);
		ask_probes();
		look_at_all();
		end(cancel);
	}
	report(s->name);
}

/*
 * Locks requests whose lengths are close to powers of two. If @together is false, unlocks a request
 * after each lock. If it is true, unlocks them at the end.
 */
static void lock_lengths(bool together)
{
	u64 sectors;
	int i;

	if (!begin())
		return;
	for (sectors = BLOCK; sectors <= LONGEST + 1; sectors *= 2) {
		for (i = 0; i < 6; i++) {
			ask(i % 2, random_below(U32_MAX), min(sectors + i / 2 - 1, LONGEST),
			    false);
			if (!together)
				unlock_one();
		}
	}
	end(false);
}

static void run_lengths(void)
{
	lock_lengths(false);
	lock_lengths(true);
	report("lengths");
}

static u64 random_sectors(void)
{
	switch (random_below(64)) {
	case 0:
		return 1 + random_below(1U << (1 + random_below(22)));
	case 1 ... 16:
		return 1 + random_below(2 * LONG);
	default:
		return BLOCK;
	}
}

/*
 * Locks random requests of all kinds. If @cancel is false, also unlocks a request after some of the
 * locks, and after fewer of them for a greater @seed. If @cancel is true, cancels all waiting
 * requests at the end.
 */
static void lock_mix(u32 seed, bool cancel)
{
	u32 places = 1U << (4 + seed % 8 * 2);

	prandom_seed_state(&rnd, seed);
	if (!begin())
		return;
	ask(WRITE_KIND, 0, LONGEST, false);
	while (nr_asked < MANY) {
		if (!random_below(16))
			WRITE_ONCE(overlap, random_below(3));
		ask(random_below(2), random_below(places) * (u64)BLOCK + random_below(2),
		    random_sectors(), !random_below(16));
		WRITE_ONCE(overlap, ZCBLK_OVERLAP_SERIALIZE);
		if (!cancel && random_below(32) > seed)
			unlock_one();
	}
	ask_probes();
	look_at_all();
	end(cancel);
}

static void run_mixes(void)
{
	u32 seed;

	for (seed = 1; seed <= 16; seed++)
		lock_mix(seed, !(seed % 4));
	report("mixes");
}

static void calibrate(void)
{
	unsigned long flags;
	unsigned int i;

	for (i = 0; i < 100; i++) {
		longest.ns = 0;
		clock_ns = 0;
		local_irq_save(flags);
		local_irq_restore(flags);
		clock_ns = longest.ns;
	}
	longest.ns = 0;
	scenario_phase = "control";
	local_irq_save(flags);
	for (i = 0; i < CONTROL; i++)
		barrier();
	local_irq_restore(flags);
	report("control");
}

static bool wanted(const char *name)
{
	return !*only || !strcmp(only, name);
}

static void run_all(void)
{
	const struct scenario *s;

	calibrate();
	if (wanted("lengths"))
		run_lengths();
	for (s = scenarios; s < scenarios + ARRAY_SIZE(scenarios); s++)
		if (wanted(s->name))
			run_scenario(s);
	if (wanted("mixes"))
		run_mixes();
}

static int __init irqsoff_init(void)
{
	int err = 0;

	prandom_seed_state(&rnd, 1);
	pool = kvcalloc(MANY + PROBES, sizeof(*pool), GFP_KERNEL);
	/* The driver allocates its workqueue with the same flags */
	wq = alloc_workqueue("zcblk-lock-irqsoff", WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	if (pool && wq)
		run_all();
	else
		err = -ENOMEM;
	if (wq)
		destroy_workqueue(wq);
	kvfree(pool);
	return err;
}

static void __exit irqsoff_exit(void) { }

module_init(irqsoff_init);
module_exit(irqsoff_exit);

MODULE_DESCRIPTION("Finds how long zcblk's range locks keep interrupts off");
MODULE_AUTHOR("The zcblk authors");
MODULE_LICENSE("GPL");
