// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a few threads that lock and unlock a few ranges, in all interleavings, or in those with few
 * preemptions.
 *
 * USAGE
 *	explore ENGINE [weak] [verbose] [bound N] [cold|warm] [all | WORD...]
 *	explore litmus
 *
 *	A scenario has a word for each thread. Each letter of a word is an action of the
 *	thread. Most letters are a range of menu[], which the thread locks and unlocks. A
 *	word such as =R sets the mode at the start. Without words, the scenarios of
 *	scenarios[] run; with `weak`, only those of two threads. `all` runs the scenarios of
 *	scenarios[], and then every set of three threads with a letter each, on all CPUs.
 *	With `weak`, `all` runs no sets of three. `verbose` prints a line for each scenario.
 *	Each scenario runs twice: with new slots (cold), and after a long range was locked
 *	(warm). `cold` or `warm` selects one of the two. The memory is TSO, or with `weak`,
 *	weak memory; see explore-memory.c. `explore litmus` checks the memory itself.
 *
 *	Two threads are interleaved in all ways. With three threads, there is at most one
 *	preemption. In sets of three threads with two or three long ranges, there is none.
 *	`bound N` allows N preemptions instead, for any number of threads. It is no preemption
 *	if another thread runs while a thread waits or holds a range, or if a buffered store
 *	reaches memory. Most faults need few preemptions: Musuvathi and Qadeer, "Iterative
 *	context bounding for systematic testing of multithreaded programs", 2007.
 *
 * Checked
 *	- Two ranges that exclude each other are not held at the same time. No range is
 *	  granted before an earlier range that excludes it. Mode detect is an exception.
 *	- If a range excludes an earlier one, the end of the earlier range happens before the
 *	  later range is granted. No access to a range races, or follows the range's end.
 *	- A range fails only in mode reject, with nowait, or after a cancellation. Unless it
 *	  is cancelled, the range overlaps another range that does not fail.
 *	- If only threads that hold ranges can continue, each parked range has a range to
 *	  wait for. After zcblk_ranges_cancel(), no range waits.
 *	- for_each() visits a range exactly once if the range exists during the whole call.
 *	  for_each() visits no range that has ended.
 *	- All threads end in any case, and then the engine has no ranges.
 *
 * Exit status: 0: no error; 1: an error was found; 2: usage, or the tables are too small.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "explorer.h"
#include "slot.h"

#define MAX_WORDS	3
#define POISON		0x5a
#define PREEMPTIONS	1

__thread unsigned int test_cpu;
unsigned long jiffies;
char test_percpu[NR_CPUS * PERCPU_BYTES] __attribute__((aligned(64)));

/**
 * struct op - a request
 * @range: the range of the request; filled with POISON after the request has ended
 * @before: a bit for each request that conflicts with this one, and whose zcblk_range_lock()
 *	returned before this one started; cleared when that request ends
 * @with: a bit for each request that may be the reason why this one fails
 * @thread: the thread that does the request
 * @visits: the number of visits by for_each()
 * @used: zcblk_range_lock() was called, and the request has neither been unlocked nor failed
 * @returned: zcblk_range_lock() has returned
 * @loose: the range was granted at once, and may overlap another range, because mode detect
 *	has been set
 */
struct op {
	struct zcblk_range range;
	u32 before;
	u32 with;
	u8 thread;
	u8 visits;
	bool used, returned, waits, held, ended, refused, loose, retired;
};

/* The memory of a scenario, except the memory that the engine allocates */
struct scene {
	int overlap;
	unsigned int modes;	/* a bit for each mode that was set so far */
	bool cancelling, cancelled;
	struct work_struct *work, *running;
	unsigned int flush[MAX_THREADS];
	unsigned int nr_ops;
	struct op op[];
};

static struct scene *scene;
static struct zcblk_ranges *ranges;
static const struct zcblk_range_ops *ops;
static const char *words[MAX_WORDS];
static unsigned int nr_words;
static int start_mode;
static bool warm;

/*
 * The ranges that a thread can lock, by letter. A region has 128 sectors, and engine slot has four
 * slots in groups of two. Regions 0 and 14 use the same slot, and regions 2 and 4 do, too.
 */
