/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The operands [NAME...] [INTERVAL [COUNT]] of a command: names of disks, seconds between rounds,
 * and number of rounds.
 */
#ifndef ZCBLK_REPEAT_H
#define ZCBLK_REPEAT_H

#include "compiler.h"

#include <time.h>

struct repeat {
	char **names;
	int count;			/* number of names; 0: all disks */
	double interval;		/* seconds between rounds; 0: only one round */
	u64 rounds;			/* number of rounds; 0: no limit */
};

/* Parses the operands. Prints an error if they are invalid. Return: an exit status */
int repeat_parse(struct repeat *repeat, int count, char *arguments[]);

/*
 * Adds the interval to the deadline, and waits until the new deadline. So the time of a round does
 * not delay later rounds.
 */
void repeat_wait(struct timespec *deadline, double interval);

#endif
