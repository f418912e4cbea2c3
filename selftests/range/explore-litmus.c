// SPDX-License-Identifier: GPL-2.0-only
/*
 * Litmus tests of the explorer's memory: small programs, and all their possible outcomes. The
 * programs have the same names as in herd7 and the kernel's tools/memory-model. An outcome is a
 * hexadecimal number. Its lowest digit is r[0], and its fourth digit is r[3].
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include "explorer.h"

struct memory {
	long x, y, z;
	long r[4];
};

static struct memory *memory;
static const struct litmus *now;
static u64 outcomes[16];
static unsigned int nr_outcomes;
static int failed;

static void reset(void)
{
	memory = explore_alloc(sizeof(*memory));
}

/* MP: message passing; a thread stores data and then a flag, and another loads both */

static void mp_relaxed(unsigned int t)
{
	if (!t) {
		WRITE_ONCE(memory->x, 1);
		WRITE_ONCE(memory->y, 1);
	} else {
		memory->r[0] = READ_ONCE(memory->y);
		memory->r[1] = READ_ONCE(memory->x);
	}
}

static void mp_release_acquire(unsigned int t)
{
	if (!t) {
		WRITE_ONCE(memory->x, 1);
		smp_store_release(&memory->y, 1);
	} else {
		memory->r[0] = smp_load_acquire(&memory->y);
		memory->r[1] = READ_ONCE(memory->x);
	}
}

static void mp_release_relaxed(unsigned int t)
{
	if (!t) {
		WRITE_ONCE(memory->x, 1);
		smp_store_release(&memory->y, 1);
	} else {
		memory->r[0] = READ_ONCE(memory->y);
		memory->r[1] = READ_ONCE(memory->x);
	}
}

static void mp_mbs(unsigned int t)
{
	if (!t) {
		WRITE_ONCE(memory->x, 1);
		smp_mb();
		WRITE_ONCE(memory->y, 1);
	} else {
		memory->r[0] = READ_ONCE(memory->y);
		smp_mb();
		memory->r[1] = READ_ONCE(memory->x);
	}
}

/* SB: store buffering; each thread stores one location, and loads the other */

static void sb_relaxed(unsigned int t)
{
	WRITE_ONCE(*(t ? &memory->y : &memory->x), 1);
	memory->r[t] = READ_ONCE(*(t ? &memory->x : &memory->y));
}

static void sb_release_acquire(unsigned int t)
{
	smp_store_release(t ? &memory->y : &memory->x, 1);
	memory->r[t] = smp_load_acquire(t ? &memory->x : &memory->y);
}

static void sb_mbs(unsigned int t)
{
	WRITE_ONCE(*(t ? &memory->y : &memory->x), 1);
	smp_mb();
	memory->r[t] = READ_ONCE(*(t ? &memory->x : &memory->y));
}

static void sb_cmpxchg(unsigned int t)
{
	cmpxchg(t ? &memory->y : &memory->x, 0L, 1L);
	memory->r[t] = READ_ONCE(*(t ? &memory->x : &memory->y));
}

static void sb_cmpxchg_acquire(unsigned int t)
{
	cmpxchg_acquire(t ? &memory->y : &memory->x, 0L, 1L);
	memory->r[t] = READ_ONCE(*(t ? &memory->x : &memory->y));
}

/* IRIW: two threads read the writes of two others, in opposite orders */

static void iriw_acquire(unsigned int t)
{
	if (t < 2) {
		smp_store_release(t ? &memory->y : &memory->x, 1);
	} else {
		memory->r[2 * t - 4] = smp_load_acquire(t == 2 ? &memory->x : &memory->y);
		memory->r[2 * t - 3] = smp_load_acquire(t == 2 ? &memory->y : &memory->x);
	}
}

static void iriw_mbs(unsigned int t)
{
	if (t < 2) {
		WRITE_ONCE(*(t ? &memory->y : &memory->x), 1);
	} else {
		memory->r[2 * t - 4] = READ_ONCE(*(t == 2 ? &memory->x : &memory->y));
		smp_mb();
		memory->r[2 * t - 3] = READ_ONCE(*(t == 2 ? &memory->y : &memory->x));
	}
}

