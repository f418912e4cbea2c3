// SPDX-License-Identifier: GPL-2.0-only
/*
 * The search of the explorer. It visits every state that the threads can reach, but only once. The
 * number of preemptions may be limited.
 *
 * Threads are coroutines. A thread stops before each access to a racy location; see
 * explore-memory.c. A state is the memory, the knowledge of threads and messages, and the
 * stacks. The search is depth-first. It saves each state with more than one successor, to
 * return to this state later. It also keeps the digest of each such state, to search the
 * successors of equal states only once.
 *
 * A state from which the end cannot be reached is an error, because the threads loop for ever,
 * however fair the scheduler is. Tarjan's algorithm finds the strongly connected components of
 * the graph of states. A component that no transition leaves is such a loop.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <signal.h>
#include <unistd.h>

#include "explorer.h"

#define VISITED_BITS	26
#define MAX_DEPTH	200000
#define MAX_PATH	400000
#define MAX_CHOICES	(MAX_MESSAGES + MAX_THREADS)
#define MAX_CHAIN	20000
#define SAVED_BYTES	(8UL << 30)
#define FLUSH		255
#define RANDOM_RUNS	50

struct choice {
	u8 thread;
	u8 which;
};

/**
 * struct frame - a state on the path from the start to the current state
 * @choice: the steps that may follow this state
 * @n: the number of steps in @choice
 * @next: the index of the first step that has not been tried
 * @order: the number of this state, in the order in which states were found
 * @low: the lowest @order of a state that can be reached, as in Tarjan's algorithm
 * @leaves: the end can be reached from this state
 * @saved: the offset of the saved state in saved_states
 * @path: the number of steps from the start to this state
 */
struct frame {
	struct choice choice[MAX_CHOICES];
	unsigned int n, next;
	u32 order, low;
	bool leaves;
	size_t saved;
	unsigned int path;
};

struct world world;
char stacks[MAX_THREADS][STACK] __attribute__((aligned(64)));
size_t arena_used;
unsigned int current, choice_which;
unsigned int max_preemptions = UINT8_MAX;	/* UINT8_MAX: any number */
bool in_thread, weak;
u64 nr_states, nr_steps, nr_restarts;

/*
 * Beyond its own access, a step executes further accesses for which memory_goes_first() is true.
 * The first further access may also be any other (MERGE_ANY), a load of the location that the
 * thread waited for (MERGE_SAME), or no other (MERGE_NONE).
 */
static enum merge { MERGE_NONE, MERGE_ANY, MERGE_SAME } merges;
static const void *merge_p;
static unsigned int nr_merged;

static const struct test *test;
static unsigned int nr_threads;
static void *scheduler_sp;
static const char *failure;
static bool again;
static const char *skip_start, *skip_end;

static struct frame frames[MAX_DEPTH];
static unsigned int depth;
static struct choice path[MAX_PATH];
static unsigned int path_length;
static char *saved_states;
static size_t saved_used;

/*
 * A hash table of the digests of states, and a table of their orders. The order of a state is 0
 * when its component is complete.
 */
static u64 *visited;
static u32 *visited_order;
static u32 *open_states;
static u32 nr_open, last_order;
static u64 nr_visited, search_nr;

/*
 * Pushes the callee-saved registers, stores the stack pointer to @save, switches to the stack @sp,
 * and pops the registers from there. So the registers of a stopped thread are on its stack.
 */
void explore_switch(void **save, void *sp);
asm("explore_switch:\n"
    "	push %rbp\n	push %rbx\n	push %r12\n"
    "	push %r13\n	push %r14\n	push %r15\n"
    "	mov %rsp, (%rdi)\n"
    "	mov %rsi, %rsp\n"
    "	pop %r15\n	pop %r14\n	pop %r13\n"
    "	pop %r12\n	pop %rbx\n	pop %rbp\n"
    "	ret\n");

void too_many(const char *what)
{
	printf("explore: too many %s\n", what);
	fflush(stdout);
	_exit(2);
}

/* Coroutines */

static void leave_thread(void)
{
	explore_switch(&world.thread[current].sp, scheduler_sp);
}

