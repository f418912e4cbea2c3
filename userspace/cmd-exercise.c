// SPDX-License-Identifier: GPL-2.0-only
/*
 * zcblk exercise: does I/O between kernel buffers and a device, with the kernel module
 * zcblk_exerciser. An engine is one way to do this I/O. Several engines do the same I/O in turn.
 * The command prints the cost of each engine, and compares them.
 */
#include "commands.h"
#include "disk.h"
#include "error.h"
#include "exercise.h"
#include "number.h"

#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
	"Usage: zcblk exercise TARGET --destroy TARGET [OPTION...]\n"
	"\n"
	"Does I/O between kernel buffers and the block device TARGET, with several engines\n"
	"in turn, and compares the cost. DESTROYS THE DATA ON TARGET: name it twice to\n"
	"confirm. TARGET must not be in use. Needs root; loads the modules.\n"
	"\n"
	"Every combination of these is run:\n"
	"  --engine LIST    map, registered, copy, dm-io, rw-virt, rq-map-kern\n"
	"                   (default: map,registered,copy)\n"
	"  --buffer LIST    kmalloc (default), vmalloc, vmalloc_huge, kvmalloc, pages\n"
	"  --size LIST      bytes of one I/O, as in 512,4k,1m (default: 4k)\n"
	"  --op LIST        read (default), write, mixed\n"
	"\n"
	"Settings of all runs:\n"
	"  --offset BYTES   of each buffer in its first page (default: 0)\n"
	"  --depth N        I/Os in flight, of each thread (default: 1)\n"
	"  --threads N      threads (default: 1)\n"
	"  --span SIZE      how much of TARGET is used (default: 64m, or all of a smaller one)\n"
	"  --count N        I/Os of one leg (default: limited by time only)\n"
	"  --time SECONDS   length of one leg (default: 0.25, or no limit with --count)\n"
	"  --pairs N        legs of each engine (default: 1)\n"
	"  --baseline ENGINE  that the others are compared with (default: the first)\n"
	"  --verify         write blocks that contain their address, and check what is read\n"
	"  --seed N         seed of the data, and of the choice of reads and writes in mixed\n"
	"  --stable         detect writes whose buffer changes in flight: map, registered\n"
	"  --polled         poll for completions, at depth 1: map, registered, copy\n"
	"  --latency        also measure the latency of each I/O\n"
	"  --batch N        report the median of batches of N I/Os, of the first thread\n"
	"  --modules DIR    folder with zcblk.ko, to load from (default: modprobe finds them)\n"
	"\n"
	"Options:\n"
	TABLE_USAGE;

enum {
	OPT_DESTROY = 256, OPT_ENGINE, OPT_BUFFER, OPT_SIZE, OPT_OP, OPT_TIME,
	OPT_PAIRS, OPT_BASELINE, OPT_MODULES,
	OPT_FIXED,			/* OPT_FIXED + i is the option fixed_options[i] */
};

/*
 * A job of the exerciser is a directory in configfs. Each of these options sets the attribute of
 * the job that has the name of the option.
 */
static const char * const fixed_options[] = {
	"offset", "depth", "threads", "span", "count", "seed", "batch",
	"verify", "stable", "polled", "latency",	/* these four have no argument */
};

#define FIXED(name, i, argument) { name, argument, NULL, OPT_FIXED + (i) }

static const struct option options[] = {
	{ "destroy",	required_argument,	NULL, OPT_DESTROY },
	{ "engine",	required_argument,	NULL, OPT_ENGINE },
	{ "buffer",	required_argument,	NULL, OPT_BUFFER },
	{ "size",	required_argument,	NULL, OPT_SIZE },
	{ "op",		required_argument,	NULL, OPT_OP },
	{ "time",	required_argument,	NULL, OPT_TIME },
	{ "pairs",	required_argument,	NULL, OPT_PAIRS },
	{ "baseline",	required_argument,	NULL, OPT_BASELINE },
	{ "modules",	required_argument,	NULL, OPT_MODULES },
	FIXED("offset", 0, required_argument),
	FIXED("depth", 1, required_argument),
	FIXED("threads", 2, required_argument),
	FIXED("span", 3, required_argument),
	FIXED("count", 4, required_argument),
	FIXED("seed", 5, required_argument),
	FIXED("batch", 6, required_argument),
	FIXED("verify", 7, no_argument),
	FIXED("stable", 8, no_argument),
	FIXED("polled", 9, no_argument),
	FIXED("latency", 10, no_argument),
};

static char time_ms[LABEL_SIZE];

static void fix(struct exercise *exercise, const char *attribute, const char *value)
{
	struct fixed_setting *fixed = exercise->fixed;
	struct fixed_setting *end = fixed + exercise->nr_fixed;

	while (fixed < end && strcmp(fixed->attribute, attribute))
		fixed++;
	if (fixed == end)
		exercise->nr_fixed++;
	fixed->attribute = attribute;
	fixed->value = value;
}

