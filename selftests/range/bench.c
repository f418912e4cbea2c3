// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures the cost of sharing a range lock between two threads.
 *
 * The first measurement uses disjoint ranges. Two threads share one lock in one run, and have a
 * lock each in the other run. The ratio of the two throughputs is the cost of sharing.
 * Each thread uses its own area of the disk:
 *	near	The areas have 1 GiB. In engine slot, the threads use different slots.
 *	far	The areas have 8 GiB. In engine slot, both threads use all slots, and share the
 *		cache lines of the slots.
 * For far, the program also measures the limit of the machine. In these runs, a thread does two
 * cmpxchg on random words instead of lock and unlock. There are as many words as slots.
 *
 * The second measurement, "over tree", compares two threads that share a lock with two threads
 * that share a lock of engine tree. It runs with the layout near, and on two hot places:
 *	region	disjoint blocks of one region of 64 KiB, so that no request waits
 *	block	one block, and each thread holds one range, so that most requests wait
 *
 * Two kinds of runs, A and B, are compared in the order A B B A. The ratio of the two runs of A
 * is the control.
 *
 * USAGE: bench [PAIRS [MILLISECONDS [ENGINE|all]]]
 *
 * Prints the CPU time in ns that a thread needs to lock and unlock a range. Also prints the
 * geometric mean of the ratio of throughputs, with its 95 % interval. Other programs disturb
 * CPU time less than elapsed time. CPU time includes waits for a lock, because threads spin.
 * The program fails if engine slot has a near ratio below 0.95, or a far ratio below 0.9 of the
 * ratio of the machine.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <math.h>
#include <pthread.h>

#include "slot.h"
#include "test.h"

#define THREADS		2
#define HELD		16
#define WORDS		ZCBLK_NR_SLOTS
#define BLOCK		8	/* sectors */

#define NEAR_LIMIT	0.95
#define FAR_LIMIT	0.9	/* of the ratio of the machine */

struct worker {
	struct zcblk_ranges *ranges;
	unsigned long *words;
	unsigned int nr;
	double ns;	/* CPU time of a round, which locks and unlocks a range */
	struct zcblk_range range[HELD];
	int granted;
} __attribute__((aligned(128)));

/* A kind of run. Each thread uses an area of @blocks blocks, but work_hot() uses one for both. */
struct layout {
	const char *name;
	void (*work)(struct worker *w);
	u64 blocks;
	unsigned int held;
};

static const int overlap = ZCBLK_OVERLAP_SERIALIZE;
static struct worker workers[THREADS];
static const struct layout *layout;
static pthread_barrier_t start;
static bool stop;
static unsigned int pairs, ms;

static u64 cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static bool stopped(void)
{
	return __atomic_load_n(&stop, __ATOMIC_RELAXED);
}

/* Disjoint ranges */

static void never(struct zcblk_range *range, int err)
{
	abort();
}

static u64 place(const struct worker *w, unsigned int i, u64 n)
{
	/* A thread never computes the same block for two ranges that it holds at the same time */
	u64 block = ((n * 0x9e3779b97f4a7c15ULL >> 45) * layout->held + i) % layout->blocks;

	return w->nr * layout->blocks + block;
}

static void take(struct worker *w, unsigned int i, u64 n)
{
	u64 at = place(w, i, n) * BLOCK;

	zcblk_range_init(&w->range[i], at, at + BLOCK - 1, ZCBLK_RANGE_WRITE, false, never);
	if (zcblk_range_lock(w->ranges, &w->range[i]))
		abort();
}

static void work_disjoint(struct worker *w)
{
	unsigned int i;
	u64 n = 0, begin;

	for (i = 0; i < layout->held; i++)
		take(w, i, n++);
	pthread_barrier_wait(&start);
	begin = cpu_ns();
	do {
		for (i = 0; i < layout->held; i++) {
			zcblk_range_unlock(w->ranges, &w->range[i]);
			take(w, i, n++);
		}
	} while (!stopped());
	w->ns = (double)(cpu_ns() - begin) / (n - layout->held);
	for (i = 0; i < layout->held; i++)
		zcblk_range_unlock(w->ranges, &w->range[i]);
}

