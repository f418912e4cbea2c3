/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A matrix of jobs for the exerciser: in each cell (operation, buffer, size) the
 * engines alternate, so that they can be compared.
 */
#ifndef ZCBLK_EXERCISE_H
#define ZCBLK_EXERCISE_H

#include "kernel.h"
#include "table.h"

#define MAX_VALUES	16		/* in a list */
#define MAX_PAIRS	1000

struct value_list {
	const char *value[MAX_VALUES];
	unsigned int count;
};

struct fixed_setting {
	const char *attribute;
	const char *value;
};

struct exercise {
	const char *target;
	const char *destroy;
	const char *modules;		/* folder, or NULL: modprobe finds them */
	const char *baseline;		/* one of the engines */
	struct value_list engine;
	struct value_list buffer;
	struct value_list size;
	struct value_list op;
	struct fixed_setting fixed[16];	/* the same for all legs */
	unsigned int nr_fixed;
	unsigned int pairs;
	bool quiet;			/* no progress */
	struct table_options table;
};

/* What one engine did in one cell, in all its legs. */
struct leg_sum {
	bool refused;			/* the engine cannot do this */
	struct job_result result;	/* added up */
	double ns[MAX_PAIRS];		/* for one I/O, by pair; 0: nothing */
};

struct cell {
	const char *op;
	const char *buffer;
	const char *size;
	/* In the order of exercise.engine, and the control after the last */
	struct leg_sum leg[MAX_VALUES + 1];
};

/* exercise-run.c: prints why it fails and returns an exit status */
int exercise_begin(const struct exercise *exercise);
int exercise_run_cell(const struct exercise *exercise, struct cell *cell);
void exercise_end(void);
bool exercise_has_control(const struct exercise *exercise);
unsigned int exercise_baseline(const struct exercise *exercise);

/* exercise-table.c */
void exercise_table_help(void);
int exercise_table_check(const struct table_options *options);
void exercise_table_begin(struct table *table, const struct exercise *exercise);
void exercise_table_add(struct table *table, const struct exercise *exercise,
			const struct cell *cell);

#endif
