// SPDX-License-Identifier: GPL-2.0-only
/*
 * Range lock engine combine, a rival of the driver's engines in these tests: one
 * interval tree, whose operations are delegated.
 *
 * Method
 *	A thread does not fetch the data that a lock protects. It publishes its
 *	operation, and the thread that holds the lock executes it. So the data and the
 *	lock remain in one cache. This is flat combining (SPAA 2010), which elects one of
 *	the waiting threads. Remote core locking (USENIX ATC 2012) and delegated ownership,
 *	such as Trust<T>, use a thread for each lock or object instead. A driver has no CPU
 *	to spare for that.
 *
 * How
 *	An operation lies on the stack of its thread. It is pushed to a lock-free list.
 *	Then its thread waits until the operation is done or the lock is free. The
 *	holder detaches the whole list, reverses it and executes it. It does so at most
 *	COMBINE_BATCHES times, and the list has at most one operation of each CPU, so
 *	the batch is bounded. Interrupts are off all the time, as for a spinlock: an
 *	interrupt cannot wait for the thread that it interrupts. An operation is not
 *	touched after it is done, and neither is its range.
 *
 * Where it wins and where it loses
 *	It is made for many CPUs that wait for one lock: data and lock then move between
 *	caches once for each batch, not once for each operation. With two CPUs, a batch
 *	is one operation of the other CPU, and it does not win. bench, on two CPUs of a
 *	virtual machine, two runs of 20 pairs (the second of engine slot):
 *
 *	combine near     879.4 ns over tree 0.333 [0.324, 0.342] control 0.958 [0.919, 0.998]
 *	combine region   418.0 ns over tree 0.360 [0.322, 0.402] control 0.974 [0.858, 1.106]
 *	combine block   3091.4 ns over tree 0.983 [0.912, 1.060] control 0.934 [0.808, 1.080]
 *	slot    near      12.0 ns over tree 23.183 [21.989, 24.442] control 1.063 [1.024, 1.104]
 *	slot    region   434.6 ns over tree 0.501 [0.493, 0.509] control 1.002 [0.981, 1.024]
 *	slot    block    743.5 ns over tree 1.720 [1.445, 2.046] control 0.931 [0.842, 1.030]
 *
 *	A spinlock that its last holder acquires again keeps the data in one cache as
 *	well, and an operation costs 253 instructions there, not 417. On one hot block,
 *	where most of the time is spent waiting for the other thread, both are equal. On
 *	disjoint ranges, engine slot, which divides its data, wins by far.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/irqflags.h>
#include <linux/slab.h>

#include "interval.h"
#include "test.h"

/* How often the holder detaches the list, at most */
#define COMBINE_BATCHES		4

/* How often a thread checks whether its operation is done before it tries the lock */
#define COMBINE_SPINS		32

struct combine_op {
	struct combine_op *next;
	void (*execute)(struct zcblk_ranges *ranges, struct combine_op *op);
	struct zcblk_range *range;
	struct zcblk_range *grants;	/* result: ranges to be granted */
	int err;			/* result */
	int done;
} __attribute__((aligned(64)));

/**
 * struct combine - the engine
 * @pending: operations, the newest one first
 * @locked: the lock that protects the rest
 * @root: all ranges, held or parked
 * @seq: number of the newest range
 */
struct combine {
	unsigned long pending ____cacheline_aligned_in_smp;
	spinlock_t lock ____cacheline_aligned_in_smp; /* see above */
	struct rb_root_cached root;
	u64 seq;
};

static int combine_init(struct zcblk_ranges *ranges)
{
	struct combine *combine = kzalloc(sizeof(*combine), GFP_KERNEL);

	if (!combine)
		return -ENOMEM;
	spin_lock_init(&combine->lock);
	combine->root = RB_ROOT_CACHED;
	ranges->engine = combine;
	return 0;
}

static void combine_exit(struct zcblk_ranges *ranges)
{
	kfree(ranges->engine);
}

/* The operations, executed by the holder of the lock */

static void combine_do_lock(struct zcblk_ranges *ranges, struct combine_op *op)
{
	struct combine *combine = ranges->engine;
	struct zcblk_range *range = op->range;
	const struct zcblk_range *blocker;

	range->blockers = zcblk_interval_count(&combine->root, range, &blocker);
	if (range->blockers)
		op->err = zcblk_range_conflict(ranges, range, blocker,
					       READ_ONCE(*ranges->overlap));
	if (op->err && op->err != -EINPROGRESS)
		return;
	range->seq = ++combine->seq;
	range->node[0].range = range;
	zcblk_node_insert(&range->node[0], &combine->root);
}

