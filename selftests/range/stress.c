// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several threads lock random ranges, most of which overlap, and unlock them in any order. The
 * program checks the order of grants. Without an engine (off), it must find errors.
 *
 * USAGE: stress ENGINE|off REQUESTS [THREADS] [WORD...]
 *	serialize, reject, detect	the overlap mode; serialize is the default
 *	changes		the mode changes all the time
 *	cancel		the lock is cancelled repeatedly, and replaced after all requests have ended
 *	hot		all ranges are near one block
 *	neighbours	ranges touch and never overlap, and no range may wait
 *	quiet		no interrupts
 *
 * Checked, with names of errors in parentheses:
 * - A sector of a write is in no other range that is held (mixed extents).
 * - No range is granted before an earlier range that it overlaps (overtakings). A range is
 *   earlier if its zcblk_range_lock() returned before that of the later range was called.
 * - No range waits for ever (lost wake-ups).
 * - A range is refused only if it overlapped another range during the call (unfounded). If
 *   the data for this check was overwritten, the refusal is counted as not decided.
 * - If a range exists during a whole call of for_each(), the call visits it once (missed).
 * - The counters of the lock are exact.
 * With `changes`, a range may be granted although it overlaps. The program does not check such a
 * range, but checks that later requests wait for it.
 *
 * The thread that grants a parked range may unlock the range, even from ->granted(), and before
 * the owner's zcblk_range_lock() has returned. Any thread or interrupt may unlock any range.
 * After the unlock, the program overwrites and frees the memory of the range. A later access to
 * this memory crashes, or a sanitizer reports the access.
 *
 * Exit status: 0: no error; 1: an error was found; 2: usage, or no memory.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <pthread.h>
#include <unistd.h>

#include "test.h"

#define NR_AREAS	64
#define AREA		8192		/* sectors; a group of slots ends in the middle */
#define AREA_STRIDE	(3 * AREA)
#define TABLE		(1ULL << 24)	/* sectors for which engine slot has slots */
#define MAX_DEPTH	256
#define MAX_THREADS	(NR_CPUS - 2)
#define MAX_NESTED	3
#define STUCK_NS	15000000000ULL	/* of CPU time, without any progress */
#define INTERRUPT_US	100
#define POISON		0xa5

enum state { FREE, WAITS, HELD, ENDS };

/*
 * A copy of the range of a request, which remains after the range is unlocked and freed. Tickets
 * are numbers that increase, and show the order of events.
 */
struct extent {
	u64 start, last;
	u64 kind;
	u64 called;		/* ticket before zcblk_range_lock() */
};

/* An entry of requests[]. Only one thread locks ranges of an entry. Any thread may unlock them. */
struct request {
	struct taken *taken;
	unsigned int version;	/* changes with the extents; odd while they change */
	int state;
	u64 returned;		/* ticket after zcblk_range_lock() */
	struct extent now;
	struct extent before;
	u64 ended;		/* ticket after zcblk_range_unlock() of @before */
	unsigned int seen;	/* version for which list_all() expects a visit, or 0 */
	unsigned int visited;	/* number of visits by list_all() */
} __attribute__((aligned(64)));

/* The memory of a range, which is freed when the range is unlocked */
struct taken {
	struct zcblk_range range;
	struct request *request;
	u64 called;
	bool conflicted;
	bool loose;
	struct taken *next;
};

static struct zcblk_ranges *ranges;
static const struct zcblk_range_ops *ops;
static struct request requests[MAX_THREADS][MAX_DEPTH];
static unsigned int nr_threads = 2, depth = 32;
static u64 nr_requests;
static int overlap = ZCBLK_OVERLAP_SERIALIZE;
static bool changes, cancels, hot, neighbours, quiet, paused;
static u64 ticket, started, done;
static u64 mixed, overtaken, unfounded, undecided, parked, refused, cancelled, loose;
static u64 interrupts, missed, ended_contended, ended_parked, ended_refused;

/* The state of this thread's random numbers, and the ranges that it granted and must unlock */
static __thread u64 random_state = 0x2545f4914f6cdd1dULL;
static __thread struct taken *to_unlock;
static __thread unsigned int nested;

/* True in threads that may unlock ranges that they granted: all but the worker and main() */
static __thread bool unlocks;

/* The request that owns each sector. Only the range lock protects this plain data. */
static unsigned int owner[NR_AREAS][AREA];

