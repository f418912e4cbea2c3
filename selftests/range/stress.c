// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads that take random ranges, most of which overlap, hold some at a time and
 * give them back in any order, on an engine or, to prove the checker, without one.
 *
 * USAGE: stress ENGINE|off REQUESTS [THREADS [neighbours]]
 *
 * Checked: no sector belongs to a writer and somebody else (mixed extents); no
 * range is granted before an earlier one that it overlaps (overtakings), where
 * earlier means that its zcblk_range_lock() had returned before the other's was
 * called; none waits for ever (lost wake-ups). With neighbours, ranges touch and
 * never overlap, and none may wait.
 *
 * A range that was parked may be given back by whoever granted it, even from its
 * ->granted(), before the zcblk_range_lock() of its owner has returned; any other
 * may be given back by any thread. Then its memory is overwritten and freed, for a
 * crash, or a report of ThreadSanitizer, when something still looks at it.
 *
 * Exit status: 0: all in order; 1: not; 2: usage, or no memory.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <pthread.h>

#include "kernel.h"
#include "range.h"

__thread unsigned int test_cpu;
unsigned long jiffies;
static int overlap = ZCBLK_OVERLAP_SERIALIZE;

#define SECTORS		8192
#define DEPTH		32
#define MAX_THREADS	NR_CPUS
#define STUCK_SECONDS	20
#define MAX_NESTED	3
#define POISON		0xa5

enum state { FREE, WAITS, HELD, ENDS };

/*
 * A place for a range, which only its owner fills, and anybody may empty. The copies
 * are for check_overtaking(), which looks at what may change meanwhile.
 */
struct request {
	struct taken *taken;
	int state;
	u64 returned;		/* ticket after zcblk_range_lock() */
	u64 start, last;
	unsigned int kind;
};

/* Freed by whoever gives the range back: for each range another */
struct taken {
	struct zcblk_range range;
	struct request *request;
	u64 called;		/* ticket before zcblk_range_lock() */
	struct taken *next;
};

static struct zcblk_ranges *ranges;
static struct request requests[MAX_THREADS][DEPTH];
static unsigned int nr_threads = 2;
static u64 nr_requests;
static bool neighbours;
static u64 ticket, done, mixed, overtaken;

__thread bool stress_parks;

/* This thread's random numbers, and what it granted and is to give back */
static __thread u64 random_state;
static __thread struct taken *given;
static __thread unsigned int nested;

/* Plain data, which only the lock keeps whole: ThreadSanitizer looks at it too */
static unsigned int owner[SECTORS];

static void check_sectors(const struct zcblk_range *range, unsigned int expected,
			  unsigned int next)
{
	bool write = range->kind == ZCBLK_RANGE_WRITE;
	bool wrong = false;
	u64 i;

	if (neighbours || range->kind == ZCBLK_RANGE_FLUSH)
		return;
	for (i = range->start; i <= range->last; i++) {
		wrong |= owner[i] != (write ? expected : 0);
		if (write)
			owner[i] = next;
	}
	if (wrong)
		__atomic_add_fetch(&mixed, 1, __ATOMIC_RELAXED);
}

static bool was_passed(struct request *other, const struct taken *t)
{
	struct zcblk_range copy = { };
	u64 returned;

	if (__atomic_load_n(&other->state, __ATOMIC_ACQUIRE) != WAITS)
		return false;
	returned = smp_load_acquire(&other->returned);
	copy.start = READ_ONCE(other->start);
	copy.last = READ_ONCE(other->last);
	copy.kind = READ_ONCE(other->kind);
	if (returned >= t->called || !zcblk_range_waits(&t->range, &copy))
		return false;
	/* Still the same one, and still waiting? */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return READ_ONCE(other->returned) == returned &&
	       READ_ONCE(other->state) == WAITS;
}

/*
 * For ThreadSanitizer the tickets, and looking at the others, would order what the
 * lock alone has to order.
 */
#ifdef __SANITIZE_THREAD__
#define ONLY_THE_LOCK	true
#else
#define ONLY_THE_LOCK	false
#endif

