// SPDX-License-Identifier: GPL-2.0-only
/*
 * All interleavings of a few threads that take and give back a few ranges.
 *
 * USAGE: explore ENGINE [all | WORD...]
 *
 *	A scenario has a word for each thread, and a letter for each range that it
 *	takes, waits for, and gives back; see menu[]. Without any: those of
 *	scenarios[]; all: and all sets of three threads with a letter each.
 *
 * Threads are coroutines that stop before each access to shared memory. From each
 * state every thread that can go on does so, and every store buffer may write its
 * oldest store. A state is all of the engine's memory, the requests, the stacks of
 * the threads and their store buffers; one that was seen before is not continued.
 *
 * Checked: no two that exclude each other are held at a time; none is granted
 * before one it has to wait for, whose zcblk_range_lock() had returned when the
 * later one's was called; whoever is granted knows, by acquire and release, of the
 * end of all that it excludes; all end, and then the engine is empty.
 *
 * Exit status: 0: all in order; 1: not; 2: usage, or too much for the tables here.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include "kernel.h"
#include "range-slot.h"

#define MAX_THREADS	3
#define MAX_OPS		2
#define STACK		8192
#define BUFFER		32
#define MAX_STEPS	4000
#define ARENA		65536
#define VISITED_BITS	26

__thread unsigned int test_cpu;
unsigned long jiffies;
static int overlap = ZCBLK_OVERLAP_SERIALIZE;

enum wants { W_LOAD, W_BARRIER, W_UPDATE, W_CHANGE, W_ZERO, W_GRANT, W_HOLD,
	     W_NOTHING };

/* A set of requests, as bits: those of whose end somebody knows */
typedef u32 set_t;

struct store {
	void *p;
	size_t size;
	u64 value;
	set_t says;
};

/* Who reads this, with acquire, learns that */
struct word {
	const void *p;
	set_t says;
};

#define WORDS	64

struct op {
	struct zcblk_range range;
	unsigned int before;	/* set of requests that had returned when this one came */
	bool used, returned, held, waits, ended;
	int err;
	set_t known;		/* when it was granted */
};

struct thread {
	void *sp;
	enum wants wants;
	const void *p;
	size_t size;
	u64 value;
	set_t known;		/* now; at the next full barrier; at the last one */
	set_t read;
	set_t fence;
	unsigned int nr_stores;
	struct store stores[BUFFER];
};

/* All that a state consists of, beside the stacks */
static struct {
	struct thread thread[MAX_THREADS];
	struct op op[MAX_THREADS][MAX_OPS];
	struct word word[WORDS];
	int cancelled;
} world;

static char stacks[MAX_THREADS][STACK] __attribute__((aligned(64)));
static char arena[ARENA] __attribute__((aligned(64)));
static size_t arena_used, arena_shared;
static struct zcblk_ranges *ranges;
static void *scheduler_sp;
static unsigned int current;
static bool in_thread;

static const char *words[MAX_THREADS];
static unsigned int nr_threads;

static u64 *visited;
static u64 nr_visited, nr_runs, world_nr;

/*
 * Regions of 128 sectors, and four slots in groups of two: region 14 has the slot of
 * region 0, and region 4 that of region 2.
 */
static const struct {
	char letter;
	enum zcblk_range_kind kind;
	u64 start, last;
	bool nowait;
} menu[] = {
	{ 'w', ZCBLK_RANGE_WRITE, 0, 7, false },
	{ 'r', ZCBLK_RANGE_READ, 0, 7, false },
	{ 'd', ZCBLK_RANGE_WRITE, 8, 15, false },		/* disjoint, same slot */
	{ 'a', ZCBLK_RANGE_WRITE, 14 * 128, 14 * 128 + 7, false },	/* the same */
	{ 'b', ZCBLK_RANGE_WRITE, 0, 135, false },		/* both of two slots */
	{ 's', ZCBLK_RANGE_WRITE, 128, 135, false },		/* the second slot */
	{ 'c', ZCBLK_RANGE_WRITE, 250, 262, false },		/* second and third */
	{ 'p', ZCBLK_RANGE_WRITE, 380, 388, false },		/* third and fourth */
	{ 'q', ZCBLK_RANGE_WRITE, 510, 514, false },		/* fourth and third */
	{ 'l', ZCBLK_RANGE_WRITE, 4, 300, false },		/* long */
	{ 'm', ZCBLK_RANGE_READ, 0, 511, false },		/* long, read */
	{ 'f', ZCBLK_RANGE_FLUSH, 0, 0, false },
	{ 'n', ZCBLK_RANGE_WRITE, 0, 7, true },			/* nowait */
};