/* CoRR: a thread does not see an older value after a newer one */

static void corr(unsigned int t)
{
	if (!t) {
		WRITE_ONCE(memory->x, 1);
	} else {
		memory->r[0] = READ_ONCE(memory->x);
		memory->r[1] = READ_ONCE(memory->x);
	}
}

/* Release sequence: an update continues the sequence, even if the update is relaxed */

static void release_sequence(unsigned int t)
{
	if (!t) {
		WRITE_ONCE(memory->x, 1);
		smp_store_release(&memory->y, 1);
	} else if (t == 1) {
		cmpxchg_relaxed(&memory->y, 1L, 2L);
	} else {
		memory->r[0] = smp_load_acquire(&memory->y);
		memory->r[1] = READ_ONCE(memory->x);
	}
}

/* Like release_sequence(), but a store instead of an update ends the sequence */
static void no_release_sequence(unsigned int t)
{
	if (!t) {
		WRITE_ONCE(memory->x, 1);
		smp_store_release(&memory->y, 1);
	} else if (t == 1) {
		if (READ_ONCE(memory->y) == 1)
			WRITE_ONCE(memory->y, 2);
	} else {
		memory->r[0] = smp_load_acquire(&memory->y);
		memory->r[1] = READ_ONCE(memory->x);
	}
}

/* WRC: write-to-read causality; a thread loads x and then releases y, which a third acquires */
static void wrc(unsigned int t)
{
	if (!t) {
		WRITE_ONCE(memory->x, 1);
	} else if (t == 1) {
		memory->r[0] = READ_ONCE(memory->x);
		smp_store_release(&memory->y, 1);
	} else {
		memory->r[1] = smp_load_acquire(&memory->y);
		memory->r[2] = READ_ONCE(memory->x);
	}
}

/* An update reads the newest value, so exactly one of two cmpxchg() succeeds */
static void two_cmpxchgs(unsigned int t)
{
	memory->r[t] = cmpxchg_relaxed(&memory->x, 0L, t + 1L);
}

/* A cmpxchg() that fails is a load. It may return an old value of the location. */
static void failing_cmpxchg(unsigned int t)
{
	if (!t) {
		WRITE_ONCE(memory->x, 1);
		WRITE_ONCE(memory->x, 2);
	} else {
		memory->r[0] = cmpxchg_relaxed(&memory->x, 5L, 6L);
	}
}

/* LB: load buffering; in the explorer, a load never returns a store that is executed later */
static void lb(unsigned int t)
{
	memory->r[t] = READ_ONCE(*(t ? &memory->y : &memory->x));
	WRITE_ONCE(*(t ? &memory->x : &memory->y), 1);
}

/**
 * struct litmus - a program and its possible outcomes
 * @name: the name of the program
 * @run: runs thread @t of the program
 * @threads: number of threads
 * @nr_tso: number of outcomes under TSO
 * @nr_weak: number of outcomes in weak memory
 * @outcome: the outcomes under TSO, and then those that only weak memory has
 */
