// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes and runs jobs of the exerciser. Each job is a directory in configfs. Parses the result of a
 * job. The first word of each line states the kind of the line. Unknown kinds are ignored.
 */
#include "kernel.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONFIGFS "kernel/config/" EXERCISER

bool kernel_has_exerciser(void)
{
	char path[PATH_MAX];

	return !kernel_path(path, CONFIGFS) && !access(path, F_OK);
}

int kernel_job_make(const char *job)
{
	return kernel_mkdir(CONFIGFS, job);
}

int kernel_job_remove(const char *job)
{
	return kernel_rmdir(CONFIGFS, job);
}

int kernel_job_set(const char *job, const char *attribute, const char *value)
{
	char path[PATH_MAX];
	int ret = kernel_path(path, CONFIGFS "/%s/%s", job, attribute);

	return ret ? ret : kernel_write(path, value);
}

static const struct {
	const char *word;
	size_t offset;
} numbers[] = {
	{ "ios",		offsetof(struct job_result, total.ios) },
	{ "bytes",		offsetof(struct job_result, total.bytes) },
	{ "elapsed_ns",		offsetof(struct job_result, elapsed_ns) },
	{ "errors",		offsetof(struct job_result, errors) },
	{ "first_error",	offsetof(struct job_result, first_error) },
	{ "checked",		offsetof(struct job_result, checked) },
	{ "verify_errors",	offsetof(struct job_result, verify_errors) },
	{ "guard_errors",	offsetof(struct job_result, guard_errors) },
	{ "unstable",		offsetof(struct job_result, unstable) },
};

static int parse_number(struct job_result *result, const char *word,
			const char *rest)
{
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		char *number = (char *)result + numbers[i].offset, *end;

		if (strcmp(word, numbers[i].word))
			continue;
		/* All these members have 64 bits. Only first_error may be negative. */
		*(long long *)number = strtoll(rest, &end, 10);
		return end == rest ? -EBADMSG : 0;
	}
	return 0;
}

static int parse_reason(struct job_result *result, const char *rest)
{
	struct reason_count *reason = &result->reason[result->reasons];

	if (result->reasons == MAX_REASONS ||
	    sscanf(rest, "%31s %llu", reason->name, &reason->count) != 2)
		return -EBADMSG;
	result->reasons++;
	return 0;
}

static int parse_line(void *data, const char *word, char *rest)
{
	struct job_result *result = data;

	if (!strcmp(word, "state"))
		return sscanf(rest, "%31s", result->state) == 1 ? 0 : -EBADMSG;
	if (!strcmp(word, "median_ns")) {
		result->median_ns = strtod(rest, NULL);
		return 0;
	}
	if (!strcmp(word, "reason"))
		return parse_reason(result, rest);
	if (!strcmp(word, "latency"))
		return kernel_parse_bucket(&result->total, rest);
	return parse_number(result, word, rest);
}

int kernel_job_result(const char *job, struct job_result *result)
{
	memset(result, 0, sizeof(*result));
	return kernel_parse(kernel_open(CONFIGFS "/%s/result", job), parse_line,
			    result);
}