static const struct {
	char letter;
	enum zcblk_range_kind kind;
	u64 start, last;
	bool nowait;
} menu[] = {
	{ 'w', ZCBLK_RANGE_WRITE, 0, 7, false },
	{ 'r', ZCBLK_RANGE_READ, 0, 7, false },
	{ 'd', ZCBLK_RANGE_WRITE, 8, 15, false },		/* disjoint from w, same region */
	{ 'a', ZCBLK_RANGE_WRITE, 14 * 128, 14 * 128 + 7, false },	/* region 14, slot of w */
	{ 'h', ZCBLK_RANGE_WRITE, 0, 15, false },		/* covers w, r and d */
	{ 'b', ZCBLK_RANGE_WRITE, 0, 135, false },		/* first and second slot */
	{ 's', ZCBLK_RANGE_WRITE, 128, 135, false },		/* the second slot */
	{ 'c', ZCBLK_RANGE_WRITE, 250, 262, false },		/* second and third slot: long */
	{ 'p', ZCBLK_RANGE_WRITE, 380, 388, false },		/* third and fourth slot */
	{ 'q', ZCBLK_RANGE_WRITE, 510, 514, false },		/* fourth and third slot: long */
	{ 'l', ZCBLK_RANGE_WRITE, 4, 300, false },		/* long */
	{ 'm', ZCBLK_RANGE_READ, 0, 511, false },		/* long, read */
	{ 'f', ZCBLK_RANGE_WRITE, 0, 16 * 128 - 1, false },	/* more regions than slots */
	{ 'g', ZCBLK_RANGE_WRITE, 128, 9 * 128 - 1, false },	/* long, whole regions */
	{ 'n', ZCBLK_RANGE_WRITE, 0, 7, true },			/* nowait */
	{ 'N', ZCBLK_RANGE_WRITE, 4, 300, true },		/* nowait, long */
};

#define CANCEL		'x'
#define VISIT		'v'
static const char modes[] = "SRD";	/* in the order of enum zcblk_overlap */

static const char *const scenarios[][MAX_WORDS + 1] = {
	{ "w", "l" }, { "p", "q" }, { "ww", "ww" }, { "wd", "dw" }, { "wb", "bs" },
	{ "bb", "bb" }, { "wl", "lw" }, { "wl", "sl" }, { "rl", "wm" }, { "wf", "fw" },
	{ "lf", "wl" }, { "bl", "lb" }, { "nl", "ln" }, { "ld", "wl" }, { "gw", "sg" },
	{ "nN", "Nn" }, { "wrw", "rwr" }, { "hw", "wh" }, { "wv", "wl" }, { "lv", "ww" },
	{ "wx", "wl" }, { "lx", "wb" }, { "wR", "ww" }, { "wD", "lw" }, { "DwS", "wl" },
	{ "=R", "wl", "lw" }, { "=R", "wb", "bw" }, { "=D", "wl", "lw" },
	{ "=D", "ww", "Sww" }, { "=D", "wl", "Swl" }, { "=R", "wS", "lw" },
	{ "w", "w", "x" }, { "w", "l", "x" }, { "l", "f", "x" }, { "wx", "w", "w" },
	{ "b", "b", "x" }, { "ww", "w", "w" }, { "l", "s", "b" }, { "l", "w", "l" },
	{ "ll", "w", "s" }, { "wl", "s", "b" }, { "ws", "b", "l" }, { "w", "r", "rw" },
	{ "hx", "w", "h" }, { "w", "h", "v" }, { "l", "w", "v" }, { "w", "w", "D" },
	{ "w", "l", "D" }, { "w", "w", "R" }, { "w", "l", "R" }, { "=R", "w", "w", "w" },
	{ "=R", "w", "l", "w" }, { "=R", "l", "l", "w" }, { "=R", "b", "b", "w" },
	{ "=D", "w", "w", "Sw" }, { "=D", "w", "l", "Sw" }, { "=D", "l", "w", "Sl" },
};

/* The worker */

static bool has_work(const void *p)
{
	return scene->work && scene->work->pending;
}

static bool is_flushed(const void *p)
{
	return !*(const unsigned int *)p;
}

static void work_once(void)
{
	unsigned int t;

	scene->running = scene->work;
	explore_xchg(&scene->work->pending, sizeof(scene->work->pending), 0, FULL);
	scene->running->func(scene->running);
	scene->running = NULL;
	memory_tell(&world.know[KNOW_DONE]);
	for (t = 0; t < MAX_THREADS; t++)
		if (scene->flush[t])
			scene->flush[t]--;
}