/* True if the thread may do its next access in this step. If not, other threads may run first. */
static bool may_merge(const struct thread *thread)
{
	enum merge merge = merges;

	merges = MERGE_NONE;
	if (thread->wants < W_LOAD || ++nr_merged > MAX_CHAIN)
		return false;
	if (merge == MERGE_SAME && thread->wants == W_LOAD && thread->p == merge_p)
		return true;
	choice_which = 0;
	return (merge == MERGE_ANY || memory_goes_first(current)) &&
	       memory_depth(thread) == 1 && memory_may(thread, 0);
}

void stop(enum wants wants, const void *p, size_t size, u64 value)
{
	struct thread *thread = &world.thread[current];

	thread->wants = wants;
	thread->p = p;
	thread->size = size;
	thread->value = value;
	if (!may_merge(thread))
		leave_thread();
}

/* The thread has buffered a store, so the step goes on only while memory_goes_first() is true */
void must_stop(void)
{
	merges = MERGE_NONE;
}

void wait_ready(bool (*ready)(const void *p), const void *p, bool voluntary)
{
	world.thread[current].ready = ready;
	world.thread[current].voluntary = voluntary;
	stop(W_WAIT, p, 0, 0);
}

static void thread_main(void)
{
	test->run(current);
	for (;;)
		stop(W_NOTHING, NULL, 0, 0);
}

static bool can_run(const struct thread *thread, unsigned int which)
{
	if (thread->wants == W_WAIT)
		return thread->ready(thread->p);
	return thread->wants != W_NOTHING && memory_may(thread, which);
}

/* Memory */

void *explore_alloc(size_t size)
{
	void *p = world.arena + arena_used;

	arena_used += (size + 63) & ~63UL;
	if (arena_used > ARENA)
		too_many("bytes");
	return p;
}

/* Excludes an area from digests and checks. Only data that no result depends on may be in it. */
void arena_skip(const void *p, size_t size)
{
	skip_start = p;
	skip_end = skip_start + size;
}

bool arena_tracks(const void *p)
{
	const char *c = p;

	if (c >= world.arena && c < world.arena + arena_used)
		return c < skip_start || c >= skip_end;
	return c >= stacks[0] && c < stacks[MAX_THREADS];
}

static void begin(void)
{
	unsigned int t;

	memset(&world, 0, sizeof(world));
	arena_used = 0;
	in_thread = false;
	memory_reset();
	world.last = MAX_THREADS;
	world.preemptions = max_preemptions;
	test->reset();
	for (t = 0; t < MAX_THREADS; t++) {
		void **sp = (void **)(stacks[t] + STACK) - 2;

		sp[0] = thread_main;
		sp[1] = NULL;
		memset(sp - 6, 0, 6 * sizeof(*sp));
		world.thread[t].sp = sp - 6;
		world.thread[t].wants = t < nr_threads ? W_VOLUNTARY : W_NOTHING;
		if (t == WORKER && test->has_work) {
			world.thread[t].wants = W_WAIT;
			world.thread[t].ready = test->has_work;
		}
	}
}

/*
 * Sets *p and *size to piece @i of a state: the stack of a thread, the arena, or world.done. The
 * rest of a state is in no piece. Return: false if there is no piece @i
 */
static bool piece(unsigned int i, void **p, size_t *size)
{
	if (i < MAX_THREADS) {
		*p = world.thread[i].sp;
		*size = stacks[i] + STACK - (char *)*p;
		return true;
	}
	switch (i - MAX_THREADS) {
	case 0:
		*p = world.arena;
		*size = arena_used;
		return true;
	case 1:
		*p = world.done;
		*size = sizeof(world.done);
		return true;
	}
	return false;
}

static u64 digest(u64 h, const void *p, const void *end)
{
	const u64 *word = p;
	u64 a = h, b = ~h, c = h, d = ~h;

	for (; (const void *)(word + 4) <= end; word += 4) {
		a = (a ^ word[0]) * 0x9e3779b97f4a7c15ULL;
		b = (b ^ word[1]) * 0xc2b2ae3d27d4eb4fULL;
		c = (c ^ word[2]) * 0x165667b19e3779f9ULL;
		d = (d ^ word[3]) * 0xd6e8feb86659fd93ULL;
		a ^= a >> 29;
		b ^= b >> 31;
		c ^= c >> 30;
		d ^= d >> 28;
	}
	for (; (const void *)word < end; word++) {
		a = (a ^ *word) * 0x9e3779b97f4a7c15ULL;
		a ^= a >> 29;
	}
	return a + b * 3 + c * 5 + d * 7;
}

