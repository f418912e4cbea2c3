// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random histories on all engines, compared with a model.
 *
 * USAGE: oracle [ENGINE|all [STEPS [SEED]]]
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include "kernel.h"
#include "history.h"
#include "range.h"

__thread unsigned int test_cpu;
unsigned long jiffies;

#define STEPS	500

static u64 random_next(u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Some histories stay in few places, where more of them meet */
static void fill(uint8_t *bytes, size_t size, u64 *state)
{
	u64 narrow = random_next(state);
	uint8_t mask = narrow & 1 ? 0x3f : 0xff;
	uint8_t lengths = narrow & 2 ? 0x7f : 0xff;
	size_t i;

	for (i = 0; i < size; i++)
		bytes[i] = random_next(state) >> 24;
	for (i = 0; i < size; i += HISTORY_STEP) {
		bytes[i + 1] &= mask;
		bytes[i + 2] &= lengths;
		/* A cancelled history has little to tell */
		if (bytes[i] == 255 && (random_next(state) & 31))
			bytes[i] = 0;
	}
}

static void run(unsigned int engine, u64 steps, u64 seed)
{
	u64 state = seed * 0x9e3779b97f4a7c15ULL + 1;
	uint8_t bytes[STEPS * HISTORY_STEP];
	u64 done;

	for (done = 0; done < steps; done += STEPS) {
		fill(bytes, sizeof(bytes), &state);
		history_run(engine, bytes, sizeof(bytes));
	}
	printf("oracle: %s: %llu steps, no difference\n",
	       zcblk_range_lock_names[engine], done);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "all";
	u64 steps = argc > 2 ? strtoull(argv[2], NULL, 0) : 1000000;
	u64 seed = argc > 3 ? strtoull(argv[3], NULL, 0) : 1;
	unsigned int engine, ran = 0;

	for (engine = 1; zcblk_range_lock_names[engine]; engine++) {
		if (strcmp(name, "all") && strcmp(name, zcblk_range_lock_names[engine]))
			continue;
		run(engine, steps, seed);
		ran++;
	}
	return ran ? 0 : 2;
}
