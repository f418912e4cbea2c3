// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs random histories (see history.c) on one engine or all, and compares the results with those
 * of a model.
 *
 * USAGE: oracle [ENGINE|all [STEPS [SEED]]]
 *
 * Exit status: 0: no difference; 1: a step did not end; 2: usage, or no memory. The
 * program aborts at a difference.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "history.h"
#include "test.h"

#define STEPS		500
#define STUCK_SECONDS	20	/* of CPU time, for one step */

/* Fills @bytes with a random history. Some histories use few places, where more ranges overlap. */
static void fill(uint8_t *bytes, size_t size, u64 *state)
{
	u64 narrow = test_random(state);
	uint8_t mask = narrow & 1 ? 0x3f : 0xff;
	uint8_t lengths = narrow & 2 ? 0x7f : 0xff;
	size_t i;

	for (i = 0; i < size; i++)
		bytes[i] = test_random(state) >> 24;
	/* In most histories, few ranges are held at a time, in many places */
	if (narrow & 12)
		bytes[0] &= HISTORY_LATER;
	if (narrow & 12)
		bytes[1] &= 31;
	for (i = HISTORY_STEP; i < size; i += HISTORY_STEP) {
		bytes[i + 1] &= mask;
		bytes[i + 2] &= lengths;
		/* Most cancellations are removed, because little happens after a cancellation */
		if (bytes[i] == 255 && (test_random(state) & 7))
			bytes[i] = 0;
	}
}

static void run(const struct zcblk_range_ops *ops, u64 steps, u64 seed)
{
	u64 state = seed * 0x9e3779b97f4a7c15ULL + 1;
	uint8_t bytes[STEPS * HISTORY_STEP];
	u64 done;

	for (done = 0; done < steps; done += STEPS) {
		fill(bytes, sizeof(bytes), &state);
		history_run(ops, bytes, sizeof(bytes));
	}
	printf("oracle: %s: %llu steps, no difference\n", ops->name, done);
}

static void watch(int signal)
{
	static const char message[] = "oracle: a step does not end\n";
	static unsigned long seen;

	if (seen == READ_ONCE(history_steps)) {
		if (write(STDOUT_FILENO, message, sizeof(message) - 1) < 0)
			_exit(2);
		_exit(1);
	}
	seen = READ_ONCE(history_steps);
}

int main(int argc, char **argv)
{
	const struct itimerval period = { { STUCK_SECONDS, 0 }, { STUCK_SECONDS, 0 } };
	const char *name = argc > 1 ? argv[1] : "all";
	u64 steps = argc > 2 ? strtoull(argv[2], NULL, 0) : 1000000;
	u64 seed = argc > 3 ? strtoull(argv[3], NULL, 0) : 1;
	unsigned int i, ran = 0;

	signal(SIGPROF, watch);
	setitimer(ITIMER_PROF, &period, NULL);
	for (i = 0; test_engines[i]; i++) {
		if (strcmp(name, "all") && strcmp(name, test_engines[i]->name))
			continue;
		run(test_engines[i], steps, seed);
		ran++;
	}
	return ran ? 0 : 2;
}