#define CANCEL	'x'

static const char *const scenarios[][MAX_THREADS] = {
	{ "w", "l" }, { "p", "q" }, { "l", "w", "w" }, { "l", "w", "l" }, { "l", "d", "w" },
	{ "w", "d", "l" }, { "ww", "ww" }, { "wd", "dw" }, { "wb", "bs" },
	{ "bb", "bb" }, { "wl", "lw" }, { "wl", "sl" }, { "rl", "wm" }, { "wf", "fw" },
	{ "lf", "wl" }, { "bl", "lb" }, { "nl", "ln" }, { "ld", "wl" },
	{ "w", "w", "x" }, { "w", "l", "x" }, { "l", "f", "x" }, { "l", "w", "x" },
	{ "wx", "w", "w" }, { "b", "b", "x" }, { "ww", "w", "w" }, { "l", "s", "b" },
	{ "ll", "w", "s" }, { "wl", "s", "b" }, { "ws", "b", "l" },
	{ "w", "ff" }, { "fw", "f" }, { "f", "w", "w" }, { "f", "w", "l" },
	{ "fw", "wl" }, { "f", "f", "w" },
};

/* Push what a call keeps, swap stacks, pop: a thread's registers are on its stack */
asm("explore_switch:\n"
    "	push %rbp\n	push %rbx\n	push %r12\n"
    "	push %r13\n	push %r14\n	push %r15\n"
    "	mov %rsp, (%rdi)\n"
    "	mov %rsi, %rsp\n"
    "	pop %r15\n	pop %r14\n	pop %r13\n"
    "	pop %r12\n	pop %rbx\n	pop %rbp\n"
    "	ret\n");

static void violation(const char *what)
{
	unsigned int t;

	printf("explore: %s: %s, in scenario", ranges->ops->name, what);
	for (t = 0; t < nr_threads; t++)
		printf(" %s", words[t]);
	printf("\n");
	exit(1);
}

static void too_many(const char *what)
{
	printf("explore: too many %s\n", what);
	exit(2);
}

void *explore_alloc(size_t size)
{
	void *p = arena + arena_used;

	arena_used += (size + 63) & ~63UL;
	if (arena_used > ARENA)
		too_many("bytes");
	return p;
}

static void stop(enum wants wants, const void *p, size_t size, u64 value)
{
	struct thread *thread = &world.thread[current];

	thread->wants = wants;
	thread->p = p;
	thread->size = size;
	thread->value = value;
	explore_switch(&thread->sp, scheduler_sp);
}

static u64 memory_read(const void *p, size_t size)
{
	u64 value = 0;

	memcpy(&value, p, size);
	return value;
}

/* What a thread sees: its own newest store, or memory */
static u64 visible(const struct thread *thread, const void *p, size_t size)
{
	unsigned int i;

	for (i = thread->nr_stores; i--;)
		if (thread->stores[i].p == p)
			return thread->stores[i].value;
	return memory_read(p, size);
}

static set_t *word_says(const void *p)
{
	unsigned int i = (uintptr_t)p * 0x9e3779b97f4a7c15ULL >> 58, n = 0;

	while (world.word[i].p && world.word[i].p != p) {
		if (++n == WORDS)
			too_many("words");
		i = (i + 1) % WORDS;
	}
	world.word[i].p = p;
	return &world.word[i].says;
}

static void learn(struct thread *thread, set_t says, int order)
{
	if (order & ACQUIRE)
		thread->known |= says;
	else
		thread->read |= says;
}

static set_t tell(const struct thread *thread, int order)
{
	return order & RELEASE ? thread->known : thread->fence;
}

static void full_barrier(struct thread *thread)
{
	thread->known |= thread->read;
	thread->fence = thread->known;
}

u64 explore_load(const void *p, size_t size, int order)
{
	struct thread *thread = &world.thread[current];

	if (!in_thread)
		return memory_read(p, size);
	stop(W_LOAD, p, size, 0);
	learn(thread, *word_says(p), order);
	return visible(thread, p, size);
}

void explore_store(void *p, size_t size, u64 value, int order)
{
	struct thread *thread = &world.thread[current];

	if (!in_thread) {
		memcpy(p, &value, size);
		return;
	}
	if (thread->nr_stores == BUFFER)
		too_many("stores");
	thread->stores[thread->nr_stores++] =
		(struct store){ p, size, value, tell(thread, order) };
}

