// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs jobs of the exerciser. A leg is one run of one engine. exercise.h explains the other terms.
 * All legs use the same directory in configfs, one after another.
 */
#include "exercise.h"
#include "error.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define DM_ENGINE	"dm-io"
#define DM_MODULE	EXERCISER "_dm"

static char job[LABEL_SIZE];
static atomic_int interrupted;

static void on_signal(int signal)
{
	interrupted = signal;
}

/* A signal ends the job that runs in the kernel. run_leg() then fails, and the tool exits. */
static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

bool exercise_has_control(const struct exercise *exercise)
{
	return exercise->engine.count > 1 || exercise->pairs > 1;
}

unsigned int exercise_baseline(const struct exercise *exercise)
{
	unsigned int i = 0;

	while (strcmp(exercise->engine.value[i], exercise->baseline))
		i++;
	return i;
}

static bool has_engine(const struct exercise *exercise, const char *name)
{
	for (unsigned int i = 0; i < exercise->engine.count; i++)
		if (!strcmp(exercise->engine.value[i], name))
			return true;
	return false;
}

static int load_one(const char *modules, const char *folder, const char *name,
		    const char *needs)
{
	char file[PATH_MAX];
	int length;

	if (kernel_has_module(name))
		return 0;
	if (!modules)
		return kernel_load_module(name, NULL, NULL);
	length = snprintf(file, sizeof(file), "%s/%s%s.ko", modules, folder, name);
	if (length >= (int)sizeof(file))
		return -ENAMETOOLONG;
	return kernel_load_module(name, needs, file);
}

/*
 * Loads the modules that the exerciser needs. Without --modules, the engine dm-io is not loaded
 * here, because the kernel loads its module when the engine is set.
 */
static int load_modules(const struct exercise *exercise)
{
	const char *modules = exercise->modules;

	if (modules && load_one(modules, "", "zcblk", "configfs"))
		return STATUS_FAILED;
	if (!kernel_has_exerciser() &&
	    load_one(modules, "exerciser/", EXERCISER, "configfs"))
		return STATUS_FAILED;
	if (modules && has_engine(exercise, DM_ENGINE) &&
	    load_one(modules, "exerciser/", DM_MODULE, "dm_mod"))
		return STATUS_FAILED;
	if (kernel_has_exerciser())
		return STATUS_OK;
	error("the module is loaded, but configfs is not mounted");
	hint("run 'modprobe configfs; mount -t configfs none /sys/kernel/config' as root");
	return STATUS_FAILED;
}

static int set_one(const char *attribute, const char *value)
{
	char accepted[BUFSIZ];
	int ret = kernel_job_set(job, attribute, value);

	if (!ret)
		return STATUS_OK;
	if (ret == -EINVAL && !kernel_accepted(EXERCISER, attribute, accepted,
					       sizeof(accepted)))
		error("invalid value '%s' for %s: must be one of %s", value, attribute,
		      accepted);
	else
		error_action(ACTION_SET_JOB, ret, job, "", "set %s to '%s'",
			     attribute, value);
	return STATUS_FAILED;
}

static int set_each(const char *attribute, const struct value_list *list)
{
	for (unsigned int i = 0; i < list->count; i++)
		if (set_one(attribute, list->value[i]))
			return STATUS_FAILED;
	return STATUS_OK;
}

/* Sets each value once, so that an invalid value is refused before the first leg runs. */
static int set_all(const struct exercise *exercise)
{
	for (unsigned int i = 0; i < exercise->nr_fixed; i++)
		if (set_one(exercise->fixed[i].attribute, exercise->fixed[i].value))
			return STATUS_FAILED;
	if (set_one("target", exercise->target) || set_one("destroy", exercise->destroy) ||
	    set_each("engine", &exercise->engine) ||
	    set_each("buffer", &exercise->buffer) ||
	    set_each("size", &exercise->size) || set_each("op", &exercise->op))
		return STATUS_FAILED;
	return STATUS_OK;
}

int exercise_begin(const struct exercise *exercise)
{
	int ret;

	if (load_modules(exercise))
		return STATUS_FAILED;
	snprintf(job, sizeof(job), "exercise-%d", getpid());
	ret = kernel_job_make(job);
	if (ret) {
		error_action(ACTION_SET_JOB, ret, job, "", "make the job %s", job);
		return STATUS_FAILED;
	}
	catch_signals();
	if (!set_all(exercise))
		return STATUS_OK;
	exercise_end();
	return STATUS_FAILED;
}