static u64 next_ticket(void)
{
	return __atomic_add_fetch(&ticket, 1, ONLY_THE_LOCK ? __ATOMIC_RELAXED :
							      __ATOMIC_SEQ_CST);
}

static void check_overtaking(const struct taken *taken)
{
	unsigned int t, i;

	if (ONLY_THE_LOCK)
		return;
	for (t = 0; t < nr_threads; t++)
		for (i = 0; i < DEPTH; i++)
			if (was_passed(&requests[t][i], taken))
				__atomic_add_fetch(&overtaken, 1, __ATOMIC_RELAXED);
}

static u64 random_next(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* At times others get far enough to give back what this thread parks */
void stress_linger(void)
{
	unsigned int n = 300;

	if (random_next() >> 20 & 7)
		return;
	while (n--)
		__builtin_ia32_pause();
	sched_yield();
}

static unsigned int request_id(const struct request *r)
{
	return 1 + (r - &requests[0][0]);
}

static void hold(struct taken *t)
{
	check_overtaking(t);
	check_sectors(&t->range, 0, request_id(t->request));
}

/* To be looked at no more. The compiler must not find that nobody reads it. */
static void poison(struct taken *t)
{
	memset(t, POISON, sizeof(*t));
	asm volatile("" : : "r"(t) : "memory");
	free(t);
}

static void give_back(struct taken *t)
{
	check_sectors(&t->range, request_id(t->request), 0);
	WRITE_ONCE(t->request->state, FREE);
	if (ranges)
		zcblk_range_unlock(ranges, &t->range);
	poison(t);
	__atomic_add_fetch(&done, 1, __ATOMIC_RELAXED);
}

/* Some are given back at once, some when what the caller is in is over */
static void granted(struct zcblk_range *range, int err)
{
	struct taken *t = container_of(range, struct taken, range);
	u64 random = random_next() >> 16;

	if (err)
		abort();
	hold(t);
	if (random & 1) {
		smp_store_release(&t->request->state, HELD);
	} else if (random & 2 && nested < MAX_NESTED) {
		nested++;
		give_back(t);
		nested--;
	} else {
		t->next = given;
		given = t;
	}
}

/* Return: false when somebody else was faster */
static bool release(struct request *r)
{
	int state = HELD;

	if (!__atomic_compare_exchange_n(&r->state, &state, ENDS, false,
					 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return false;
	give_back(READ_ONCE(r->taken));
	return true;
}

/* What locking and unlocking have granted */
static void release_given(void)
{
	struct taken *t;

	while ((t = given)) {
		given = t->next;
		give_back(t);
	}
}

/* Piece @n of a disk that is cut at random places */
static void choose_neighbour(u64 n, u64 *start, u64 *last)
{
	u64 next = n + 1;

	*start = n * 64 + (n * 0x9e3779b97f4a7c15ULL >> 58);
	*last = next * 64 + (next * 0x9e3779b97f4a7c15ULL >> 58) - 1;
}

/* Mostly short, at times long enough for every slow way that an engine has */
static unsigned int choose(u64 random, u64 *start, u64 *last)
{
	static const unsigned int lengths[] = { 8, 8, 8, 8, 1, 64, 128, 200 };
	unsigned int length = lengths[random & 7];

	if (!(random >> 5 & 127))
		length = 1000;
	*start = (random >> 32) % (SECTORS - length);
	*last = *start + length - 1;
	if (!(random >> 12 & 1023))
		return ZCBLK_RANGE_FLUSH;
	return random >> 3 & 3 ? ZCBLK_RANGE_WRITE : ZCBLK_RANGE_READ;
}

static void take(struct request *r, u64 n)
{
	struct taken *t = malloc(sizeof(*t));
	unsigned int kind = ZCBLK_RANGE_WRITE;
	u64 start, last;
	int err = 0;

	if (!t)
		exit(2);
	if (neighbours)
		choose_neighbour(n, &start, &last);
	else
		kind = choose(random_next(), &start, &last);
	zcblk_range_init(&t->range, start, last, kind, false, granted);
	t->request = r;
	WRITE_ONCE(r->taken, t);
	WRITE_ONCE(r->kind, kind);
	WRITE_ONCE(r->start, t->range.start);
	WRITE_ONCE(r->last, t->range.last);
	WRITE_ONCE(r->returned, U64_MAX);
	t->called = next_ticket();
	smp_store_release(&r->state, WAITS);
	if (ranges)
		err = zcblk_range_lock(ranges, &t->range);
	stress_parks = false;
	if (err == -EINPROGRESS) {
		/* It may be gone by now */
		smp_store_release(&r->returned, next_ticket());
	} else if (err) {
		abort();
	} else {
		hold(t);
		smp_store_release(&r->state, HELD);
	}
}

static u64 nr_done(void)
{
	return __atomic_load_n(&done, __ATOMIC_RELAXED);
}

static void *thread(void *arg)
{
	u64 random, n = 0, mine = nr_requests / nr_threads, idle = 0;
	struct request *r;
	unsigned int t;

	test_cpu = (uintptr_t)arg;
	random_state = 0x1234567 + test_cpu * 0x9e3779b97f4a7c15ULL;
	while (n < mine || nr_done() < mine * nr_threads) {
		random = random_next() >> 8;
		/* At times it looks after somebody else's */
		t = random >> 8 & 7 ? test_cpu : (random >> 11) % nr_threads;
		r = &requests[t][random & (DEPTH - 1)];
		switch (READ_ONCE(r->state)) {
		case FREE:
			if (n < mine && t == test_cpu) {
				take(r, n++ * nr_threads + test_cpu);
				idle = 0;
			}
			break;
		case HELD:
			if (release(r))
				idle = 0;
			break;
		}
		release_given();
		if (++idle > DEPTH)
			cpu_relax();
	}
	return NULL;
}

static void count_one(struct zcblk_range *range, void *data)
{
	*(u64 *)data += range->last - range->start;
}

/* What a reader of the list does, under load */
static void list_all(void)
{
	u64 sectors = 0;

	if (ranges)
		ranges->ops->for_each(ranges, count_one, &sectors);
}

static void run(void)
{
	pthread_t threads[MAX_THREADS];
	unsigned int t, quiet = 0;
	u64 seen = 0, now;

	for (t = 0; t < nr_threads; t++)
		if (pthread_create(&threads[t], NULL, thread, (void *)(uintptr_t)t))
			exit(2);
	while (now = nr_done(), now < nr_requests / nr_threads * nr_threads) {
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
		list_all();
		quiet = now == seen ? quiet + 1 : 0;
		seen = now;
		if (quiet > STUCK_SECONDS * 100) {
			printf("stress: lost wake-up: nothing moves after %llu\n", now);
			exit(1);
		}
	}
	for (t = 0; t < nr_threads; t++)
		pthread_join(threads[t], NULL);
}

static u64 contended(void)
{
	unsigned int cpu;
	u64 n = 0;

	if (ranges)
		for_each_possible_cpu(cpu)
			n += per_cpu_ptr(ranges->stats, cpu)->contended;
	return n;
}

int main(int argc, char **argv)
{
	unsigned int engine;
	bool wrong;

	if (argc < 3)
		return 2;
	for (engine = 0; strcmp(argv[1], zcblk_range_lock_names[engine]); engine++)
		if (!zcblk_range_lock_names[engine + 1])
			return 2;
	nr_requests = strtoull(argv[2], NULL, 0);
	if (argc > 3)
		nr_threads = min(atoi(argv[3]), MAX_THREADS);
	if (!nr_requests || !nr_threads)
		return 2;
	neighbours = argc > 4;
	if (engine)
		ranges = zcblk_ranges_create(engine, &overlap);
	if (engine && !ranges)
		return 2;
	run();
	wrong = mixed || overtaken || (neighbours && contended());
	printf("stress: %s: %llu requests, %u threads%s: %llu contended, ", argv[1], done,
	       nr_threads, neighbours ? ", neighbours" : "", contended());
	printf("%llu mixed extents, %llu overtakings, 0 lost wake-ups\n", mixed, overtaken);
	zcblk_ranges_destroy(ranges);
	return wrong;
}