/* Measures the limit of the machine: only the words are accessed, without a lock */

static void exchange(struct worker *w, unsigned int i, u64 n, bool lock)
{
	/* A region of engine slot has 16 blocks */
	unsigned long *word = &w->words[place(w, i, n) / 16 % WORDS];
	unsigned long mine = (unsigned long)&w->range[i];

	cmpxchg(word, lock ? 0UL : mine, lock ? mine : 0UL);
}

static void work_machine(struct worker *w)
{
	unsigned int i;
	u64 n = 0, begin;

	for (i = 0; i < HELD; i++)
		exchange(w, i, n++, true);
	pthread_barrier_wait(&start);
	begin = cpu_ns();
	do {
		for (i = 0; i < HELD; i++, n++) {
			exchange(w, i, n - HELD, false);
			exchange(w, i, n, true);
		}
	} while (!stopped());
	w->ns = (double)(cpu_ns() - begin) / (n - HELD);
	for (i = 0; i < HELD; i++)
		exchange(w, i, n - HELD + i, false);
}

/*
 * Measures one hot block. A thread that waits for the range spins until the range is granted.
 */

static void granted(struct zcblk_range *range, int err)
{
	struct worker *w = container_of(range, struct worker, range[0]);

	smp_store_release(&w->granted, 1);
}

static void work_hot(struct worker *w)
{
	u64 n = 0, begin;
	int err;

	pthread_barrier_wait(&start);
	begin = cpu_ns();
	do {
		w->granted = 0;
		zcblk_range_init(&w->range[0], 0, BLOCK - 1, ZCBLK_RANGE_WRITE, false,
				 granted);
		err = zcblk_range_lock(w->ranges, &w->range[0]);
		while (err && !smp_load_acquire(&w->granted))
			cpu_relax();
		zcblk_range_unlock(w->ranges, &w->range[0]);
		n++;
	} while (!stopped());
	w->ns = (double)(cpu_ns() - begin) / n;
}

/* Runs */

static void *work(void *arg)
{
	struct worker *w = arg;

	cpu_set_t cpus;

	test_cpu = w->nr;
	CPU_ZERO(&cpus);
	CPU_SET(w->nr, &cpus);
	/* Each thread runs on its own CPU, if the machine has two CPUs */
	pthread_setaffinity_np(pthread_self(), sizeof(cpus), &cpus);
	layout->work(w);
	return NULL;
}

struct side {
	struct zcblk_ranges *ranges;
	unsigned long *words;
};