/* Splits @text, a list separated by commas, in place. Return: an exit status */
static int parse_list(struct value_list *list, char *text, const char *what)
{
	char *rest = text, *value;

	list->count = 0;
	while ((value = strsep(&rest, ","))) {
		if (!*value || list->count == MAX_VALUES) {
			error("invalid value for --%s: must be 1 to %d values, separated by commas",
			      what, MAX_VALUES);
			return STATUS_USAGE;
		}
		list->value[list->count++] = value;
	}
	return STATUS_OK;
}

/* Parses a list of sizes like 4k. Converts them to bytes, because tables and JSON need numbers. */
static int parse_sizes(struct value_list *list, char *text)
{
	static char bytes[MAX_VALUES][LABEL_SIZE];
	static const char units[] = "kmg";
	int status = parse_list(list, text, "size");

	for (unsigned int i = 0; !status && i < list->count; i++) {
		char *end;
		u64 size;
		bool valid = number_parse(list->value[i], &size, &end);
		const char *unit = *end ? strchr(units, *end | 0x20) : NULL;
		unsigned int shift = unit ? 10 * (unit - units + 1) : 0;

		if (!valid || (*end && (!unit || end[1])) || size > ULLONG_MAX >> shift) {
			error("invalid value '%s' for --size: must be as in 512, 4k or 1m",
			      list->value[i]);
			return STATUS_USAGE;
		}
		snprintf(bytes[i], LABEL_SIZE, "%llu", size << shift);
		list->value[i] = bytes[i];
	}
	return status;
}

static int parse_time(struct exercise *exercise, const char *text)
{
	char *end;
	double seconds = strtod(text, &end);

	if (*end || !(seconds >= 0.001 && seconds <= 86400)) {
		error("invalid value '%s' for --time: must be seconds from 0.001 to 86400", text);
		return STATUS_USAGE;
	}
	snprintf(time_ms, sizeof(time_ms), "%.0f", seconds * 1000);
	fix(exercise, "time_ms", time_ms);
	return STATUS_OK;
}

static int parse_pairs(struct exercise *exercise, const char *text)
{
	char *end;
	u64 pairs;

	if (!number_parse(text, &pairs, &end) || *end || !pairs || pairs > MAX_PAIRS) {
		error("invalid value '%s' for --pairs: must be a number from 1 to %d", text,
		      MAX_PAIRS);
		return STATUS_USAGE;
	}
	exercise->pairs = pairs;
	return STATUS_OK;
}

static int parse_option(struct exercise *exercise, int option, char *value)
{
	switch (option) {
	case OPT_DESTROY:
		exercise->destroy = value;
		return STATUS_OK;
	case OPT_ENGINE:
		return parse_list(&exercise->engine, value, "engine");
	case OPT_BUFFER:
		return parse_list(&exercise->buffer, value, "buffer");
	case OPT_SIZE:
		return parse_sizes(&exercise->size, value);
	case OPT_OP:
		return parse_list(&exercise->op, value, "op");
	case OPT_TIME:
		return parse_time(exercise, value);
	case OPT_PAIRS:
		return parse_pairs(exercise, value);
	case OPT_BASELINE:
		exercise->baseline = value;
		return STATUS_OK;
	case OPT_MODULES:
		exercise->modules = value;
		return STATUS_OK;
	default:
		return error_usage("exercise");
	}
}

static int parse_options(struct exercise *exercise, int argc, char *argv[])
{
	struct option all[ARRAY_SIZE(options) + TABLE_LONG_OPTIONS + 1];
	int option, status = STATUS_OK;

	memcpy(all, options, sizeof(options));
	table_long_options(all + ARRAY_SIZE(options));
	optind = 1;
	while (!status && (option = getopt_long(argc, argv, TABLE_SHORT_OPTIONS, all,
						NULL)) != -1) {
		if (option == 'h') {
			fputs(usage, stdout);
			exercise_table_help();
			exit(STATUS_OK);
		}
		if (option >= OPT_FIXED)
			fix(exercise, fixed_options[option - OPT_FIXED],
			    optarg ? optarg : "1");
		else if (!table_option(&exercise->table, option, optarg))
			status = parse_option(exercise, option, optarg);
	}
	return status;
}

static int check_target(struct exercise *exercise, int count, const char *target)
{
	static char path[PATH_MAX];

	if (count != 1) {
		error("expected one argument, a block device: TARGET --destroy TARGET");
		return error_usage("exercise");
	}
	exercise->target = target;
	if (!exercise->destroy) {
		error("the data on %s would be lost: to allow this, add --destroy %s",
		      exercise->target, exercise->target);
		return STATUS_USAGE;
	}
	if (strcmp(exercise->target, exercise->destroy)) {
		error("TARGET is %s, but --destroy is %s: must be the same",
		      exercise->target, exercise->destroy);
		return STATUS_USAGE;
	}
	if (device_path(path, target)) {
		error("invalid target '%s': the path is too long", target);
		return STATUS_USAGE;
	}
	exercise->target = path;
	exercise->destroy = path;
	return STATUS_OK;
}