/*
 * With ThreadSanitizer, threads do not compare their ranges with other requests. This would order
 * accesses that only the range lock must order, and hide errors.
 */
#ifdef __SANITIZE_THREAD__
#define ONLY_THE_LOCK	true

/*
 * Signal handlers may call the allocator, because interrupts are off during malloc().
 * ThreadSanitizer must not handle SIGSEGV, so that a crash does not interrupt a report.
 */
const char *__tsan_default_options(void);

const char *__tsan_default_options(void)
{
	return "report_signal_unsafe=0:halt_on_error=1:handle_segv=0";
}
#else
#define ONLY_THE_LOCK	false
#endif

static void count(u64 *counter)
{
	__atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
}

static u64 next_ticket(void)
{
	return __atomic_add_fetch(&ticket, 1, ONLY_THE_LOCK ? __ATOMIC_RELAXED :
							      __ATOMIC_SEQ_CST);
}

static u64 nr_done(void)
{
	return __atomic_load_n(&done, __ATOMIC_RELAXED);
}

static u64 random_next(void)
{
	return test_random(&random_state);
}

/* Sometimes pauses, so that other threads have time to unlock a range that this thread parks */
void test_linger(void)
{
	unsigned int n = 300;

	if (random_next() >> 20 & 7)
		return;
	while (n--)
		__builtin_ia32_pause();
	sched_yield();
}

/* Interrupts are off during malloc(), because an interrupt handler may call the allocator, too */
static struct taken *new_taken(void)
{
	struct taken *t;
	unsigned long flags;

	local_irq_save(flags);
	t = malloc(sizeof(*t));
	local_irq_restore(flags);
	if (!t)
		exit(2);
	return t;
}

/* Overwrites and frees @t. The asm keeps the compiler from removing the memset(). */
static void poison(struct taken *t)
{
	unsigned long flags;

	memset(t, POISON, sizeof(*t));
	asm volatile("" : : "r"(t) : "memory");
	local_irq_save(flags);
	free(t);
	local_irq_restore(flags);
}

/*
 * Return: the first sector of an area. Odd areas are after all others. With 3 * TABLE, each of them
 * has the same slots as an even area.
 */
static u64 area_start(unsigned int area)
{
	return area * AREA_STRIDE + AREA / 2 + (area & 1) * 3 * TABLE;
}

static bool check_area(const struct zcblk_range *range, unsigned int area,
		       unsigned int expected, unsigned int next)
{
	bool write = range->kind == ZCBLK_RANGE_WRITE, wrong = false;
	u64 first = area_start(area), i, end;

	i = max(range->start, first);
	end = min(range->last, first + AREA - 1);
	for (; i <= end; i++) {
		wrong |= owner[area][i - first] != (write ? expected : 0);
		if (write)
			owner[area][i - first] = next;
	}
	return wrong;
}

static void check_sectors(const struct taken *t, unsigned int expected,
			  unsigned int next)
{
	const struct zcblk_range *range = &t->range;
	unsigned int area, first = range->start % TABLE / AREA_STRIDE;
	bool wrong = false;

	if (neighbours || t->loose)
		return;
	if (range->last - range->start < AREA) {
		wrong = check_area(range, first, expected, next);
	} else {
		for (area = 0; area < NR_AREAS; area++)
			wrong |= check_area(range, area, expected, next);
	}
	if (wrong)
		count(&mixed);
}

/* Other requests */

static bool in_the_way(const struct extent *e, const struct zcblk_range *range)
{
	return e->start <= range->last && range->start <= e->last &&
	       (e->kind == ZCBLK_RANGE_WRITE || range->kind == ZCBLK_RANGE_WRITE);
}

static void copy_extent(struct extent *to, const struct extent *from)
{
	WRITE_ONCE(to->start, READ_ONCE(from->start));
	WRITE_ONCE(to->last, READ_ONCE(from->last));
	WRITE_ONCE(to->kind, READ_ONCE(from->kind));
	WRITE_ONCE(to->called, READ_ONCE(from->called));
}

/* Copies the request @from. Return: false if the copy is not consistent. */
static bool look(struct request *from, struct request *copy)
{
	copy->version = smp_load_acquire(&from->version);
	copy->state = READ_ONCE(from->state);
	copy->returned = READ_ONCE(from->returned);
	copy->ended = READ_ONCE(from->ended);
	copy_extent(&copy->now, &from->now);
	copy_extent(&copy->before, &from->before);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return !(copy->version & 1) && READ_ONCE(from->version) == copy->version &&
	       READ_ONCE(from->state) == copy->state;
}