u64 explore_cmpxchg(void *p, size_t size, u64 old, u64 new, int order)
{
	struct thread *thread = &world.thread[current];
	u64 value;

	if (in_thread)
		stop(order & RELEASE ? W_BARRIER : W_UPDATE, p, size, 0);
	value = memory_read(p, size);
	if (!in_thread || value != old) {
		learn(thread, *word_says(p), RELAXED);
		order = RELAXED;
	}
	if (value != old)
		return value;
	memcpy(p, &new, size);
	learn(thread, *word_says(p), order);
	if (order == FULL)
		full_barrier(thread);
	*word_says(p) |= tell(thread, order);
	return value;
}

/* A full barrier. Returns what was there before. */
s64 explore_add(void *p, size_t size, s64 add, s64 unless)
{
	struct thread *thread = &world.thread[current];
	s64 value, sum;

	if (in_thread)
		stop(W_BARRIER, p, size, 0);
	value = memory_read(p, size);
	if (size == sizeof(int))
		value = (int)value;
	if (value == unless)
		return value;
	sum = value + add;
	memcpy(p, &sum, size);
	learn(thread, *word_says(p), FULL);
	full_barrier(thread);
	*word_says(p) |= tell(thread, FULL);
	return value;
}

void explore_mb(void)
{
	if (in_thread)
		stop(W_BARRIER, NULL, 0, 0);
	full_barrier(&world.thread[current]);
}

void explore_wait_change(const void *p, size_t size, u64 value)
{
	stop(W_CHANGE, p, size, value);
}

void explore_wait_zero(const void *p, size_t size)
{
	if (in_thread)
		stop(W_ZERO, p, size, 0);
}

static struct op *op_nr(unsigned int i)
{
	return &world.op[i / MAX_OPS][i % MAX_OPS];
}

static void hold(struct op *op)
{
	unsigned int i;

	for (i = 0; i < MAX_THREADS * MAX_OPS; i++) {
		struct op *other = op_nr(i);

		if (other == op || !(other->used || other->ended))
			continue;
		if (other->held && op->range.kind != ZCBLK_RANGE_FLUSH &&
		    other->range.kind != ZCBLK_RANGE_FLUSH &&
		    zcblk_range_waits(&op->range, &other->range))
			violation("two are held that exclude each other");
		if (op->before & 1U << i && (other->held || other->waits) &&
		    zcblk_range_waits(&op->range, &other->range))
			violation("overtaking");
		/* A flush may be granted after some that came after it */
		if (op->range.kind == ZCBLK_RANGE_FLUSH && !(op->before & 1U << i))
			continue;
		if (other->ended && !(world.thread[current].known & 1U << i) &&
		    zcblk_range_waits(&op->range, &other->range))
			violation("what the last one did may not be seen");
	}
	op->known = world.thread[current].known;
	op->held = true;
	op->waits = false;
}

static void granted(struct zcblk_range *range, int err)
{
	struct op *op = container_of(range, struct op, range);

	op->err = err;
	if (err)
		op->waits = false;
	else
		hold(op);
}

static void arrive(struct op *op, char letter)
{
	unsigned int i, m = 0;

	while (menu[m].letter != letter)
		m++;
	for (i = 0; i < MAX_THREADS * MAX_OPS; i++)
		if (op_nr(i)->used && op_nr(i)->returned)
			op->before |= 1U << i;
	op->used = true;
	op->waits = true;
	zcblk_range_init(&op->range, menu[m].start, menu[m].last, menu[m].kind,
			 menu[m].nowait, granted);
}

/* Those that wait now have failed, unless they are being granted */
static void cancel(void)
{
	unsigned int i;

	zcblk_ranges_cancel(ranges);
	world.cancelled = 1;
	for (i = 0; i < MAX_THREADS * MAX_OPS; i++)
		if (op_nr(i)->returned && op_nr(i)->waits &&
		    op_nr(i)->range.blockers.counter)
			violation("not cancelled");
}

static void perform(struct op *op, char letter)
{
	int err;

	if (letter == CANCEL) {
		cancel();
		return;
	}
	arrive(op, letter);
	err = zcblk_range_lock(ranges, &op->range);
	if (err == -EINPROGRESS && world.cancelled && op->waits)
		violation("parked after all were cancelled");
	if (!err)
		hold(op);
	else if (err != -EINPROGRESS)
		op->waits = false;
	op->returned = true;
	while (op->waits)
		stop(W_GRANT, op, 0, 0);
	if (op->held) {
		/* For as long as the others like */
		stop(W_HOLD, NULL, 0, 0);
		op->held = false;
		op->used = false;
		op->ended = true;
		/* Whoever grants it starts a worker, which knows what that one knew */
		world.thread[current].known |= op->known | 1U << (op - op_nr(0));
		zcblk_range_unlock(ranges, &op->range);
	} else if (!op->range.nowait && !ranges->cancelled) {
		violation("refused");
	}
	op->used = false;
}