static void worker(void)
{
	for (;;) {
		work_once();
		wait_ready(has_work, NULL, false);
	}
}

bool test_queue_work(struct work_struct *work)
{
	if (scene->work && scene->work != work)
		too_many("work items");
	scene->work = work;
	if (in_thread)
		return !explore_xchg(&work->pending, sizeof(work->pending), 1, FULL);
	work->func(work);
	return true;
}

void test_flush_works(void)
{
	unsigned int *flush = &scene->flush[current];
	struct work_struct *work = scene->work;
	struct know know;

	if (!in_thread || !work)
		return;
	*flush = !!work->pending + (scene->running == work);
	wait_ready(is_flushed, flush, false);
	know = world.know[KNOW_DONE];
	memory_learn(&know);
}

/* Requests */

static struct op *op_of(struct zcblk_range *range)
{
	return container_of(range, struct op, range);
}

static bool conflicts(const struct op *op, const struct op *other)
{
	return op != other && zcblk_range_conflicts(&other->range, &op->range);
}

static void hold(struct op *op)
{
	unsigned int i;

	op->held = true;
	op->waits = false;
	for (i = 0; i < scene->nr_ops; i++) {
		struct op *other = &scene->op[i];
		bool before = op->before & 1U << i;

		if (!(other->used || other->ended) || !conflicts(op, other) ||
		    op->loose || (other->loose && !before))
			continue;
		if (other->held)
			violation("two are held that exclude each other");
		if (before && other->waits)
			violation("overtaking");
		if (other->ended && !memory_knows_end(i))
			violation("what an earlier request did may not be seen");
	}
}

static void fail(struct op *op, int err)
{
	unsigned int i, bit = 1U << (op - scene->op);

	op->waits = false;
	op->refused = true;
	if (err == -ECANCELED) {
		if (!scene->cancelling)
			violation("cancelled without a reason");
		return;
	}
	if (err != -EAGAIN || !(op->range.nowait ||
				scene->modes & 1U << ZCBLK_OVERLAP_REJECT))
		violation("fails without a reason");
	for (i = 0; i < scene->nr_ops; i++)
		scene->op[i].with &= ~bit;
	for (i = 0; i < scene->nr_ops; i++)
		if (scene->op[i].refused && !scene->op[i].with)
			violation("fails because of one that fails");
}

static void granted(struct zcblk_range *range, int err)
{
	struct op *op = op_of(range);

	if (!op->used || !op->waits)
		violation("a second grant");
	if (err)
		fail(op, err);
	else
		hold(op);
	memory_tell(know_of(op->thread, WAKE));
}

static void arrive(struct op *op, char letter)
{
	unsigned int i, m = 0, bit = 1U << (op - scene->op);

	while (menu[m].letter != letter)
		if (++m == ARRAY_SIZE(menu))
			too_many("letters");
	if (in_thread)
		memory_overwrite(&op->range, sizeof(op->range));
	zcblk_range_init(&op->range, menu[m].start, menu[m].last, menu[m].kind,
			 menu[m].nowait, granted);
	for (i = 0; i < scene->nr_ops; i++) {
		struct op *other = &scene->op[i];

		if (!other->used || !conflicts(op, other))
			continue;
		if (other->returned)
			op->before |= 1U << i;
		else
			other->with |= bit;
		op->with |= 1U << i;
	}
	op->used = true;
	op->waits = true;
}

static bool is_decided(const void *p)
{
	return !((const struct op *)p)->waits;
}

static void lock(struct op *op)
{
	int err = zcblk_range_lock(ranges, &op->range);

	op->returned = true;
	if (err && scene->modes == 1U << ZCBLK_OVERLAP_DETECT)
		violation("detect has an effect");
	if (err == -EINPROGRESS) {
		if (op->range.nowait || !(scene->modes & 1U << ZCBLK_OVERLAP_SERIALIZE))
			violation("parked");
		op->with = 0;
		wait_ready(is_decided, op, true);
		memory_learn(know_of(current, WAKE));
	} else if (err) {
		fail(op, err);
	} else {
		op->loose = scene->modes & 1U << ZCBLK_OVERLAP_DETECT;
		op->with = 0;
		hold(op);
		/* A thread may hold its range for any time, so the others may run first */
		stop(W_VOLUNTARY, NULL, 0, 0);
	}
}

