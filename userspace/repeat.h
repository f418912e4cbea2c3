/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The operands [NAME...] [INTERVAL [COUNT]]: which disks, how often.
 */
#ifndef ZCBLK_REPEAT_H
#define ZCBLK_REPEAT_H

#include "compiler.h"

#include <time.h>

struct repeat {
	char **names;
	int count;			/* of names; 0: all disks */
	double interval;		/* 0: once */
	u64 rounds;			/* 0: for ever */
};

/* Prints what is wrong with them, and returns an exit status. */
int repeat_parse(struct repeat *repeat, int count, char *arguments[]);

/* From one deadline to the next, so that the rounds do not drift. */
void repeat_wait(struct timespec *deadline, double interval);

#endif