static void thread_main(void)
{
	unsigned int me = current, i;

	for (i = 0; words[me][i]; i++)
		perform(&world.op[me][i], words[me][i]);
	stop(W_NOTHING, NULL, 0, 0);
	abort();
}

static void use(u64 sector)
{
	struct zcblk_range range;

	zcblk_range_init(&range, sector, sector, ZCBLK_RANGE_WRITE, false, NULL);
	if (zcblk_range_lock(ranges, &range))
		abort();
	zcblk_range_unlock(ranges, &range);
}

static void begin(unsigned int engine)
{
	unsigned int t;

	memset(&world, 0, sizeof(world));
	memset(stacks, 0, sizeof(stacks));
	memset(arena, 0, arena_used);
	arena_used = 0;
	in_thread = false;
	ranges = zcblk_ranges_create(engine, &overlap);
	/* Slots are in use, as they are but for the first time, or after an f */
	for (t = 0; t < ZCBLK_NR_SLOTS; t++)
		use(t << ZCBLK_SLOT_REGION_SHIFT);
	/* The engine's memory was allocated last; the rest are counters */
	arena_shared = (char *)ranges->engine - arena;
	for (t = 0; t < MAX_THREADS; t++) {
		void **sp = (void **)(stacks[t] + STACK) - 2;

		*sp = thread_main;
		world.thread[t].sp = sp - 6;
		world.thread[t].wants = t < nr_threads ? W_HOLD : W_NOTHING;
	}
	in_thread = true;
}

static bool has_store(const struct thread *thread, const void *p)
{
	unsigned int i;

	for (i = 0; i < thread->nr_stores; i++)
		if (thread->stores[i].p == p)
			return true;
	return false;
}

static bool can_run(const struct thread *thread)
{
	switch (thread->wants) {
	case W_BARRIER:
		return !thread->nr_stores;
	case W_UPDATE:
		return !has_store(thread, thread->p);
	case W_CHANGE:
		return visible(thread, thread->p, thread->size) != thread->value;
	case W_ZERO:
		return !visible(thread, thread->p, thread->size);
	case W_GRANT:
		return !((struct op *)thread->p)->waits;
	case W_NOTHING:
		return false;
	default:
		return true;
	}
}

/* What no other thread can see, or change: no need to try it in all orders */
static bool is_private(const struct thread *thread)
{
	return thread->wants == W_LOAD && thread->p == &overlap;
}

/* Thread t goes on, or (MAX_THREADS + t) its store buffer does */
static unsigned int choices(unsigned char *choice)
{
	unsigned int t, n = 0;

	for (t = 0; t < nr_threads; t++) {
		if (is_private(&world.thread[t])) {
			choice[0] = t;
			return 1;
		}
	}
	for (t = 0; t < nr_threads; t++) {
		if (can_run(&world.thread[t]))
			choice[n++] = t;
		if (world.thread[t].nr_stores)
			choice[n++] = MAX_THREADS + t;
	}
	return n;
}

static void step(unsigned int choice)
{
	struct thread *thread;

	if (choice < MAX_THREADS) {
		current = choice;
		explore_switch(&scheduler_sp, world.thread[choice].sp);
		return;
	}
	thread = &world.thread[choice - MAX_THREADS];
	memcpy(thread->stores[0].p, &thread->stores[0].value,
	       thread->stores[0].size);
	*word_says(thread->stores[0].p) = thread->stores[0].says;
	thread->nr_stores--;
	memmove(thread->stores, thread->stores + 1,
		thread->nr_stores * sizeof(thread->stores[0]));
	memset(&thread->stores[thread->nr_stores], 0, sizeof(thread->stores[0]));
}

static u64 digest(u64 h, const void *p, size_t size)
{
	const u64 *word = p;

	for (size /= sizeof(*word); size--; word++) {
		h = (h ^ *word) * 0x9e3779b97f4a7c15ULL;
		h ^= h >> 29;
	}
	return h;
}

static u64 state(void)
{
	u64 h = world_nr << 1 | ranges->cancelled;
	unsigned int t;

	h = digest(h, &world, sizeof(world));
	h = digest(h, arena + arena_shared, arena_used - arena_shared);
	for (t = 0; t < nr_threads; t++)
		h = digest(h, world.thread[t].sp,
			   stacks[t] + STACK - (char *)world.thread[t].sp);
	return h ? h : 1;
}