static void combine_do_unlock(struct zcblk_ranges *ranges, struct combine_op *op)
{
	struct combine *combine = ranges->engine;

	zcblk_node_remove(&op->range->node[0], &combine->root);
	zcblk_interval_unblock(&combine->root, op->range, &op->grants);
}

/* Holders wait for nothing, so removing all waiting ranges leaves no count behind */
static void combine_do_cancel(struct zcblk_ranges *ranges, struct combine_op *op)
{
	struct combine *combine = ranges->engine;
	struct zcblk_range *range;
	struct rb_node *rb, *next;

	for (rb = rb_first_cached(&combine->root); rb; rb = next) {
		next = rb_next(rb);
		range = rb_entry(rb, struct zcblk_range, node[0].rb);
		if (!range->parked || !range->blockers)
			continue;
		zcblk_node_remove(&range->node[0], &combine->root);
		range->next = op->grants;
		op->grants = range;
	}
}

/* Delegation */

static void combine_push(struct combine *combine, struct combine_op *op)
{
	unsigned long newest;

	do {
		newest = READ_ONCE(combine->pending);
		op->next = (struct combine_op *)newest;
	} while (cmpxchg_release(&combine->pending, newest, (unsigned long)op) != newest);
}

/* Return: all operations that are pending, the oldest one first */
static struct combine_op *combine_pop_all(struct combine *combine)
{
	struct combine_op *op, *next, *oldest = NULL;
	unsigned long newest;

	do {
		newest = READ_ONCE(combine->pending);
	} while (cmpxchg_acquire(&combine->pending, newest, 0UL) != newest);
	for (op = (struct combine_op *)newest; op; op = next) {
		next = op->next;
		op->next = oldest;
		oldest = op;
	}
	return oldest;
}

/* Executes under the lock. A thread owns its operation again when the operation is done. */
static void combine_execute(struct zcblk_ranges *ranges)
{
	struct combine *combine = ranges->engine;
	struct combine_op *op, *next;
	unsigned int batch;

	for (batch = 0; batch < COMBINE_BATCHES && READ_ONCE(combine->pending); batch++) {
		for (op = combine_pop_all(combine); op; op = next) {
			next = op->next;
			op->execute(ranges, op);
			smp_store_release(&op->done, 1);
		}
	}
}

/* Reads only its own cache line, because other threads use that of the lock. Return: it is done. */
static bool combine_wait(struct combine_op *op)
{
	unsigned int n;

	for (n = 0; n < COMBINE_SPINS; n++) {
		if (smp_load_acquire(&op->done))
			return true;
		__builtin_ia32_pause();
	}
	return false;
}

static void combine_delegate(struct zcblk_ranges *ranges, struct combine_op *op)
{
	struct combine *combine = ranges->engine;
	unsigned long flags;

	local_irq_save(flags);
	combine_push(combine, op);
	do {
		if (!READ_ONCE(combine->lock.locked) && spin_trylock(&combine->lock)) {
			combine_execute(ranges);
			spin_unlock(&combine->lock);
		} else {
			cpu_relax();
		}
	} while (!combine_wait(op));
	local_irq_restore(flags);
}

static int combine_lock(struct zcblk_ranges *ranges, struct zcblk_range *range)
{
	struct combine_op op = { .execute = combine_do_lock, .range = range };

	combine_delegate(ranges, &op);
	return op.err;
}

static struct zcblk_range *combine_unlock(struct zcblk_ranges *ranges,
					  struct zcblk_range *range)
{
	struct combine_op op = { .execute = combine_do_unlock, .range = range };

	combine_delegate(ranges, &op);
	return op.grants;
}

static void combine_cancel(struct zcblk_ranges *ranges)
{
	struct combine_op op = { .execute = combine_do_cancel };

	combine_delegate(ranges, &op);
	zcblk_range_fail(op.grants);
}

/* Not delegated: a reader has its own loop */
static void combine_for_each(struct zcblk_ranges *ranges, zcblk_range_visit_fn visit,
			     void *data)
{
	struct combine *combine = ranges->engine;
	unsigned long flags;
	struct rb_node *rb;

	spin_lock_irqsave(&combine->lock, flags);
	for (rb = rb_first_cached(&combine->root); rb; rb = rb_next(rb))
		visit(rb_entry(rb, struct zcblk_range, node[0].rb), data);
	spin_unlock_irqrestore(&combine->lock, flags);
}

const struct zcblk_range_ops zcblk_range_combine_ops = {
	.name = "combine",
	.init = combine_init,
	.exit = combine_exit,
	.lock = combine_lock,
	.unlock = combine_unlock,
	.for_each = combine_for_each,
	.cancel = combine_cancel,
};
