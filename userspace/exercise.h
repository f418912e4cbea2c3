/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A matrix of jobs for the exerciser. A cell is a combination of operation, buffer and size. A leg
 * is one run of one engine. In each cell, the legs of the engines alternate, so that the engines
 * can be compared. The baseline is the engine that the others are compared with. A pair is one leg
 * of each engine, and one leg of the control. The control is the baseline once more, and shows how
 * much equal legs differ. If there is only one engine and one pair, there is no control.
 */
#ifndef ZCBLK_EXERCISE_H
#define ZCBLK_EXERCISE_H

#include "kernel.h"
#include "table.h"

#define MAX_VALUES	16		/* the most values in a list */
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
	const char *modules;		/* folder of the modules; NULL: modprobe finds them */
	const char *baseline;		/* the engine that others are compared with */
	struct value_list engine;
	struct value_list buffer;
	struct value_list size;
	struct value_list op;
	struct fixed_setting fixed[16];	/* attributes that are the same for all legs */
	unsigned int nr_fixed;
	unsigned int pairs;
	bool quiet;			/* print no progress */
	struct table_options table;
};

/* The results of all legs of one engine in one cell. */
struct leg_sum {
	bool refused;			/* the engine does not support the cell's job */
	struct job_result result;	/* the sum of the legs' results */
	double ns[MAX_PAIRS];		/* time of one I/O in each pair; 0: no I/O was done */
};

struct cell {
	const char *op;
	const char *buffer;
	const char *size;
	/* An entry for each engine, in the order of exercise.engine, and then for the control */
	struct leg_sum leg[MAX_VALUES + 1];
};

/* exercise-run.c: functions that return int print why they fail, and return an exit status */
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