/* Counts an error if @t was granted although the earlier request @other still waits or is held */
static void check_passed(struct request *other, const struct taken *t)
{
	struct request copy;
	int state = READ_ONCE(other->state);

	if (state != WAITS && state != HELD)
		return;
	if (READ_ONCE(other->returned) >= t->called || !look(other, &copy))
		return;
	if (copy.returned >= t->called || !in_the_way(&copy.now, &t->range))
		return;
	/* After a cancellation, a request that was cancelled already may still be in state WAITS */
	if (copy.state == WAITS && !(cancels && READ_ONCE(ranges->cancelled)))
		count(&overtaken);
	if (copy.state == HELD)
		count(&mixed);
}

static void check_overtaking(const struct taken *taken)
{
	unsigned int t, i;

	if (ONLY_THE_LOCK || taken->loose || neighbours)
		return;
	for (t = 0; t < nr_threads; t++)
		for (i = 0; i < depth; i++)
			check_passed(&requests[t][i], taken);
}

/*
 * Return: 1 if @other overlapped @t at some time during zcblk_range_lock() of @t, 0 if not, or -1
 * if this is unknown
 */
static int was_in_the_way(struct request *other, const struct taken *t)
{
	struct request copy;

	if (other == t->request)
		return 0;
	while (!look(other, &copy))
		cpu_relax();
	if (copy.state != FREE && in_the_way(&copy.now, &t->range))
		return 1;
	if (copy.ended > t->called && in_the_way(&copy.before, &t->range))
		return 1;
	return copy.before.called > t->called ? -1 : 0;
}

static void check_refused(const struct taken *taken)
{
	unsigned int t, i, lost = 0;
	int was;

	if (ONLY_THE_LOCK)
		return;
	for (t = 0; t < nr_threads; t++) {
		for (i = 0; i < depth; i++) {
			was = was_in_the_way(&requests[t][i], taken);
			if (was > 0)
				return;
			lost += was < 0;
		}
	}
	count(lost ? &undecided : &unfounded);
}

/* Unlocking */

static unsigned int request_id(const struct request *r)
{
	return 1 + (r - &requests[0][0]);
}

static void hold(struct taken *t)
{
	check_overtaking(t);
	check_sectors(t, 0, request_id(t->request));
}