static int check_baseline(struct exercise *exercise)
{
	if (!exercise->baseline)
		exercise->baseline = exercise->engine.value[0];
	for (unsigned int i = 0; i < exercise->engine.count; i++)
		if (!strcmp(exercise->engine.value[i], exercise->baseline))
			return STATUS_OK;
	error("invalid value '%s' for --baseline: must be one of the engines", exercise->baseline);
	return STATUS_USAGE;
}

static int parse(struct exercise *exercise, int argc, char *argv[])
{
	int status = parse_options(exercise, argc, argv);
	bool has_limit = false;

	if (!status)
		status = check_target(exercise, argc - optind, argv[optind]);
	if (!status)
		status = check_baseline(exercise);
	if (!status)
		status = exercise_table_check(&exercise->table);
	for (unsigned int i = 0; i < exercise->nr_fixed; i++)
		if (!strcmp(exercise->fixed[i].attribute, "count") ||
		    !strcmp(exercise->fixed[i].attribute, "time_ms"))
			has_limit = true;
	if (!has_limit)
		fix(exercise, "time_ms", "250");
	else if (!*time_ms)
		fix(exercise, "time_ms", "0");
	return status;
}

static int judge_one(const struct cell *cell, const char *engine,
		     const struct job_result *result)
{
	int status = STATUS_OK;

	if (result->errors) {
		error("%s %s %s %s: %llu of %llu I/Os failed, first with %s", cell->op,
		      cell->buffer, cell->size, engine, result->errors,
		      result->total.ios, strerror(-result->first_error));
		status = STATUS_FAILED;
	}
	if (result->verify_errors) {
		error("%s %s %s %s: %llu of %llu sectors do not hold their data; see 'dmesg'",
		      cell->op, cell->buffer, cell->size, engine,
		      result->verify_errors, result->checked);
		status = STATUS_FAILED;
	}
	if (result->unstable) {
		error("%s %s %s %s: the buffers of %llu writes changed while in flight",
		      cell->op, cell->buffer, cell->size, engine, result->unstable);
		status = STATUS_FAILED;
	}
	if (result->guard_errors) {
		error("%s %s %s %s: memory beside %llu buffers was written to", cell->op,
		      cell->buffer, cell->size, engine, result->guard_errors);
		status = STATUS_FAILED;
	}
	return status;
}

/*
 * Prints the errors of all engines, and of the control, which is the baseline once more.
 * Return: STATUS_FAILED if there is any error, else STATUS_OK
 */
static int judge(const struct exercise *exercise, const struct cell *cell)
{
	int status = judge_one(cell, "again", &cell->leg[exercise->engine.count].result);

	for (unsigned int i = 0; i < exercise->engine.count; i++)
		if (judge_one(cell, exercise->engine.value[i], &cell->leg[i].result))
			status = STATUS_FAILED;
	return status;
}

static int run_matrix(const struct exercise *exercise, struct cell *cell,
		      struct table *table)
{
	unsigned int buffers = exercise->buffer.count, sizes = exercise->size.count;
	int status = STATUS_OK;

	for (unsigned int i = 0; i < exercise->op.count * buffers * sizes; i++) {
		memset(cell, 0, sizeof(*cell));
		cell->op = exercise->op.value[i / sizes / buffers];
		cell->buffer = exercise->buffer.value[i / sizes % buffers];
		cell->size = exercise->size.value[i % sizes];
		if (exercise_run_cell(exercise, cell))
			return STATUS_FAILED;
		exercise_table_add(table, exercise, cell);
		if (judge(exercise, cell))
			status = STATUS_FAILED;
	}
	return status;
}

static int run(const struct exercise *exercise)
{
	struct cell *cell = malloc(sizeof(*cell));
	struct table table;
	int status;

	if (!cell)
		error_memory();
	status = exercise_begin(exercise);
	if (!status) {
		exercise_table_begin(&table, exercise);
		status = run_matrix(exercise, cell, &table);
		table_end(&table);
		exercise_end();
	}
	free(cell);
	return status;
}

int cmd_exercise(int argc, char *argv[])
{
	struct exercise exercise = {
		.engine = { { "map", "registered", "copy" }, 3 },
		.buffer = { { "kmalloc" }, 1 },
		.size = { { "4096" }, 1 },
		.op = { { "read" }, 1 },
		.pairs = 1,
		.quiet = !isatty(STDERR_FILENO),
	};
	int status = parse(&exercise, argc, argv);

	return status ? status : run(&exercise);
}
