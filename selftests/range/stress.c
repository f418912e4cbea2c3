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
 * Exit status: 0: all in order; 1: not.
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

enum state { FREE, WAITS, HELD };

/* The copies are for check_overtaking(), which looks at what may change meanwhile */
struct request {
	struct zcblk_range range;
	int state;
	u64 called, returned;	/* ticket before and after zcblk_range_lock() */
	u64 start, last;
	unsigned int kind;
};

static struct zcblk_ranges *ranges;
static struct request requests[MAX_THREADS][DEPTH];
static unsigned int nr_threads = 2;
static u64 nr_requests;
static bool neighbours;
static u64 ticket, done, mixed, overtaken;

/* Plain data, which only the lock keeps whole: ThreadSanitizer looks at it too */
static unsigned int owner[SECTORS];

static void check_sectors(const struct request *r, unsigned int expected,
			  unsigned int next)
{
	bool write = r->range.kind == ZCBLK_RANGE_WRITE;
	bool wrong = false;
	u64 i;

	if (neighbours || r->range.kind == ZCBLK_RANGE_FLUSH)
		return;
	for (i = r->range.start; i <= r->range.last; i++) {
		wrong |= owner[i] != (write ? expected : 0);
		if (write)
			owner[i] = next;
	}
	if (wrong)
		__atomic_add_fetch(&mixed, 1, __ATOMIC_RELAXED);
}

static bool was_passed(struct request *other, const struct request *r)
{
	struct zcblk_range copy = { };
	u64 returned;

	if (__atomic_load_n(&other->state, __ATOMIC_ACQUIRE) != WAITS)
		return false;
	returned = smp_load_acquire(&other->returned);
	copy.start = READ_ONCE(other->start);
	copy.last = READ_ONCE(other->last);
	copy.kind = READ_ONCE(other->kind);
	if (returned >= r->called || !zcblk_range_waits(&r->range, &copy))
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

static void check_overtaking(const struct request *r)
{
	unsigned int t, i;

	if (ONLY_THE_LOCK)
		return;
	for (t = 0; t < nr_threads; t++)
		for (i = 0; i < DEPTH; i++)
			if (was_passed(&requests[t][i], r))
				__atomic_add_fetch(&overtaken, 1, __ATOMIC_RELAXED);
}

static unsigned int request_id(const struct request *r)
{
	return 1 + (r - &requests[0][0]);
}

static void granted(struct zcblk_range *range, int err)
{
	struct request *r = container_of(range, struct request, range);

	if (err)
		abort();
	check_overtaking(r);
	check_sectors(r, 0, request_id(r));
	smp_store_release(&r->state, HELD);
}

static u64 random_next(u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
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

static void take(struct request *r, u64 *random, u64 n)
{
	unsigned int kind = ZCBLK_RANGE_WRITE;
	u64 start, last;
	int err = 0;

	if (neighbours)
		choose_neighbour(n, &start, &last);
	else
		kind = choose(random_next(random), &start, &last);
	zcblk_range_init(&r->range, start, last, kind, false, granted);
	WRITE_ONCE(r->kind, kind);
	WRITE_ONCE(r->start, r->range.start);
	WRITE_ONCE(r->last, r->range.last);
	WRITE_ONCE(r->returned, U64_MAX);
	r->called = next_ticket();
	smp_store_release(&r->state, WAITS);
	if (ranges)
		err = zcblk_range_lock(ranges, &r->range);
	if (err == -EINPROGRESS)
		smp_store_release(&r->returned, next_ticket());
	else if (err)
		abort();
	else
		granted(&r->range, 0);
}

static void release(struct request *r)
{
	check_sectors(r, request_id(r), 0);
	WRITE_ONCE(r->state, FREE);
	if (ranges)
		zcblk_range_unlock(ranges, &r->range);
	__atomic_add_fetch(&done, 1, __ATOMIC_RELAXED);
}

static void *thread(void *arg)
{
	u64 random, n = 0, mine = nr_requests / nr_threads, idle = 0;
	unsigned int held = 0;
	struct request *r;

	test_cpu = (uintptr_t)arg;
	random = 0x1234567 + test_cpu * 0x9e3779b97f4a7c15ULL;
	while (n < mine || held) {
		r = &requests[test_cpu][random_next(&random) >> 8 & (DEPTH - 1)];
		switch (smp_load_acquire(&r->state)) {
		case FREE:
			if (n < mine) {
				take(r, &random, n++ * nr_threads + test_cpu);
				held++;
			}
			idle = 0;
			break;
		case HELD:
			release(r);
			held--;
			idle = 0;
			break;
		default:
			if (++idle > DEPTH)
				cpu_relax();
		}
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
		pthread_create(&threads[t], NULL, thread, (void *)(uintptr_t)t);
	while (now = __atomic_load_n(&done, __ATOMIC_RELAXED),
	       now < nr_requests / nr_threads * nr_threads) {
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
	neighbours = argc > 4;
	if (engine)
		ranges = zcblk_ranges_create(engine, &overlap);
	run();
	wrong = mixed || overtaken || (neighbours && contended());
	printf("stress: %s: %llu requests, %u threads%s: %llu contended, ", argv[1], done,
	       nr_threads, neighbours ? ", neighbours" : "", contended());
	printf("%llu mixed extents, %llu overtakings, 0 lost wake-ups\n", mixed, overtaken);
	zcblk_ranges_destroy(ranges);
	return wrong;
}