static u64 state(void)
{
	size_t size = memory_know_size();
	struct know *know;
	unsigned int t, i;
	u64 h = search_nr;

	for (t = 0; t < MAX_THREADS; t++) {
		struct thread *thread = &world.thread[t];

		h = digest(h, thread, &thread->stores[thread->nr_stores]);
		if (thread->wants != W_NOTHING)
			h = digest(h, thread->sp, stacks[t] + STACK);
	}
	h = digest(h + world.last + (u64)world.preemptions * 256, world.of_racy,
		   world.of_racy + sizeof(world.of_racy));
	h = digest(h, world.owner, world.owner + sizeof(world.owner));
	for_each_know(know)
		h = digest(h, know, (char *)know + size);
	for (i = 0; weak && i < world.nr_messages; i++)
		h = digest(h, &world.message[i].value, &world.message[i].know);
	h = digest(h, world.arena, skip_start ?: world.arena + arena_used);
	if (skip_start)
		h = digest(h, skip_end, world.arena + arena_used);
	return h ?: 1;
}

/* The size of the members of struct world from of_racy to nr_messages, which save() saves */
#define BOOKS	(offsetof(struct world, message) - offsetof(struct world, of_racy))

static void save_piece(const void *p, size_t size)
{
	memcpy(saved_states + saved_used, p, size);
	saved_used += size;
}

static void save(struct frame *frame)
{
	size_t size = memory_know_size();
	struct know *know;
	unsigned int i;
	void *p;

	frame->saved = saved_used;
	save_piece(world.thread, sizeof(world.thread));
	save_piece(world.of_racy, BOOKS);
	for (i = 0; i < world.nr_messages; i++)
		save_piece(&world.message[i].value, sizeof(world.message[i].value));
	for_each_know(know)
		save_piece(know, size);
	for (i = 0; piece(i, &p, &size); i++)
		save_piece(p, size);
	if (saved_used > SAVED_BYTES - (1 << 20))
		too_many("states to return to");
}

static const char *restore_piece(void *p, size_t size, const char *from)
{
	memcpy(p, from, size);
	return from + size;
}

static void restore(const struct frame *frame)
{
	const char *from = saved_states + frame->saved;
	size_t size = memory_know_size();
	struct know *know;
	unsigned int i;
	void *p;

	from = restore_piece(world.thread, sizeof(world.thread), from);
	from = restore_piece(world.of_racy, BOOKS, from);
	for (i = 0; i < world.nr_messages; i++)
		from = restore_piece(&world.message[i].value,
				     sizeof(world.message[i].value), from);
	for_each_know(know)
		from = restore_piece(know, size, from);
	for (i = 0; piece(i, &p, &size); i++)
		from = restore_piece(p, size, from);
}

/* Steps */

static unsigned int choices_of(unsigned int t, struct choice *choice)
{
	const struct thread *thread = &world.thread[t];
	unsigned int which, n = 0;

	for (which = 0; which < memory_depth(thread); which++)
		if (can_run(thread, which))
			choice[n++] = (struct choice){ t, which };
	return n;
}

static bool is_voluntary(const struct thread *thread)
{
	return thread->wants == W_VOLUNTARY ||
	       (thread->wants == W_WAIT && thread->voluntary);
}

/* True if @t could continue, so that running another thread is a preemption */
static bool must_continue(unsigned int t)
{
	struct choice choice[MAX_CHOICES];

	return t < MAX_THREADS && world.thread[t].wants != W_RELAX &&
	       !is_voluntary(&world.thread[t]) && choices_of(t, choice);
}

static unsigned int choices(struct choice *choice)
{
	unsigned int t, more, n = 0;
	bool quiet = true;

	for (t = 0; t < MAX_THREADS; t++) {
		if (memory_goes_first(t)) {
			more = choices_of(t, choice);
			if (more)
				return more;
		}
		if (world.thread[t].nr_stores && memory_flush_goes_first(t)) {
			*choice = (struct choice){ t, FLUSH };
			return 1;
		}
	}
	for (t = 0; t < MAX_THREADS; t++) {
		if (t != world.last && !world.preemptions && must_continue(world.last))
			continue;
		more = choices_of(t, choice + n);
		quiet &= !more || is_voluntary(&world.thread[t]);
		n += more;
		if (world.thread[t].nr_stores) {
			choice[n++] = (struct choice){ t, FLUSH };
			quiet = false;
		}
	}
	if (n > MAX_CHOICES)
		too_many("choices");
	if (n && quiet && test->quiet)
		test->quiet();
	return n;
}