/* Return: the CPU time of a round in ns, as the mean of both threads */
static double run(const struct side *a, const struct side *b)
{
	pthread_t threads[THREADS];
	unsigned int i;

	stop = false;
	for (i = 0; i < THREADS; i++) {
		workers[i].ranges = i ? b->ranges : a->ranges;
		workers[i].words = i ? b->words : a->words;
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

static const struct layout near = { "near", work_disjoint, 1ULL << 18, HELD };
static const struct layout far = { "far", work_disjoint, 1ULL << 21, HELD };
static const struct layout far_machine = { "far", work_machine, 1ULL << 21, HELD };
static const struct layout region = { "region", work_disjoint, 8, 8 };
static const struct layout block = { "block", work_hot, 1, 1 };

/*
 * Compares two threads that share @side with one thread on @other[0] and one on @other[1]. Prints
 * the result. Return: the throughput of the first two threads divided by that of the other two
 */
static double compare(const char *name, const char *what, const struct side *side,
		      const struct side other[2])
{
	struct mean ratio = { }, control = { };
	double a[2], b[2], best = 1e9;
	unsigned int i;

	for (i = 0; i < pairs; i++) {
		b[0] = run(&other[0], &other[1]);
		a[0] = run(side, side);
		a[1] = run(side, side);
		b[1] = run(&other[0], &other[1]);
		add(&ratio, (b[0] + b[1]) / (a[0] + a[1]));
		add(&control, b[0] / b[1]);
		best = min(best, min(a[0], a[1]));
	}
	printf("bench: %-7s %-6s %7.1f ns", name, layout->name, best);
	print(what, &ratio);
	print("control", &control);
	printf("\n");
	fflush(stdout);
	return exp(ratio.sum / ratio.n);
}

static void create(struct side *side, const struct zcblk_range_ops *ops)
{
	side->ranges = zcblk_ranges_create(ops, &overlap, NULL);
	side->words = calloc(WORDS, sizeof(long));
	if (!side->ranges || !side->words)
		exit(2);
}

static void destroy(struct side *side)
{
	zcblk_ranges_destroy(side->ranges);
	free(side->words);
}

/* Return: the throughput with a shared lock divided by the throughput with a lock each */
static double measure(const struct zcblk_range_ops *ops)
{
	struct side side[2];
	double ratio;

	create(&side[0], ops);
	create(&side[1], ops);
	ratio = compare(ops->name, "shared/private", side, side);
	destroy(&side[0]);
	destroy(&side[1]);
	return ratio;
}

/* Return: the time of a round in ns. If @shared, both threads use the lock and words of side[0]. */
static double run_far(const struct layout *l, const struct side side[2], bool shared)
{
	layout = l;
	return run(&side[0], &side[!shared]);
}

/* Return: the far ratio of the engine divided by the far ratio of the machine */
static double measure_far(const struct zcblk_range_ops *ops)
{
	struct mean ratio = { }, limit = { }, relative = { };
	double a[4], m[4], best = 1e9;
	struct side side[2];
	unsigned int i, j;

	create(&side[0], ops);
	create(&side[1], ops);
	for (i = 0; i < pairs; i++) {
		/* The order of the runs is private, shared, shared, private */
		for (j = 0; j < 4; j++) {
			a[j] = run_far(&far, side, j % 3);
			m[j] = run_far(&far_machine, side, j % 3);
		}
		best = min(best, min(a[1], a[2]));
		add(&ratio, (a[0] + a[3]) / (a[1] + a[2]));
		add(&limit, (m[0] + m[3]) / (m[1] + m[2]));
		add(&relative, (a[0] + a[3]) / (a[1] + a[2]) * (m[1] + m[2]) / (m[0] + m[3]));
	}
	destroy(&side[0]);
	destroy(&side[1]);
	printf("bench: %-7s far    %7.1f ns", ops->name, best);
	print("shared/private", &ratio);
	print("machine", &limit);
	print("relative", &relative);
	printf("\n");
	return exp(relative.sum / relative.n);
}

static void measure_over_tree(const struct zcblk_range_ops *ops)
{
	struct side side, other[2];

	create(&side, ops);
	create(&other[0], &zcblk_range_tree_ops);
	other[1] = other[0];
	compare(ops->name, "over tree", &side, other);
	destroy(&side);
	destroy(&other[0]);
}

static bool is_low(const char *what, double ratio, double limit)
{
	if (ratio >= limit)
		return false;
	printf("FAIL: %s: %.3f is below %.2f\n", what, ratio, limit);
	return true;
}

/* Measures an engine. Return: true for the default engine if a ratio is below its limit. */
static bool bench(const struct zcblk_range_ops *ops)
{
	double near_ratio, far_ratio;

	layout = &near;
	near_ratio = measure(ops);
	measure_over_tree(ops);
	far_ratio = measure_far(ops);
	layout = &region;
	measure_over_tree(ops);
	layout = &block;
	measure_over_tree(ops);
	if (ops != &zcblk_range_slot_ops)
		return false;
	return is_low("slot, near", near_ratio, NEAR_LIMIT) |
	       is_low("slot, far, relative to the machine", far_ratio, FAR_LIMIT);
}

int main(int argc, char **argv)
{
	const char *name = argc > 3 ? argv[3] : "all";
	bool low = false;
	unsigned int i;

	pairs = argc > 1 ? atoi(argv[1]) : 20;
	ms = argc > 2 ? atoi(argv[2]) : 50;
	pthread_barrier_init(&start, NULL, THREADS + 1);
	test_start_worker();
	for (i = 0; test_engines[i]; i++)
		if (!strcmp(name, "all") || !strcmp(name, test_engines[i]->name))
			low |= bench(test_engines[i]);
	test_stop_worker();
	return low;
}
