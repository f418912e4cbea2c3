// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parses the operands of commands that print figures every few seconds, and waits between rounds.
 */
#include "repeat.h"
#include "disk.h"
#include "error.h"
#include "number.h"

#include <ctype.h>
#include <stdlib.h>

#define NS_PER_SECOND	1000000000L
#define MAX_INTERVAL	(365 * 24 * 3600)

static int parse_numbers(struct repeat *repeat, int count, char *arguments[])
{
	char *end = "";

	if (count > 0)
		repeat->interval = strtod(arguments[0], &end);
	if (*end || (count && !(repeat->interval > 0 &&
				repeat->interval <= MAX_INTERVAL))) {
		error("invalid interval '%s': must be seconds, more than 0", arguments[0]);
		return STATUS_USAGE;
	}
	if (count > 1 && (!number_parse(arguments[1], &repeat->rounds, &end) || *end ||
			  !repeat->rounds)) {
		error("invalid count '%s': must be a number, more than 0", arguments[1]);
		return STATUS_USAGE;
	}
	if (count > 2) {
		error("unexpected argument '%s' after the count", arguments[2]);
		return STATUS_USAGE;
	}
	return STATUS_OK;
}

/* The interval is the first argument that begins with a digit or a point. Names precede it. */
int repeat_parse(struct repeat *repeat, int count, char *arguments[])
{
	int status;

	repeat->names = arguments;
	while (repeat->count < count &&
	       !isdigit(arguments[repeat->count][0]) &&
	       arguments[repeat->count][0] != '.')
		repeat->count++;
	status = disk_names(repeat->count, arguments);
	if (status)
		return status;
	return parse_numbers(repeat, count - repeat->count,
			     arguments + repeat->count);
}

void repeat_wait(struct timespec *deadline, double interval)
{
	time_t seconds = interval;

	deadline->tv_sec += seconds;
	deadline->tv_nsec += (interval - seconds) * NS_PER_SECOND;
	if (deadline->tv_nsec >= NS_PER_SECOND) {
		deadline->tv_sec++;
		deadline->tv_nsec -= NS_PER_SECOND;
	}
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, deadline, NULL);
}