static void step(struct choice choice)
{
	struct thread *thread = &world.thread[choice.thread];

	nr_steps++;
	if (choice.which == FLUSH) {
		memory_flush(choice.thread);
		return;
	}
	if (max_preemptions != UINT8_MAX) {
		if (choice.thread != world.last && must_continue(world.last))
			world.preemptions--;
		world.last = choice.thread;
	}
	/* Clear what earlier calls left below the stack pointer, so that equal states look equal */
	memset((char *)thread->sp - 2048, 0, 2048);
	current = choice.thread;
	choice_which = choice.which;
	merges = thread->wants == W_CHANGE ? MERGE_SAME :
		 thread->wants < W_LOAD ? MERGE_ANY : MERGE_NONE;
	merge_p = thread->p;
	nr_merged = 0;
	in_thread = true;
	explore_switch(&scheduler_sp, thread->sp);
	in_thread = false;
	if ((char *)thread->sp < stacks[choice.thread] + 4096)
		too_many("bytes on a stack");
}

/* These functions report an error, and the steps that lead to the error */

static void print_address(const void *p)
{
	const char *c = p;

	if (test->name && test->name(p))
		return;
	if (c >= stacks[0] && c < stacks[MAX_THREADS])
		printf("stack %td+%td", (c - stacks[0]) / STACK, (c - stacks[0]) % STACK);
	else
		printf("%p", p);
}

static void print_step(unsigned int i)
{
	static const char *const names[] = {
		[W_NOTHING] = "ends", [W_VOLUNTARY] = "continues", [W_WAIT] = "wakes",
		[W_RELAX] = "relaxes", [W_LOAD] = "loads", [W_STORE] = "stores",
		[W_COMPARE] = "compares and exchanges", [W_UPDATE] = "exchanges",
		[W_FENCE] = "fence", [W_CHANGE] = "sees a change of", [W_LOCK] = "locks",
	};
	const struct thread *thread = &world.thread[path[i].thread];

	printf("%5u  thread %u  ", i, path[i].thread);
	if (path[i].which == FLUSH) {
		printf("buffer: ");
		print_address(thread->stores[0].p);
		printf(" = %#llx", thread->stores[0].value);
	} else {
		printf("%s ", names[thread->wants]);
		if (thread->wants >= W_LOAD && thread->p) {
			print_address(thread->p);
			printf(" (now ");
			if (thread->size == 8)
				printf("%#llx", *(u64 *)thread->p);
			else
				printf("%#x", *(int *)thread->p);
			printf(")");
		}
		if (path[i].which)
			printf(", %u older", path[i].which);
	}
	printf("\n");
}

static void report(const char *what)
{
	static bool reporting;
	unsigned int i;

	if (!reporting) {
		reporting = true;
		printf("explore: %s", what);
		if (current < MAX_THREADS)
			printf(", thread %u", current);
		printf("\n");
		explain();
		begin();
		for (i = 0; i < path_length; i++) {
			print_step(i);
			fflush(stdout);
			step(path[i]);
		}
	}
	fflush(stdout);
	_exit(1);
}

void violation(const char *what)
{
	if (!in_thread)
		report(what);
	failure = what;
	for (;;)
		leave_thread();
}

void search_again(void)
{
	again = true;
	while (in_thread)
		leave_thread();
}

static void crashed(int signal)
{
	in_thread = false;
	report(signal == SIGABRT ? "WARN_ON_ONCE()" : "crash");
}

static void catch_crashes(void)
{
	static char stack[65536];
	stack_t alternative = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = { .sa_handler = crashed,
				    .sa_flags = SA_ONSTACK | SA_NODEFER };

	sigaltstack(&alternative, NULL);
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGABRT, &action, NULL);
}

/* The search */

/* Return: the index of digest @h in visited[]. Inserts a new digest, and then sets *is_new. */
static u32 visit(u64 h, bool *is_new)
{
	u32 mask = (1U << VISITED_BITS) - 1, i = h & mask;

	*is_new = false;
	while (visited[i]) {
		if (visited[i] == h)
			return i;
		i = (i + 1) & mask;
	}
	if (++nr_visited > mask / 4 * 3)
		too_many("states");
	*is_new = true;
	visited[i] = h;
	return i;
}

