/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The internals of the explorer: the type of a state, and the functions that its files share.
 *
 *	explore.c		scenarios of range locks, and conditions that must be true
 *	explore-litmus.c	small programs that prove that the memory behaves correctly
 *	explore-memory.c	memory: the order of accesses, and the values that loads return
 *	explore-search.c	coroutines, and the search that visits all states
 *
 * The comment at the top of explore-memory.c explains locations, messages, views and knowledge.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _ZCBLK_TEST_EXPLORER_H
#define _ZCBLK_TEST_EXPLORER_H

#include "kernel.h"

#define MAX_THREADS	4
#define WORKER		(MAX_THREADS - 1)
#define STACK		16384
#define ARENA		16384
#define BUFFER		8
#define MAX_MESSAGES	96
#define MAX_FACTS	256
#define FACT_WORDS	(MAX_FACTS / 64)
#define MAX_RACY	32

/*
 * The accesses to a location that a thread may know of: the last plain write (WP), and each
 * thread's last marked write (WM), plain read (RP) and marked read (RM). Thread t has the values
 * WM + t, RP + t and RM + t. A marked access is READ_ONCE(), WRITE_ONCE() or an atomic operation.
 */
enum { WP, WM, RP = WM + MAX_THREADS, RM = RP + MAX_THREADS, GROUPS = RM + MAX_THREADS };

/**
 * struct know - what a thread or a message knows, by happens-before
 * @missing: for each location, a bit for each of the accesses above that is not known
 * @ended: a bit for each request that has ended, but whose end is not known
 * @view: the oldest message of each racy location that may still be read
 */
struct know {
	u64 ended;
	u8 view[MAX_RACY];
	u64 missing[FACT_WORDS][GROUPS];	/* each word has the bits of 64 locations */
};

/*
 * The knowledge of a thread. KNOWN is what the thread knows now. READ is what it will know after
 * its next full barrier. FENCE is what it knew at its last full barrier. WAKE is what it will
 * learn from the thread that wakes it.
 */
enum { KNOWN, READ, FENCE, WAKE, NR_KINDS };

/* Knowledge of no thread: views that full barriers exchange; the worker's after its last work */
#define KNOW_SC		(MAX_THREADS * NR_KINDS)
#define KNOW_DONE	(KNOW_SC + 1)
#define NR_KNOW		(KNOW_DONE + 1)

enum wants {
	W_NOTHING,		/* the thread has ended */
	W_VOLUNTARY,		/* the thread may continue, but need not */
	W_WAIT,			/* the thread continues when ready(p) */
	W_RELAX,
	W_LOAD,
	W_STORE,
	W_COMPARE,		/* cmpxchg(); value is the expected old value */
	W_UPDATE,
	W_FENCE,
	W_CHANGE,		/* the thread continues when *p differs from value */
	W_LOCK,			/* the thread continues when *p is 0 */
};

struct store {
	void *p;
	size_t size;
	u64 value;
};

struct thread {
	void *sp;
	enum wants wants;
	unsigned int nr_stores;
	const void *p;
	size_t size;
	u64 value;
	bool (*ready)(const void *p);
	bool voluntary;
	struct store stores[BUFFER];
};

/* A value of a racy location, and the knowledge that its store released */
struct message {
	u64 value;
	struct know know;
};

/* A state, except the stacks of the threads */
struct world {
	struct thread thread[MAX_THREADS];
	char arena[ARENA] __attribute__((aligned(64)));
	struct know know[NR_KNOW];
	u8 of_racy[MAX_RACY];		/* number of messages of a racy location */
	u8 owner[MAX_RACY];		/* the last thread that wrote the location, plus 1 */
	u8 last;			/* the thread that ran last */
	u8 preemptions;			/* how many more preemptions are allowed */
	u64 nr_messages;
	struct message message[MAX_MESSAGES];
	struct know buffered[MAX_THREADS][BUFFER];
	u64 done[MAX_THREADS][4][FACT_WORDS];
};

/**
 * struct test - what the threads do, and callbacks that check conditions
 * @reset: prepares the memory, which explore_alloc() allocates
 * @run: runs a thread
 * @quiet: called when some threads can continue, but none of them must; may be NULL
 * @end: called when no thread can continue
 * @name: prints the name of an address; returns false if it has no name; may be NULL
 * @has_work: true if the worker, the last thread, has work to do; NULL if there is no worker
 */
struct test {
	void (*reset)(void);
	void (*run)(unsigned int thread);
	void (*quiet)(void);
	void (*end)(void);
	bool (*name)(const void *p);
	bool (*has_work)(const void *p);
};

/* explore-search.c */
extern struct world world;
extern char stacks[MAX_THREADS][STACK];
extern size_t arena_used;
extern unsigned int current, choice_which, max_preemptions;
extern bool in_thread, weak;
extern u64 nr_states, nr_steps, nr_restarts;

void stop(enum wants wants, const void *p, size_t size, u64 value);
void must_stop(void);
void wait_ready(bool (*ready)(const void *p), const void *p, bool voluntary);
void search(const struct test *test, unsigned int nr_threads);
void search_again(void);
void violation(const char *what);
void too_many(const char *what);
void arena_skip(const void *p, size_t size);
bool arena_tracks(const void *p);

/* explore.c */
void explain(void);

/* explore-litmus.c */
int litmus(void);

/* explore-memory.c */
void memory_forget(void);
void memory_normalise(void);
bool memory_goes_first(unsigned int t);
unsigned int memory_depth(const struct thread *thread);
bool memory_may(const struct thread *thread, unsigned int which);
size_t memory_know_size(void);
struct know *know_next(struct know *know);

#define for_each_know(k)	for ((k) = NULL; ((k) = know_next(k)); )

bool memory_flush_goes_first(unsigned int t);
void memory_flush(unsigned int t);
void memory_end(unsigned int request);
bool memory_knows_end(unsigned int request);
void memory_reset(void);
void memory_tell(struct know *know);
void memory_learn(struct know *know);
void memory_overwrite(void *p, size_t size);

static inline struct know *know_of(unsigned int thread, unsigned int kind)
{
	return &world.know[thread * NR_KINDS + kind];
}

#endif /* _ZCBLK_TEST_EXPLORER_H */