static void unlock(struct op *op)
{
	unsigned int i;

	op->held = false;
	op->ended = true;
	memory_end(op - scene->op);
	for (i = 0; i < scene->nr_ops; i++)
		scene->op[i].before &= ~(1U << (op - scene->op));
	zcblk_range_unlock(ranges, &op->range);
}

static void request(struct op *op, char letter)
{
	u8 kind;
	u64 start, last;

	arrive(op, letter);
	lock(op);
	if (op->held)
		unlock(op);
	op->used = false;
	op->retired = true;
	memory_overwrite(&op->range, sizeof(op->range));
	/* hold() still compares other ranges with the kind, start and last of this one */
	kind = op->range.kind;
	start = op->range.start;
	last = op->range.last;
	memset(&op->range, POISON, sizeof(op->range));
	op->range.kind = kind;
	op->range.start = start;
	op->range.last = last;
}

static void visit(struct zcblk_range *range, void *data)
{
	struct op *op = op_of(range);

	if (!op->used)
		violation("visited after the end");
	if (op->visits++)
		violation("visited twice");
}

static void visit_all(void)
{
	unsigned int i, there = 0;

	for (i = 0; i < scene->nr_ops; i++) {
		scene->op[i].visits = 0;
		if (scene->op[i].returned && scene->op[i].used && !scene->op[i].ended)
			there |= 1U << i;
	}
	ops->for_each(ranges, visit, NULL);
	for (i = 0; i < scene->nr_ops; i++)
		if (there & 1U << i && (scene->op[i].held || scene->op[i].waits) &&
		    !scene->op[i].visits)
			violation("not visited");
}

static void perform(struct op *op, char letter)
{
	const char *mode = strchr(modes, letter);

	if (mode) {
		scene->modes |= 1U << (mode - modes);
		WRITE_ONCE(scene->overlap, mode - modes);
	} else if (letter == CANCEL) {
		scene->cancelling = true;
		zcblk_ranges_cancel(ranges);
		scene->cancelled = true;
	} else if (letter == VISIT) {
		visit_all();
	} else {
		request(op, letter);
	}
}

static void run(unsigned int t)
{
	unsigned int i;

	struct op *op = scene->op;

	if (t == WORKER)
		worker();
	for (i = 0; i < t; i++)
		op += strlen(words[i]);
	for (i = 0; words[t][i]; i++)
		perform(op++, words[t][i]);
}

/* Scenarios */

/* Locks and unlocks a long range before the threads start, if the scenario is warm */
static void use(void)
{
	struct op *op = &scene->op[0];

	arrive(op, 'f');
	if (zcblk_range_lock(ranges, &op->range))
		abort();
	zcblk_range_unlock(ranges, &op->range);
	memset(op, 0, sizeof(*op));
}

static void reset(void)
{
	unsigned int t, i, n = 0;

	for (t = 0; t < nr_words; t++)
		n += strlen(words[t]);
	scene = explore_alloc(sizeof(*scene) + n * sizeof(scene->op[0]));
	scene->nr_ops = n;
	for (t = 0, n = 0; t < nr_words; t++)
		for (i = 0; words[t][i]; i++)
			scene->op[n++].thread = t;
	ranges = zcblk_ranges_create(ops, &scene->overlap, NULL);
	arena_skip(&ranges->hot_lock,
		   sizeof(*ranges) - offsetof(struct zcblk_ranges, hot_lock));
	if (warm)
		use();
	scene->overlap = start_mode;
	scene->modes = 1U << start_mode;
}

static void quiet(void)
{
	unsigned int i, j;

	for (i = 0; i < scene->nr_ops; i++) {
		struct op *op = &scene->op[i];

		if (!op->waits)
			continue;
		if (scene->cancelled)
			violation("waits after all were cancelled");
		for (j = 0; j < scene->nr_ops; j++)
			if ((scene->op[j].held || scene->op[j].waits) &&
			    conflicts(op, &scene->op[j]))
				break;
		if (j == scene->nr_ops)
			violation("waits for nothing");
	}
}

static void left_behind(struct zcblk_range *range, void *data)
{
	violation("something is left behind");
}

