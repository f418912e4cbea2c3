// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two threads that take and give back disjoint ranges of one range lock, beside two
 * threads with a range lock each, which share nothing: their ratio is what sharing
 * costs. Each pair of runs is repeated, in the order A B B A, with A A as a control.
 *
 * Each thread has a part of the disk for itself: 1 GiB, so that two of them have slots
 * of their own in engine slot; and 8 GiB (far), where a slot, and its cache line, is
 * that of one thread as often as of the other, though no two ranges overlap. On two
 * CPUs with a cache each that is what far costs; on two threads of a core it is not.
 *
 * USAGE: bench [PAIRS [MILLISECONDS]]
 *
 * Prints, for each engine, ns of a thread's CPU time for lock and unlock, and the
 * geometric mean of shared over private throughput with its 95 % interval. CPU time,
 * so that others on the machine disturb less; a wait for a lock is CPU time too. Fails
 * where the default's is below 0.95, on parts of 1 GiB.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <math.h>
#include <pthread.h>

#include "kernel.h"
#include "range.h"

__thread unsigned int test_cpu;
unsigned long jiffies;

#define THREADS		2
#define HELD		16

/* A thread's part of the disk, in blocks of 4 KiB */
static const struct {
	const char *name;
	u64 blocks;
} parts[] = {
	{ "", 1ULL << 18 },
	{ " far", 1ULL << 21 },
};

static const int overlap = ZCBLK_OVERLAP_SERIALIZE;
static u64 part_blocks;
static pthread_barrier_t start;
static bool stop;

struct worker {
	struct zcblk_ranges *ranges;
	unsigned int nr;
	double ns;	/* CPU time of a round */
	struct zcblk_range range[HELD];
} __attribute__((aligned(128)));

static struct worker workers[THREADS];

static void granted(struct zcblk_range *range, int err)
{
	abort();
}

static u64 cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static void take(struct worker *w, unsigned int i, u64 n)
{
	/* Never two that are held at a time */
	u64 block = ((n * 0x9e3779b97f4a7c15ULL >> 45) * HELD + i) % part_blocks;
	u64 at = (w->nr * part_blocks + block) * 8;

	zcblk_range_init(&w->range[i], at, at + 7, ZCBLK_RANGE_WRITE, false, granted);
	if (zcblk_range_lock(w->ranges, &w->range[i]))
		abort();
}

static void *work(void *arg)
{
	struct worker *w = arg;
	unsigned int i;
	u64 n = 0, begin;

	test_cpu = w->nr;
	for (i = 0; i < HELD; i++)
		take(w, i, n++);
	pthread_barrier_wait(&start);
	begin = cpu_ns();
	do {
		for (i = 0; i < HELD; i++) {
			zcblk_range_unlock(w->ranges, &w->range[i]);
			take(w, i, n++);
		}
	} while (!__atomic_load_n(&stop, __ATOMIC_RELAXED));
	w->ns = (double)(cpu_ns() - begin) / (n - HELD);
	for (i = 0; i < HELD; i++)
		zcblk_range_unlock(w->ranges, &w->range[i]);
	return NULL;
}

/* ns of a round, mean of the threads */
static double run(struct zcblk_ranges *a, struct zcblk_ranges *b, unsigned int ms)
{
	pthread_t threads[THREADS];
	unsigned int i;

	stop = false;
	for (i = 0; i < THREADS; i++) {
		workers[i].ranges = i ? b : a;
		workers[i].nr = i;
		pthread_create(&threads[i], NULL, work, &workers[i]);
	}
	pthread_barrier_wait(&start);
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000L }, NULL);
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return (workers[0].ns + workers[1].ns) / 2;
}

struct mean {
	double sum, squares;
	unsigned int n;
};

static void add(struct mean *m, double ratio)
{
	m->sum += log(ratio);
	m->squares += log(ratio) * log(ratio);
	m->n++;
}

static void print(const char *what, const struct mean *m)
{
	double mean = m->sum / m->n;
	double error = sqrt((m->squares / m->n - mean * mean) / (m->n - 1));

	printf(" %s %.3f [%.3f, %.3f]", what, exp(mean), exp(mean - 1.96 * error),
	       exp(mean + 1.96 * error));
}

/* Return: shared over private */
static double measure(unsigned int engine, const char *part, unsigned int pairs,
		      unsigned int ms)
{
	struct zcblk_ranges *a = zcblk_ranges_create(engine, &overlap);
	struct zcblk_ranges *b = zcblk_ranges_create(engine, &overlap);
	struct mean scaling = { }, control = { };
	double private[2], shared[2], best = 1e9;
	unsigned int i;

	for (i = 0; i < pairs; i++) {
		private[0] = run(a, b, ms);
		shared[0] = run(a, a, ms);
		shared[1] = run(a, a, ms);
		private[1] = run(a, b, ms);
		/* Throughput is one over time */
		add(&scaling, (private[0] + private[1]) / (shared[0] + shared[1]));
		add(&control, private[0] / private[1]);
		best = min(best, min(shared[0], shared[1]));
	}
	printf("bench: %-6s%4s %6.1f ns", zcblk_range_lock_names[engine], part, best);
	print("shared/private", &scaling);
	print("control", &control);
	printf("\n");
	zcblk_ranges_destroy(a);
	zcblk_ranges_destroy(b);
	return exp(scaling.sum / scaling.n);
}

int main(int argc, char **argv)
{
	unsigned int pairs = argc > 1 ? atoi(argv[1]) : 20;
	unsigned int ms = argc > 2 ? atoi(argv[2]) : 50;
	unsigned int engine, i;
	bool low = false;
	double scaling;

	pthread_barrier_init(&start, NULL, THREADS + 1);
	for (engine = 1; zcblk_range_lock_names[engine]; engine++) {
		for (i = 0; i < 2; i++) {
			part_blocks = parts[i].blocks;
			scaling = measure(engine, parts[i].name, pairs, ms);
			low |= engine == ZCBLK_ENGINE_ON && !i && scaling < 0.95;
		}
	}
	if (low)
		printf("FAIL: the default scales worse than 0.95\n");
	return low;
}
