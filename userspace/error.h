/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tool says when something fails: what was tried, on what, and what
 * to do.
 */
#ifndef ZCBLK_ERROR_H
#define ZCBLK_ERROR_H

#include "compiler.h"

enum exit_status {
	STATUS_OK = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
};

enum action {
	ACTION_MAKE,
	ACTION_REMOVE,
	ACTION_POWER_UP,
	ACTION_POWER_DOWN,
	ACTION_SET,
	ACTION_STATS,
	ACTION_SET_JOB,
	ACTION_EXERCISE,
};

/* "zcblk: ..." on stderr, and a line that goes on from it. */
void error(const char *fmt, ...) __printf(1, 2);
void hint(const char *fmt, ...) __printf(1, 2);

/*
 * Why @action failed with @err (a negative errno) on @disk, @device being the
 * device to look at: the lower device, or the disk itself.
 */
void error_action(enum action action, int err, const char *disk,
		  const char *device, const char *fmt, ...) __printf(5, 6);

/* Says where help is; returns STATUS_USAGE. */
int error_usage(const char *command);

__noreturn void error_memory(void);

#endif