static void end_slots(struct zcblk_slots *slots)
{
	unsigned int i;

	for (i = 0; i <= ZCBLK_NR_SLOTS; i++)
		if (slots->slot[i] & ~ZCBLK_SLOT_SLOW)
			violation("a slot is not empty");
	if (!list_empty(&slots->todo) || !list_empty(&slots->longs))
		violation("a list is not empty");
	if (slots->oldest != slots->seq + 1)
		violation("a long range seems to be there");
}

static void end_poison(struct op *op)
{
	unsigned char *c = (unsigned char *)&op->range;
	size_t i;

	for (i = offsetof(struct zcblk_range, seq); i < sizeof(op->range); i++)
		if (c[i] != POISON)
			violation("written after the end");
}

static void end(void)
{
	unsigned int i;

	for (i = 0; i < MAX_THREADS; i++)
		if (i != WORKER ? world.thread[i].wants != W_NOTHING : !!scene->running)
			violation("lost wake-up or deadlock");
	ops->for_each(ranges, left_behind, NULL);
	if (ops == &zcblk_range_slot_ops)
		end_slots(ranges->engine);
	for (i = 0; i < scene->nr_ops; i++)
		if (scene->op[i].retired)
			end_poison(&scene->op[i]);
}

static bool name(const void *p)
{
	struct zcblk_slots *slots = ranges->engine;
	const char *c = p;
	size_t i;

	if (c >= (char *)scene->op && c < (char *)&scene->op[scene->nr_ops]) {
		i = (c - (char *)scene->op) / sizeof(struct op);
		printf("request %zu+%zu", i, (c - (char *)scene->op) % sizeof(struct op));
	} else if (p == &scene->overlap) {
		printf("overlap");
	} else if (p == &ranges->cancelled) {
		printf("cancelled");
	} else if (ops == &zcblk_range_slot_ops && c >= (char *)slots->slot &&
		   c < (char *)(slots + 1)) {
		printf("slot[%td]", (unsigned long *)p - slots->slot);
	} else if (ops == &zcblk_range_slot_ops && c >= (char *)slots->mark &&
		   c < (char *)slots->slot) {
		printf("mark[%td]", (unsigned long *)p - slots->mark);
	} else if (c >= (char *)slots && c < world.arena + ARENA) {
		printf("engine+%td", c - (char *)slots);
	} else {
		return false;
	}
	return true;
}

static const struct test test = {
	.reset = reset,
	.run = run,
	.quiet = quiet,
	.end = end,
	.name = name,
	.has_work = has_work,
};

static int want_temperature = -1;	/* cold: 0; warm: 1; both: -1 */
static int want_preemptions = -1;	/* -1: the default of each scenario */
static u64 nr_searches;
static bool verbose;

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void print_scenario(const char *what)
{
	unsigned int t;

	printf("explore: %s%s, %s, mode %c:", ops->name, weak ? ", weak" : "",
	       warm ? "warm" : "cold", modes[start_mode]);
	for (t = 0; t < nr_words; t++)
		printf(" %s", words[t]);
	printf("%s", what);
}

void explain(void)
{
	if (ops)
		print_scenario("\n");
}

static void scenario(unsigned int preemptions)
{
	u64 states = nr_states, steps = nr_steps;
	double start = seconds();

	max_preemptions = preemptions;
	if (want_preemptions >= 0)
		max_preemptions = want_preemptions;
	for (warm = false; ; warm = true) {
		if (want_temperature < 0 || want_temperature == warm) {
			search(&test, nr_words);
			nr_searches++;
		}
		if (warm)
			break;
	}
	if (verbose) {
		print_scenario("");
		printf(": %llu states, %llu steps, %.2f s\n", nr_states - states,
		       nr_steps - steps, seconds() - start);
		fflush(stdout);
	}
}

static void chosen(const char *const *word, unsigned int n)
{
	start_mode = ZCBLK_OVERLAP_SERIALIZE;
	nr_words = 0;
	for (; n-- && *word; word++) {
		if (**word == '=')
			start_mode = strchr(modes, (*word)[1]) - modes;
		else
			words[nr_words++] = *word;
	}
	scenario(nr_words < 3 ? UINT8_MAX : PREEMPTIONS);
}