static void set_version(struct request *r)
{
	WRITE_ONCE(r->version, r->version + 1);
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

/*
 * Frees @t, which has ended, and its request. If @remember, records its extent for checks of
 * refused requests.
 */
static void empty(struct taken *t, bool remember)
{
	struct request *r = t->request;
	unsigned long flags;

	poison(t);
	/* A handler that interrupts this thread would wait for an even version for ever */
	local_irq_save(flags);
	if (remember && !ONLY_THE_LOCK) {
		set_version(r);
		copy_extent(&r->before, &r->now);
		WRITE_ONCE(r->ended, next_ticket());
		set_version(r);
	}
	smp_store_release(&r->state, FREE);
	__atomic_add_fetch(&done, 1, __ATOMIC_RELEASE);
	local_irq_restore(flags);
}

static void unlock(struct taken *t)
{
	check_sectors(t, request_id(t->request), 0);
	if (ranges)
		zcblk_range_unlock(ranges, &t->range);
	empty(t, true);
}

/*
 * Unlocks the granted range at once, leaves it held, or adds it to the list to_unlock. If the range
 * was cancelled, ends the request.
 */
static void granted(struct zcblk_range *range, int err)
{
	struct taken *t = container_of(range, struct taken, range);
	u64 random = unlocks ? random_next() >> 16 : 1;
	unsigned long flags;

	if (err) {
		if (err != -ECANCELED || !cancels)
			abort();
		count(&cancelled);
		empty(t, true);
		return;
	}
	hold(t);
	smp_store_release(&t->request->state, random & 1 ? HELD : ENDS);
	if (random & 1) {
		/* Any thread may unlock a held range, and may already have done so */
	} else if (random & 2 && nested < MAX_NESTED) {
		nested++;
		unlock(t);
		nested--;
	} else {
		local_irq_save(flags);
		t->next = to_unlock;
		to_unlock = t;
		local_irq_restore(flags);
	}
}

static void conflict(struct zcblk_range *range)
{
	container_of(range, struct taken, range)->conflicted = true;
	test_parks = true;
}

/* Unlocks the range of @r. Return: false if it is not held, or another thread unlocks it. */
static bool release(struct request *r)
{
	int state = HELD;

	if (!__atomic_compare_exchange_n(&r->state, &state, ENDS, false,
					 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return false;
	unlock(READ_ONCE(r->taken));
	return true;
}

static void unlock_granted(void)
{
	unsigned long flags;
	struct taken *t;

	for (;;) {
		local_irq_save(flags);
		t = to_unlock;
		if (t)
			to_unlock = t->next;
		local_irq_restore(flags);
		if (!t)
			break;
		unlock(t);
	}
}

static void interrupt(void)
{
	u64 random = random_next() >> 8;

	count(&interrupts);
	release(&requests[(random >> 16) % nr_threads][random % depth]);
}

/* Locking */

/* Sets the start and end of piece @n of a disk, which is divided at random places */
static void choose_neighbour(u64 n, u64 *start, u64 *last)
{
	u64 next = n + 1;

	*start = n * 64 + (n * 0x9e3779b97f4a7c15ULL >> 58);
	*last = next * 64 + (next * 0x9e3779b97f4a7c15ULL >> 58) - 1;
}

/*
 * Chooses a random range. Most ranges are short. Some span several regions, areas, or the rest of
 * the disk, so that all slow paths of an engine run.
 */
static void choose(u64 random, u64 *start, u64 *last)
{
	static const unsigned int lengths[] = { 8, 8, 8, 8, 1, 64, 128, 200 };
	unsigned int length = lengths[random & 7];
	unsigned int area = nr_done() >> 12;

	if (!(random >> 5 & 127))
		length = 1000;
	if (!(random >> 12 & 7))
		area = random >> 15;
	area %= NR_AREAS;
	*start = area_start(area) + (random >> 32) % (AREA - length);
	*last = *start + length - 1;
	if (!(random >> 21 & 2047)) {
		*last = area_start(random_next() >> 9 & (NR_AREAS - 1)) + AREA / 2;
		if (*last < *start + AREA)
			*last = U64_MAX;
	}
}

static void choose_hot(u64 random, u64 *start, u64 *last)
{
	u64 middle = area_start(0) + AREA / 2;

	*start = middle + 64 + (random >> 5 & 7);
	*last = *start + (random & 7);
	if (!(random >> 8 & 63))
		*start = middle - (random >> 14 & 15);
	if (!(random >> 18 & 63))
		*last += (random >> 24 & 1) * 100;
}

static void init_taken(struct taken *t, struct request *r, u64 n)
{
	u64 random = random_next(), start, last;
	bool nowait = !neighbours && !(random >> 44 & 15);
	unsigned int kind = random >> 3 & 3 ? ZCBLK_RANGE_WRITE : ZCBLK_RANGE_READ;

	if (neighbours) {
		kind = ZCBLK_RANGE_WRITE;
		choose_neighbour(n, &start, &last);
	} else if (hot) {
		choose_hot(random, &start, &last);
	} else {
		choose(random, &start, &last);
	}
	zcblk_range_init(&t->range, start, last, kind, nowait, granted);
	t->request = r;
	t->conflicted = false;
	t->loose = false;
}

static void fill(struct request *r, struct taken *t)
{
	unsigned long flags;

	local_irq_save(flags);
	t->called = next_ticket();
	set_version(r);
	WRITE_ONCE(r->taken, t);
	WRITE_ONCE(r->now.kind, t->range.kind);
	WRITE_ONCE(r->now.start, t->range.start);
	WRITE_ONCE(r->now.last, t->range.last);
	WRITE_ONCE(r->now.called, t->called);
	WRITE_ONCE(r->returned, U64_MAX);
	set_version(r);
	smp_store_release(&r->state, WAITS);
	local_irq_restore(flags);
}

static void lock(struct request *r, struct taken *t)
{
	int err = 0;

	fill(r, t);
	if (ranges)
		err = zcblk_range_lock(ranges, &t->range);
	test_parks = false;
	if (err == -EINPROGRESS) {
		/* The parked request may have ended by now, so do not access @t */
		count(&parked);
		smp_store_release(&r->returned, next_ticket());
	} else if (err == -EAGAIN || (err == -ECANCELED && cancels)) {
		count(err == -EAGAIN ? &refused : &cancelled);
		check_refused(t);
		/* A cancelled request may have caused refusals of others until now */
		empty(t, err == -ECANCELED);
	} else if (err) {
		abort();
	} else {
		if (t->conflicted)
			count(&loose);
		t->loose = t->conflicted && changes;
		smp_store_release(&r->returned, next_ticket());
		hold(t);
		smp_store_release(&r->state, HELD);
	}
}

/* Counts a request. Return: false, without a count, if the caller must wait for a new lock */
static bool may_start(void)
{
	__atomic_add_fetch(&started, 1, __ATOMIC_SEQ_CST);
	if (!__atomic_load_n(&paused, __ATOMIC_SEQ_CST))
		return true;
	__atomic_sub_fetch(&started, 1, __ATOMIC_SEQ_CST);
	return false;
}

static bool take(struct request *r, u64 n)
{
	struct taken *t;

	if (cancels && !may_start())
		return false;
	t = new_taken();
	init_taken(t, r, n);
	lock(r, t);
	return true;
}

static void *thread(void *arg)
{
	u64 random, n = 0, mine = nr_requests / nr_threads, idle = 0;
	struct request *r;
	unsigned int t;

	test_cpu = (uintptr_t)arg;
	random_state = 0x1234567 + test_cpu * 0x9e3779b97f4a7c15ULL;
	unlocks = true;
	test_irq_start(INTERRUPT_US);
	while (n < mine || nr_done() < mine * nr_threads) {
		random = random_next() >> 8;
		/* Sometimes the thread chooses another thread's request, to unlock its range */
		t = random >> 8 & 7 ? test_cpu : (random >> 11) % nr_threads;
		r = &requests[t][(random >> 16) % depth];
		switch (READ_ONCE(r->state)) {
		case FREE:
			if (n < mine && t == test_cpu &&
			    take(r, n * nr_threads + test_cpu)) {
				n++;
				idle = 0;
			}
			break;
		case HELD:
			if (release(r))
				idle = 0;
			break;
		}
		unlock_granted();
		if (++idle > depth)
			cpu_relax();
	}
	return NULL;
}

/* The main thread */

static void sleep_us(unsigned int us)
{
	nanosleep(&(struct timespec){ .tv_nsec = us * 1000L }, NULL);
}

/*
 * Ends the program if no request ends during 15 s of CPU time. Waiting threads spin, so all
 * threads had a chance to run in this time. A separate thread watches, because any other thread
 * may hang.
 */
static void *watch(void *arg)
{
	u64 seen = 0, since = 0, now;
	struct timespec ts;

	for (;;) {
		sleep_us(100000);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
		now = ts.tv_sec * 1000000000ULL + ts.tv_nsec;
		if (seen != nr_done()) {
			seen = nr_done();
			since = now;
		} else if (now - since > STUCK_NS) {
			printf("stress: %s: lost wake-up: nothing moves after %llu requests\n",
			       ops ? ops->name : "off", seen);
			fflush(stdout);
			_exit(1);
		}
	}
	return NULL;
}

static void create(void)
{
	ranges = zcblk_ranges_create(ops, &overlap, NULL);
	if (!ranges)
		exit(2);
}

static void visit(struct zcblk_range *range, void *data)
{
	++*(u64 *)data;
	container_of(range, struct taken, range)->request->visited++;
}

/* Return: the version of a request, or 0 if its range is possibly not in the engine */
static unsigned int get_version(struct request *r)
{
	struct request copy;

	if (!look(r, &copy) || (copy.state != HELD && copy.state != WAITS))
		return 0;
	return copy.returned == U64_MAX ? 0 : copy.version;
}

/* Calls @check for each request */
static void check_visits(void (*check)(struct request *r))
{
	unsigned int t, i;

	for (t = 0; t < nr_threads; t++)
		for (i = 0; i < depth; i++)
			check(&requests[t][i]);
}

static void expect_visit(struct request *r)
{
	r->visited = 0;
	r->seen = get_version(r);
}

static void check_visit(struct request *r)
{
	if (r->seen && r->seen == get_version(r) && r->visited != 1)
		count(&missed);
}

/* Visits all ranges, and checks the visits. Return: the number of ranges that were visited. */
static u64 list_all(void)
{
	u64 n = 0;

	if (!ranges)
		return 0;
	check_visits(expect_visit);
	ranges->ops->for_each(ranges, visit, &n);
	check_visits(check_visit);
	return n;
}

/*
 * Destroys the lock, and adds its counters to the totals. All requests have ended. If the lock
 * still has a range, exits with 1.
 */
static void destroy(void)
{
	if (list_all()) {
		printf("stress: %s: a range is visited that has ended\n", ops->name);
		exit(1);
	}
	ended_contended += test_stat(ranges, contended);
	ended_parked += test_stat(ranges, parked);
	ended_refused += test_stat(ranges, refused);
	zcblk_ranges_destroy(ranges);
}

/* Cancels the lock under load, and replaces the lock when all of its requests have ended */
static void replace(void)
{
	zcblk_ranges_cancel(ranges);
	sleep_us(500);
	__atomic_store_n(&paused, true, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&started, __ATOMIC_SEQ_CST) !=
	       __atomic_load_n(&done, __ATOMIC_ACQUIRE))
		sleep_us(50);
	destroy();
	create();
	__atomic_store_n(&paused, false, __ATOMIC_SEQ_CST);
}

static void run(void)
{
	pthread_t threads[MAX_THREADS], watchdog;
	unsigned int t, tick = 0;

	if (pthread_create(&watchdog, NULL, watch, NULL))
		exit(2);
	for (t = 0; t < nr_threads; t++)
		if (pthread_create(&threads[t], NULL, thread, (void *)(uintptr_t)t))
			exit(2);
	while (nr_done() < nr_requests / nr_threads * nr_threads) {
		sleep_us(hot ? 100 : changes || cancels ? 500 : 5000);
		if (changes)
			WRITE_ONCE(overlap, (random_next() >> 8) % 3);
		if (cancels && !(++tick & 15))
			replace();
		if (!(tick & 3))
			list_all();
	}
	for (t = 0; t < nr_threads; t++)
		pthread_join(threads[t], NULL);
}

/* Prints the results. Return: true if an error was found. */
static bool report(const char *name, const char *words)
{
	bool wrong = mixed || overtaken || unfounded || missed;
	bool inexact = false;

	if (ops) {
		inexact = ended_parked != parked || ended_refused != refused ||
			  (!cancels && ended_contended != parked + refused + loose);
		wrong |= inexact || (neighbours && ended_contended);
	}
	printf("stress: %s%s: %llu requests, %u threads, %llu interrupts: %llu waited, ",
	       name, words, done, nr_threads, interrupts, parked);
	printf("%llu refused, %llu cancelled, %llu granted despite overlap; ", refused,
	       cancelled, loose);
	printf("%llu mixed extents, %llu overtakings, 0 lost wake-ups, ", mixed, overtaken);
	printf("%llu unfounded refusals, %llu not decided, %llu not visited once%s\n",
	       unfounded, undecided, missed, inexact ? ", counters wrong" : "");
	return wrong;
}

/* Parses a word of the command line. Return: false if the word is unknown. */
static bool parse(const char *word)
{
	static const struct {
		const char *word;
		bool *flag;
	} flags[] = {
		{ "changes", &changes }, { "cancel", &cancels }, { "hot", &hot },
		{ "neighbours", &neighbours }, { "quiet", &quiet },
	};
	unsigned int i;

	if (atoi(word)) {
		nr_threads = min(atoi(word), MAX_THREADS);
		return true;
	}
	for (i = 0; zcblk_overlap_names[i]; i++) {
		if (!strcmp(word, zcblk_overlap_names[i])) {
			overlap = i;
			return true;
		}
	}
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		if (!strcmp(word, flags[i].word)) {
			*flags[i].flag = true;
			return true;
		}
	}
	return false;
}

int main(int argc, char **argv)
{
	char words[200] = "";
	int i;

	if (argc < 3)
		return 2;
	ops = test_engine(argv[1]);
	nr_requests = strtoull(argv[2], NULL, 0);
	for (i = 3; i < argc; i++) {
		if (!parse(argv[i]))
			return 2;
		if (!atoi(argv[i]))
			strcat(strcat(words, " "), argv[i]);
	}
	if (!nr_requests || (!ops && strcmp(argv[1], "off")) || (!ops && cancels))
		return 2;
	if (hot)
		depth = MAX_DEPTH;
	test_cpu = NR_CPUS - 1;
	random_state = 1;
	test_conflict = conflict;
	if (!quiet)
		test_interrupt = interrupt;
	test_start_worker();
	if (ops)
		create();
	run();
	test_stop_worker();
	if (ops)
		destroy();
	return report(argv[1], words);
}