void exercise_end(void)
{
	int ret = kernel_job_remove(job);

	if (ret)
		error_action(ACTION_REMOVE, ret, job, "", "remove the job %s", job);
}

static void add_reasons(struct job_result *sum, const struct job_result *part)
{
	for (unsigned int i = 0; i < part->reasons; i++) {
		unsigned int j = 0;

		while (j < sum->reasons &&
		       strcmp(sum->reason[j].name, part->reason[i].name))
			j++;
		if (j == MAX_REASONS)
			continue;
		if (j == sum->reasons)
			sum->reason[sum->reasons++] = part->reason[i];
		else
			sum->reason[j].count += part->reason[i].count;
	}
}

static void add_result(struct job_result *sum, const struct job_result *part)
{
	for (int i = 0; i < MAX_BUCKETS; i++) {
		u64 count = sum->total.bucket[i].count;

		if (!part->total.bucket[i].count)
			continue;
		sum->total.bucket[i] = part->total.bucket[i];
		sum->total.bucket[i].count += count;
	}
	add_reasons(sum, part);
	sum->total.ios += part->total.ios;
	sum->total.bytes += part->total.bytes;
	sum->elapsed_ns += part->elapsed_ns;
	sum->errors += part->errors;
	if (!sum->first_error)
		sum->first_error = part->first_error;
	sum->checked += part->checked;
	sum->verify_errors += part->verify_errors;
	sum->guard_errors += part->guard_errors;
	sum->unstable += part->unstable;
}

static int run_leg(const struct exercise *exercise, struct leg_sum *leg,
		   unsigned int pair)
{
	struct job_result result;
	int ret = kernel_job_set(job, "run", "1");

	if (ret == -EOPNOTSUPP) {
		leg->refused = true;
		return STATUS_OK;
	}
	if (interrupted) {
		error("stopped by signal %d", interrupted);
		return STATUS_FAILED;
	}
	if (!ret)
		ret = kernel_job_result(job, &result);
	if (ret) {
		error_action(ACTION_EXERCISE, ret, job, exercise->target,
			     "exercise %s", exercise->target);
		return STATUS_FAILED;
	}
	if (result.median_ns > 0)
		leg->ns[pair] = result.median_ns;
	else if (result.total.ios)
		leg->ns[pair] = (double)result.elapsed_ns / result.total.ios;
	add_result(&leg->result, &result);
	return STATUS_OK;
}

/*
 * Runs all legs of a pair: each engine once, and the control. Each second pair runs in reverse
 * order, so that a slow change of the machine's speed affects all engines equally.
 */
static int run_pair(const struct exercise *exercise, struct cell *cell,
		    unsigned int pair)
{
	unsigned int engines = exercise->engine.count;
	unsigned int legs = engines + exercise_has_control(exercise);

	for (unsigned int i = 0; i < legs; i++) {
		unsigned int leg = pair % 2 ? legs - 1 - i : i;
		const char *engine = leg < engines ?
			exercise->engine.value[leg] : exercise->baseline;

		if (cell->leg[leg].refused)
			continue;
		if (!exercise->quiet)
			fprintf(stderr, "\r%s %s %s: %s, leg %u of %u\033[K",
				cell->op, cell->buffer, cell->size, engine,
				pair * legs + i + 1, legs * exercise->pairs);
		if (set_one("engine", engine) ||
		    run_leg(exercise, &cell->leg[leg], pair))
			return STATUS_FAILED;
	}
	return STATUS_OK;
}

int exercise_run_cell(const struct exercise *exercise, struct cell *cell)
{
	int status = STATUS_OK;

	if (set_one("op", cell->op) || set_one("buffer", cell->buffer) ||
	    set_one("size", cell->size))
		return STATUS_FAILED;
	for (unsigned int pair = 0; pair < exercise->pairs && !status; pair++)
		status = run_pair(exercise, cell, pair);
	if (!exercise->quiet)
		fputs("\r\033[K", stderr);
	return status;
}
