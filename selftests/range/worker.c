// SPDX-License-Identifier: GPL-2.0-only
/*
 * A worker thread, which runs queued works. It runs one work at a time, so a work that queues
 * itself again never runs twice at the same time.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <pthread.h>

#include "test.h"

/* The CPU of the worker. Other threads have lower numbers, and main() has the last CPU. */
#define WORKER_CPU	(NR_CPUS - 2)
#define MAX_WORKS	64

static struct work_struct *works[MAX_WORKS];
static unsigned int nr_works;
static spinlock_t lock;
static struct work_struct *running;
static pthread_t thread;
static bool stop;

static void *worker(void *arg)
{
	struct work_struct *work;
	unsigned long flags;

	test_cpu = WORKER_CPU;
	test_irq_start(100);
	do {
		spin_lock_irqsave(&lock, flags);
		work = nr_works ? works[0] : NULL;
		if (work) {
			memmove(works, works + 1, --nr_works * sizeof(works[0]));
			work->pending = 0;
		}
		running = work;
		spin_unlock_irqrestore(&lock, flags);
		if (work)
			work->func(work);
		else
			nanosleep(&(struct timespec){ .tv_nsec = 20000 }, NULL);
	} while (work || !READ_ONCE(stop));
	return NULL;
}

void test_start_worker(void)
{
	if (pthread_create(&thread, NULL, worker, NULL))
		exit(2);
}

void test_stop_worker(void)
{
	WRITE_ONCE(stop, true);
	pthread_join(thread, NULL);
}

/* Queues a work, from any context. Return: false if the work is pending already. */
bool test_queue_work(struct work_struct *work)
{
	unsigned long flags;
	bool queued;

	spin_lock_irqsave(&lock, flags);
	queued = !work->pending;
	if (queued) {
		if (nr_works == MAX_WORKS)
			abort();
		work->pending = 1;
		works[nr_works++] = work;
	}
	spin_unlock_irqrestore(&lock, flags);
	return queued;
}

void test_flush_works(void)
{
	unsigned long flags;
	bool busy;

	might_sleep();
	do {
		cpu_relax();
		spin_lock_irqsave(&lock, flags);
		busy = nr_works || running;
		spin_unlock_irqrestore(&lock, flags);
	} while (busy);
}