/* True if engine slot treats this range of menu[] as a long range */
static unsigned int is_long(unsigned int m)
{
	u64 first = zcblk_slot_region(menu[m].start), last = zcblk_slot_region(menu[m].last);

	return last - first > 1 || (first ^ last) >> ZCBLK_SLOT_GROUP_BITS;
}

/* Runs every @nth set of three threads, and begins with number @from */
static void sets_of_three(unsigned int nth, unsigned int from)
{
	static char letters[MAX_WORDS][2];
	unsigned int i, j, k, nr = 0, n = ARRAY_SIZE(menu);

	start_mode = ZCBLK_OVERLAP_SERIALIZE;
	nr_words = MAX_WORDS;
	for (i = 0; i < MAX_WORDS; i++)
		words[i] = letters[i];
	for (i = 0; i < n; i++) {
		for (j = i; j < n; j++) {
			for (k = j; k < n + 2; k++) {
				if (nr++ % nth != from)
					continue;
				letters[0][0] = menu[i].letter;
				letters[1][0] = menu[j].letter;
				letters[2][0] = k < n ? menu[k].letter :
						k == n ? CANCEL : VISIT;
				scenario(is_long(i) + is_long(j) + (k < n && is_long(k)) > 1 ?
					 0 : PREEMPTIONS);
			}
		}
	}
}

/*
 * Prints the totals of all searches since the previous call on one line, and resets the totals.
 * @start is the CPU time when these searches began.
 */
static void print_total(const char *what, double start)
{
	printf("explore: %s%s: %s: %llu searches, %llu restarts, %llu states, ", ops->name,
	       weak ? ", weak" : "", what, nr_searches, nr_restarts, nr_states);
	printf("%llu steps, %.1f s of CPU: all in order\n", nr_steps, seconds() - start);
	fflush(stdout);
	nr_searches = 0;
	nr_states = 0;
	nr_steps = 0;
	nr_restarts = 0;
}

/*
 * Runs all sets of three threads. Starts a process for each CPU, and each process runs its share.
 * Return: the highest exit status of the processes; 2 for a process that was killed
 */
static int all_of_three(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN), i;
	int status, worst = 0;

	for (i = 0; i < cpus; i++) {
		pid_t pid = fork();

		if (pid < 0)
			too_many("processes");
		if (!pid) {
			double start = seconds();

			sets_of_three(cpus, i);
			print_total("a share of all sets of three", start);
			_exit(0);
		}
	}
	while (wait(&status) > 0)
		worst = max(worst, WIFEXITED(status) ? WEXITSTATUS(status) : 2);
	return worst;
}

static void scenarios_of(unsigned int most_words)
{
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(scenarios); i++) {
		for (n = 0; n < MAX_WORDS + 1 && scenarios[i][n]; n++)
			;
		if (n - (scenarios[i][0][0] == '=') <= most_words)
			chosen(scenarios[i], MAX_WORDS + 1);
	}
}

static bool option(char ***arg, const char *word)
{
	if (!**arg || strcmp(**arg, word))
		return false;
	++*arg;
	return true;
}

static bool find_engine(const char *word)
{
	unsigned int i;

	for (i = ZCBLK_ENGINE_LIST; word && i <= ZCBLK_ENGINE_SLOT; i++)
		if (!strcmp(word, zcblk_range_engines[i]->name))
			ops = zcblk_range_engines[i];
	return ops;
}

int main(int argc, char **argv)
{
	double start = seconds();
	char **arg = argv + 1;

	if (option(&arg, "litmus"))
		return litmus();
	if (!find_engine(*arg))
		return 2;
	arg++;
	weak = option(&arg, "weak");
	verbose = option(&arg, "verbose");
	if (option(&arg, "bound")) {
		if (!*arg)
			return 2;
		want_preemptions = atoi(*arg++);
	}
	if (option(&arg, "cold"))
		want_temperature = 0;
	else if (option(&arg, "warm"))
		want_temperature = 1;
	if (*arg && strcmp(*arg, "all")) {
		chosen((const char *const *)arg, MAX_WORDS + 1);
		print_total("scenario", start);
		return 0;
	}
	scenarios_of(2);
	print_total("scenarios of two threads", start);
	start = seconds();
	if (!weak || *arg) {
		scenarios_of(3);
		print_total("all scenarios", start);
		start = seconds();
	}
	return *arg && !weak ? all_of_three() : 0;
}