static void prepare(void)
{
	if (!visited) {
		visited = calloc(1UL << VISITED_BITS, sizeof(*visited));
		visited_order = calloc(1UL << VISITED_BITS, sizeof(*visited_order));
		open_states = calloc(1UL << VISITED_BITS, sizeof(*open_states));
		saved_states = malloc(SAVED_BYTES);
		if (!visited || !visited_order || !open_states || !saved_states)
			too_many("bytes");
		catch_crashes();
	}
	/* Each digest contains the number of its search, so a new search can use the same table */
	search_nr++;
	if (nr_visited > 1UL << (VISITED_BITS - 2)) {
		memset(visited, 0, sizeof(*visited) << VISITED_BITS);
		memset(visited_order, 0, sizeof(*visited_order) << VISITED_BITS);
		nr_visited = 0;
	}
	depth = 0;
	path_length = 0;
	saved_used = 0;
	nr_open = 0;
	last_order = 0;
	again = false;
}

static void take(struct choice choice)
{
	if (path_length == MAX_PATH)
		too_many("steps");
	path[path_length++] = choice;
	step(choice);
	if (failure)
		report(failure);
}

/* Runs until a state has several successors, or none. Pushes a frame if this state is new. */
static void enter(void)
{
	struct frame *parent = depth ? &frames[depth - 1] : NULL;
	struct frame *frame = &frames[depth];
	unsigned int chain = 0;
	bool is_new;
	u32 i;

	if (depth + 1 == MAX_DEPTH)
		too_many("states in a row");
	while (!again && (frame->n = choices(frame->choice)) == 1) {
		if (++chain == MAX_CHAIN)
			violation("does not end");
		take(frame->choice[0]);
	}
	if (again)
		return;
	memory_normalise();
	i = visit(state(), &is_new);
	if (!is_new) {
		if (!visited_order[i])
			parent->leaves = true;
		else
			parent->low = min(parent->low, visited_order[i]);
		return;
	}
	visited_order[i] = ++last_order;
	open_states[nr_open++] = i;
	frame->order = last_order;
	frame->low = last_order;
	frame->next = 0;
	frame->path = path_length;
	frame->leaves = !frame->n;
	if (!frame->n)
		test->end();
	save(frame);
	depth++;
}

/* Pops the frame of a state whose successors have all been visited */
static void leave(void)
{
	struct frame *frame = &frames[--depth];
	struct frame *parent = depth ? &frames[depth - 1] : NULL;

	saved_used = frame->saved;
	path_length = frame->path;
	if (frame->low < frame->order) {
		parent->low = min(parent->low, frame->low);
		parent->leaves |= frame->leaves;
		return;
	}
	if (!frame->leaves)
		violation("goes round for ever");
	while (nr_open && visited_order[open_states[nr_open - 1]] >= frame->order)
		visited_order[open_states[--nr_open]] = 0;
	if (parent)
		parent->leaves = true;
}

static bool search_all(void)
{
	struct frame *frame;

	prepare();
	begin();
	for (enter(); depth && !again; enter()) {
		while (depth && frames[depth - 1].next == frames[depth - 1].n)
			leave();
		if (!depth)
			break;
		frame = &frames[depth - 1];
		if (frame->next)
			restore(frame);
		path_length = frame->path;
		take(frame->choice[frame->next++]);
	}
	return !again;
}

/*
 * Runs the threads once, in random order, to find out how they access locations. After such runs,
 * the search seldom starts over. Return: true if the run found nothing new.
 */
static bool search_randomly(void)
{
	static u64 random = 88172645463325252ULL;
	struct choice choice[MAX_CHOICES];
	unsigned int n;

	prepare();
	begin();
	while (!again && path_length < MAX_CHAIN && (n = choices(choice))) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		take(choice[random % n]);
		if (path_length % 16 == 0)
			memory_normalise();
	}
	return !again;
}

/* Searches all states of a test. An error ends the program with a report. */
void search(const struct test *a_test, unsigned int n)
{
	unsigned int runs;

	test = a_test;
	nr_threads = n;
	skip_start = NULL;
	memory_forget();
	for (runs = 0; runs < RANDOM_RUNS; runs++)
		if (!search_randomly())
			runs = 0;
	while (!search_all())
		nr_restarts++;
	nr_states += last_order;
}
