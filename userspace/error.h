/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages of the tool about failures. A message says which action failed, on which disk or device,
 * and why. If the tool knows a remedy, the message names it.
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
	ACTION_SET_OVERLAP,
	ACTION_STATS,
	ACTION_SET_JOB,
	ACTION_EXERCISE,
};

/* error() prints "zcblk: " and a message on stderr. hint() prints another line of this message. */
void error(const char *fmt, ...) __printf(1, 2);
void hint(const char *fmt, ...) __printf(1, 2);

/*
 * Prints "zcblk: cannot ", the text of @fmt, and the reason. @action and @err, a negative errno,
 * select the reason. It may name @disk, which is a disk or a job of the exerciser. It may also name
 * the path @device: the lower device, the disk itself, or the exerciser's target.
 */
void error_action(enum action action, int err, const char *disk,
		  const char *device, const char *fmt, ...) __printf(5, 6);

/* Prints which command shows help. Return: STATUS_USAGE */
int error_usage(const char *command);

__noreturn void error_memory(void);

#endif
