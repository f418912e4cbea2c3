// SPDX-License-Identifier: GPL-2.0-only
/*
 * The threads that submit I/O. Their work for each I/O is part of the measured time. So they
 * allocate no memory, and read the clock only if the settings require it.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/overflow.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "exerciser.h"

/**
 * exerciser_slot_done() - report that a slot's I/O has completed
 * @slot: the slot; its thread may use it again at once
 * @error: 0 or a negative errno
 *
 * The RCU read lock keeps the worker allocated until the wakeup has finished.
 *
 * Context: any.
 */
void exerciser_slot_done(struct exerciser_slot *slot, int error)
{
	struct exerciser_worker *worker = slot->worker;

	slot->error = error;
	if (slot->start_ns)
		slot->end_ns = ktime_get_ns();
	rcu_read_lock();
	llist_add(&slot->node, &worker->done);
	if (wq_has_sleeper(&worker->wait))
		wake_up(&worker->wait);
	rcu_read_unlock();
}
EXPORT_SYMBOL_GPL(exerciser_slot_done);

static void exerciser_slot_account(struct exerciser_slot *slot)
{
	struct exerciser_result *result = &slot->worker->result;
	u64 latency;

	slot->busy = false;
	result->ios[slot->op]++;
	result->reasons[slot->reason]++;
	result->unstable += slot->unstable;
	if (unlikely(slot->error)) {
		result->errors++;
		if (!result->first_error)
			result->first_error = slot->error;
	}
	if (slot->start_ns) {
		latency = slot->end_ns - slot->start_ns;
		result->latency[min(latency ? ilog2(latency) : 0,
				    EXERCISER_NR_BUCKETS - 1)]++;
	}
	if (slot->generation)
		exerciser_verify_check(slot);
}

/* Waits until an I/O has completed */
static void exerciser_worker_wait(struct exerciser_worker *worker)
{
	unsigned int i;

	if (!worker->job->set.polled) {
		wait_event(worker->wait, !llist_empty(&worker->done));
		return;
	}
	while (llist_empty(&worker->done)) {
		for (i = 0; i < worker->nr_slots; i++)
			worker->job->engine->poll(worker->slots[i]);
		cond_resched();
	}
}

/*
 * Returns a free slot, and counts its last I/O in the results. If all slots are busy, waits until
 * an I/O has completed.
 */
static struct exerciser_slot *exerciser_worker_take(struct exerciser_worker *worker)
{
	struct exerciser_slot *slot;

	if (!worker->idle) {
		exerciser_worker_wait(worker);
		worker->idle = llist_del_all(&worker->done);
	}
	slot = llist_entry(worker->idle, struct exerciser_slot, node);
	worker->idle = worker->idle->next;
	if (slot->busy)
		exerciser_slot_account(slot);
	return slot;
}

static enum exerciser_op exerciser_worker_choose(struct exerciser_worker *worker,
						 int op)
{
	if (op != EXERCISER_OP_MIXED)
		return op;
	/* The generator of Numerical Recipes: its highest bit is random enough for this choice */
	worker->random = worker->random * 1664525 + 1013904223;
	return worker->random >> 31;
}

static void exerciser_worker_issue(struct exerciser_worker *worker,
				   struct exerciser_slot *slot)
{
	const struct exerciser_settings *set = &worker->job->set;

	slot->sector += worker->stride;
	if (++slot->turn == slot->turns) {
		slot->turn = 0;
		slot->sector = slot->first;
	}
	slot->op = exerciser_worker_choose(worker, set->op);
	if (slot->generation)
		exerciser_verify_fill(slot);
	slot->busy = true;
	if (set->latency)
		slot->start_ns = ktime_get_ns();
	worker->submit(slot);
}

static void exerciser_worker_end_batch(struct exerciser_worker *worker)
{
	u64 now = ktime_get_ns();

	worker->batches[worker->nr_batches++ % EXERCISER_NR_BATCHES] =
		now - worker->batch_begin_ns;
	worker->batch_left = worker->job->set.batch;
	worker->batch_begin_ns = now;
}

static int exerciser_worker_fn(void *data)
{
	struct exerciser_worker *worker = data;
	struct exerciser_job *job = worker->job;
	unsigned int i;

	worker->result.begin_ns = ktime_get_ns();
	worker->batch_begin_ns = worker->result.begin_ns;
	for (; worker->left && !READ_ONCE(job->stop); worker->left--) {
		exerciser_worker_issue(worker, exerciser_worker_take(worker));
		if (worker->batch_left && !--worker->batch_left)
			exerciser_worker_end_batch(worker);
		cond_resched();
	}
	for (i = 0; i < worker->nr_slots; i++)
		exerciser_worker_take(worker);
	worker->result.end_ns = ktime_get_ns();
	if (atomic_dec_and_test(&job->active))
		wake_up(&job->wait);
	return 0;
}

/**
 * exerciser_worker_create() - create a thread, which does not run yet
 * @worker: the thread
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int exerciser_worker_create(struct exerciser_worker *worker)
{
	struct exerciser_job *job = worker->job;
	struct task_struct *task;

	task = kthread_create(exerciser_worker_fn, worker, "zcblk/%s.%td",
			      exerciser_job_name(job), worker - job->workers);
	if (IS_ERR(task))
		return PTR_ERR(task);
	worker->task = get_task_struct(task);
	return 0;
}

/**
 * exerciser_worker_stop() - wait until a thread and its I/O have ended
 * @worker: the thread; nothing happens if it was not created
 *
 * Context: process.
 */