static const struct litmus {
	const char *name;
	void (*run)(unsigned int t);
	unsigned int threads;
	unsigned int nr_tso, nr_weak;
	u64 outcome[16];
} litmus_tests[] = {
	{ "MP, relaxed", mp_relaxed, 2, 3, 4, { 0x00, 0x10, 0x11, 0x01 } },
	{ "MP, release and acquire", mp_release_acquire, 2, 3, 3, { 0x00, 0x10, 0x11 } },
	{ "MP, release and relaxed", mp_release_relaxed, 2, 3, 4,
	  { 0x00, 0x10, 0x11, 0x01 } },
	{ "MP, barriers", mp_mbs, 2, 3, 3, { 0x00, 0x10, 0x11 } },
	{ "SB, relaxed", sb_relaxed, 2, 4, 4, { 0x00, 0x01, 0x10, 0x11 } },
	{ "SB, release and acquire", sb_release_acquire, 2, 4, 4,
	  { 0x00, 0x01, 0x10, 0x11 } },
	{ "SB, barriers", sb_mbs, 2, 3, 3, { 0x01, 0x10, 0x11 } },
	{ "SB, cmpxchg", sb_cmpxchg, 2, 3, 3, { 0x01, 0x10, 0x11 } },
	{ "SB, cmpxchg_acquire", sb_cmpxchg_acquire, 2, 3, 4, { 0x01, 0x10, 0x11, 0x00 } },
	{ "IRIW, acquire", iriw_acquire, 4, 15, 16,
	  { 0x0000, 0x0001, 0x0010, 0x0011, 0x0100, 0x1000, 0x1001, 0x1010, 0x1011,
	    0x0110, 0x1100, 0x1101, 0x1110, 0x1111, 0x0111, 0x0101 } },
	{ "IRIW, barriers", iriw_mbs, 4, 15, 15,
	  { 0x0000, 0x0001, 0x0010, 0x0011, 0x0100, 0x1000, 0x1001, 0x1010, 0x1011,
	    0x0110, 0x1100, 0x1101, 0x1110, 0x1111, 0x0111 } },
	{ "CoRR", corr, 2, 3, 3, { 0x00, 0x10, 0x11 } },
	{ "release sequence", release_sequence, 3, 4, 4, { 0x00, 0x10, 0x11, 0x12 } },
	{ "no release sequence", no_release_sequence, 3, 4, 5,
	  { 0x00, 0x10, 0x11, 0x12, 0x02 } },
	{ "WRC", wrc, 3, 7, 7, { 0x000, 0x001, 0x010, 0x100, 0x101, 0x110, 0x111 } },
	{ "two cmpxchgs", two_cmpxchgs, 2, 2, 2, { 0x10, 0x02 } },
	{ "cmpxchg that fails", failing_cmpxchg, 2, 3, 3, { 0x0, 0x1, 0x2 } },
	{ "LB", lb, 2, 3, 3, { 0x00, 0x01, 0x10 } },
};

static void run(unsigned int t)
{
	now->run(t);
}

static void end(void)
{
	unsigned int i;
	u64 outcome = 0;

	for (i = 4; i--;)
		outcome = outcome << 4 | memory->r[i];
	for (i = 0; i < nr_outcomes; i++)
		if (outcomes[i] == outcome)
			return;
	if (nr_outcomes == ARRAY_SIZE(outcomes))
		too_many("outcomes");
	outcomes[nr_outcomes++] = outcome;
}

static bool has(const u64 *set, unsigned int n, u64 outcome)
{
	while (n--)
		if (set[n] == outcome)
			return true;
	return false;
}

static void compare(unsigned int n)
{
	const char *memory_name = weak ? "weak" : "TSO";
	unsigned int i;

	for (i = 0; i < nr_outcomes; i++) {
		if (has(now->outcome, n, outcomes[i]))
			continue;
		printf("explore: litmus: %s, %s: must not be: %#llx\n", now->name,
		       memory_name, outcomes[i]);
		failed = 1;
	}
	for (i = 0; i < n; i++) {
		if (has(outcomes, nr_outcomes, now->outcome[i]))
			continue;
		printf("explore: litmus: %s, %s: is missing: %#llx\n", now->name,
		       memory_name, now->outcome[i]);
		failed = 1;
	}
}

/* Runs all litmus tests, under TSO and in weak memory. Return: 0, or 1 if outcomes are wrong. */
int litmus(void)
{
	static const struct test test = { .reset = reset, .run = run, .end = end };
	unsigned int i;

	for (i = 0; i < 2 * ARRAY_SIZE(litmus_tests); i++) {
		now = &litmus_tests[i / 2];
		weak = i % 2;
		nr_outcomes = 0;
		search(&test, now->threads);
		compare(weak ? now->nr_weak : now->nr_tso);
	}
	if (!failed)
		printf("explore: %zu programs for the memory, %llu states: as they should be\n",
		       ARRAY_SIZE(litmus_tests), nr_states);
	return failed;
}