/* Return: false when it was there already */
static bool visit(u64 h)
{
	u64 mask = (1ULL << VISITED_BITS) - 1, i = h & mask;

	while (visited[i]) {
		if (visited[i] == h)
			return false;
		i = (i + 1) & mask;
	}
	if (++nr_visited > mask / 4 * 3)
		too_many("states");
	visited[i] = h;
	return true;
}

static void seen(struct zcblk_range *range, void *data)
{
	violation("something is left behind");
}

static void check_end(void)
{
	struct zcblk_slots *slots = ranges->engine;
	unsigned int t, i;

	for (t = 0; t < nr_threads; t++)
		if (world.thread[t].wants != W_NOTHING)
			violation("lost wake-up or deadlock");
	in_thread = false;
	ranges->ops->for_each(ranges, seen, NULL);
	if (ranges->ops != &zcblk_range_slot_ops)
		return;
	for (i = 0; i < ZCBLK_NR_SLOTS; i++)
		if (slots->slot[i])
			violation("a slot is not empty");
	for (i = 0; i < ZCBLK_NR_SLOT_GROUPS; i++)
		if (slots->group[i] > ZCBLK_SLOT_GROUP_USED)
			violation("a group stays marked");
}

static void explore(unsigned int engine)
{
	static unsigned char path[MAX_STEPS], left[MAX_STEPS];
	unsigned char choice[2 * MAX_THREADS];
	unsigned int depth = 0, at, n;

	do {
		begin(engine);
		nr_runs++;
		for (at = 0; at < depth; at++)
			step(path[at]);
		while (visit(state())) {
			n = choices(choice);
			if (!n) {
				check_end();
				break;
			}
			if (depth == MAX_STEPS)
				violation("does not end");
			path[depth] = choice[0];
			left[depth++] = n - 1;
			step(choice[0]);
		}
		/* The deepest place where something was not tried yet */
		while (depth && !left[depth - 1])
			depth--;
		if (!depth)
			return;
		begin(engine);
		for (at = 0; at + 1 < depth; at++)
			step(path[at]);
		n = choices(choice);
		path[depth - 1] = choice[n - left[depth - 1]];
		left[depth - 1]--;
	} while (1);
}

static u64 total;

static void scenario(unsigned int engine)
{
	u64 before = nr_visited;

	/* Part of each state, so that the table need not be emptied each time */
	world_nr++;
	explore(engine);
	total += nr_visited - before;
	if (nr_visited < 1ULL << (VISITED_BITS - 2))
		return;
	memset(visited, 0, sizeof(*visited) << VISITED_BITS);
	nr_visited = 0;
}

static void all_of_three(unsigned int engine)
{
	static char letters[MAX_THREADS][2];
	unsigned int i, j, k;

	nr_threads = 3;
	for (i = 0; i < MAX_THREADS; i++)
		words[i] = letters[i];
	for (i = 0; i < ARRAY_SIZE(menu); i++) {
		for (j = i; j < ARRAY_SIZE(menu); j++) {
			for (k = j; k < ARRAY_SIZE(menu); k++) {
				letters[0][0] = menu[i].letter;
				letters[1][0] = menu[j].letter;
				letters[2][0] = menu[k].letter;
				scenario(engine);
			}
		}
	}
}

static void chosen(unsigned int engine, const char *const *word, unsigned int n)
{
	for (nr_threads = 0; nr_threads < n && word[nr_threads]; nr_threads++)
		words[nr_threads] = word[nr_threads];
	scenario(engine);
}

int main(int argc, char **argv)
{
	unsigned int engine, i;
	bool all;

	if (argc < 2 || argc > 2 + MAX_THREADS)
		return 2;
	for (engine = 0; strcmp(argv[1], zcblk_range_lock_names[engine]); engine++)
		if (!zcblk_range_lock_names[engine + 1])
			return 2;
	visited = calloc(sizeof(*visited), 1UL << VISITED_BITS);
	if (!visited)
		return 2;
	all = argc > 2 && !strcmp(argv[2], "all");
	if (argc > 2 && !all) {
		chosen(engine, (const char *const *)argv + 2, argc - 2);
	} else {
		for (i = 0; i < ARRAY_SIZE(scenarios); i++)
			chosen(engine, scenarios[i], MAX_THREADS);
		if (all)
			all_of_three(engine);
	}
	printf("explore: %s: %llu states, %llu runs, all in order\n", argv[1], total,
	       nr_runs);
	return 0;
}