void exerciser_worker_stop(struct exerciser_worker *worker)
{
	if (!worker->task)
		return;
	kthread_stop(worker->task);
	put_task_struct(worker->task);
	worker->task = NULL;
}

static int exerciser_compare(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/**
 * exerciser_worker_median() - compute the median time of a thread's batches
 * @worker: the thread, which does not run any more
 *
 * Only the last EXERCISER_NR_BATCHES batches count. If other work on the machine slows down a few
 * batches, the median hardly changes.
 *
 * Context: process.
 * Return: the median in ns, or 0 if no batch has ended.
 */
u64 exerciser_worker_median(struct exerciser_worker *worker)
{
	unsigned int nr = min_t(unsigned int, worker->nr_batches,
				EXERCISER_NR_BATCHES);

	if (!nr)
		return 0;
	sort(worker->batches, nr, sizeof(worker->batches[0]), exerciser_compare, NULL);
	return worker->batches[nr / 2];
}

static void exerciser_slot_free(struct exerciser_slot *slot)
{
	if (!slot)
		return;
	exerciser_buffer_free(slot);
	kvfree(slot->generation);
	kfree(slot);
}

/* Chooses the blocks of a slot. If a job has n slots, a slot uses every n-th block of the span. */
static void exerciser_slot_place(struct exerciser_slot *slot, unsigned int nr)
{
	struct exerciser_worker *worker = slot->worker;
	const struct exerciser_settings *set = &worker->job->set;
	sector_t block = worker->size >> SECTOR_SHIFT;
	u64 bytes = min_t(u64, set->span, bdev_nr_bytes(worker->bdev));

	slot->turns = div64_u64(bytes, (u64)worker->stride << SECTOR_SHIFT);
	slot->first = nr * block;
	/* The first I/O increments @turn before its use, and so uses the first block */
	slot->turn = slot->turns - 1;
}

static struct exerciser_slot *exerciser_slot_alloc(struct exerciser_worker *worker,
						   unsigned int nr)
{
	struct exerciser_job *job = worker->job;
	struct exerciser_slot *slot;
	int err = -ENOMEM;

	slot = kzalloc(sizeof(*slot) + job->engine->slot_size, GFP_KERNEL);
	if (!slot)
		return ERR_PTR(err);
	slot->worker = worker;
	slot->reason = ZCBLK_NR_REASONS;
	exerciser_slot_place(slot, nr);
	if (job->set.verify) {
		slot->generation = kvcalloc(slot->turns, sizeof(u32),
					    GFP_KERNEL | __GFP_NOWARN);
		if (!slot->generation)
			goto free_slot;
	}
	err = exerciser_buffer_alloc(slot);
	if (err)
		goto free_slot;
	if (job->engine->slot_init)
		err = job->engine->slot_init(slot);
	if (err)
		goto free_slot;
	return slot;

free_slot:
	exerciser_slot_free(slot);
	return ERR_PTR(err);
}

/**
 * exerciser_worker_init() - prepare a thread, and allocate its slots and their buffers
 * @worker: the thread, all zero
 * @job: the job, whose target is open
 * @nr: index of the thread in the job
 *
 * Context: process.
 * Return: 0 or a negative errno. In both cases, exerciser_worker_exit() frees the slots.
 */
int exerciser_worker_init(struct exerciser_worker *worker,
			  struct exerciser_job *job, unsigned int nr)
{
	const struct exerciser_settings *set = &job->set;
	struct exerciser_slot *slot;
	u64 share;

	worker->job = job;
	worker->submit = job->engine->submit;
	worker->bdev = job->bdev;
	worker->size = set->size;
	worker->stride = (set->size >> SECTOR_SHIFT) * set->depth * set->threads;
	share = div64_u64(set->count, set->threads);
	if (nr < set->count - share * set->threads)
		share++;
	worker->left = set->count ? share : U64_MAX;
	worker->random = set->seed + nr;
	worker->batch_left = set->batch;
	init_llist_head(&worker->done);
	init_waitqueue_head(&worker->wait);
	worker->slots = kcalloc(set->depth, sizeof(*worker->slots), GFP_KERNEL);
	if (!worker->slots)
		return -ENOMEM;
	while (worker->nr_slots < set->depth) {
		slot = exerciser_slot_alloc(worker, nr * set->depth + worker->nr_slots);
		if (IS_ERR(slot))
			return PTR_ERR(slot);
		worker->slots[worker->nr_slots++] = slot;
		llist_add(&slot->node, &worker->done);
	}
	return 0;
}

/**
 * exerciser_worker_exit() - free a thread's slots
 * @worker: the thread, which does not run
 *
 * Context: process.
 */
void exerciser_worker_exit(struct exerciser_worker *worker)
{
	const struct exerciser_engine *engine = worker->job->engine;

	while (worker->nr_slots) {
		struct exerciser_slot *slot = worker->slots[--worker->nr_slots];

		if (engine->slot_exit)
			engine->slot_exit(slot);
		exerciser_slot_free(slot);
	}
	kfree(worker->slots);
}
