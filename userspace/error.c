// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints errors. A table contains the reasons for actions that fail with certain errnos. For other
 * errnos, the reason is the text of strerror().
 */
#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* error_action() replaces %D in @words by its argument @disk, and %L by its argument @device. */
static const struct reason {
	enum action action;
	int err;
	const char *words;
} reasons[] = {
	{ ACTION_MAKE, EEXIST,
	  "it exists; see 'zcblk show %D', or omit --name" },
	{ ACTION_REMOVE, EBUSY,
	  "it is up; run 'zcblk del %D'" },
	{ ACTION_MAKE, EINVAL,
	  "invalid name, or the name of a partition; see 'dmesg'" },
	{ ACTION_POWER_UP, ENOENT, "no such device; 'lsblk -p' lists them" },
	{ ACTION_POWER_UP, ENXIO, "no such device" },
	{ ACTION_POWER_UP, ENODEV,
	  "no such device; if it went away while the disk was up, run 'zcblk set %D power=0'" },
	{ ACTION_POWER_UP, ENOTBLK, "not a block device; 'lsblk -p' lists them" },
	{ ACTION_POWER_UP, EBUSY,
	  "device is in use (mounted, or claimed by another driver); see 'lsblk %L'" },
	{ ACTION_POWER_UP, EAGAIN,
	  "device is frozen, for example for a snapshot; thaw it first ('dmsetup resume')" },
	{ ACTION_POWER_UP, EROFS,
	  "device is read-only; add --read-only, or run 'zcblk set %D read_only=1'" },
	{ ACTION_POWER_UP, ELOOP,
	  "device is a zcblk disk, or a partition of one; see 'lsblk -s %L'" },
	{ ACTION_POWER_UP, EOPNOTSUPP,
	  "device is zoned, or is not supported; see 'dmesg'" },
	{ ACTION_POWER_UP, EINVAL,
	  "no usable lower device is set; run 'zcblk set %D lower=DEVICE', or see 'dmesg'" },
	{ ACTION_POWER_DOWN, EBUSY,
	  "it is open; see 'lsblk %L' and 'fuser -v %L', or run 'zcblk del --deferred %D'" },
	{ ACTION_SET, EBUSY,
	  "it cannot change while the disk is up; first run 'zcblk set %D power=0'" },
	{ ACTION_SET, EACCES, "the attribute is read-only" },
	{ ACTION_SET_OVERLAP, EINVAL,
	  "the disk has no range lock; first set range_lock=on, while the disk is down" },
	{ ACTION_STATS, ENOENT,
	  "debugfs is not mounted; run 'mount -t debugfs none /sys/kernel/debug' as root" },
	{ ACTION_STATS, EPROTO,
	  "unknown format; use the tool of the same version as the module" },
	{ ACTION_STATS, EBADMSG,
	  "invalid format; see 'grep . /sys/kernel/debug/zcblk/%D/*'" },
	{ ACTION_SET_JOB, EINVAL, "invalid value; see 'dmesg'" },
	{ ACTION_EXERCISE, ENOENT, "no such device" },
	{ ACTION_EXERCISE, ENXIO, "no such device" },
	{ ACTION_EXERCISE, ENODEV, "no such device" },
	{ ACTION_EXERCISE, ENOTBLK, "not a block device" },
	{ ACTION_EXERCISE, EBUSY,
	  "device is in use (mounted, or claimed by another driver); see 'lsblk %L'" },
	{ ACTION_EXERCISE, EACCES, "device is read-only" },
	{ ACTION_EXERCISE, ENOSPC,
	  "the device or --span is too small for so many I/Os of that size in flight" },
	{ ACTION_EXERCISE, EINVAL,
	  "invalid size for this device, or for these buffers; see 'dmesg'" },
	{ ACTION_EXERCISE, ENOMEM, "no memory for the buffers" },
	{ ACTION_EXERCISE, EPROTO,
	  "unknown format of the result; use the tool of the same version as the module" },
};

void error(const char *fmt, ...)
{
	va_list args;

	fflush(stdout);
	fputs("zcblk: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

void hint(const char *fmt, ...)
{
	va_list args;

	fputs("       ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

static void print_words(const char *words, const char *disk,
			const char *device)
{
	for (; *words; words++) {
		if (*words != '%') {
			fputc(*words, stderr);
			continue;
		}
		fputs(*++words == 'D' ? disk : device, stderr);
	}
}

static void print_reason(enum action action, int err, const char *disk,
			 const char *device)
{
	const struct reason *reason = reasons;
	const struct reason *end = reason + ARRAY_SIZE(reasons);

	if ((err == EACCES || err == EPERM) && geteuid()) {
		fputs("needs root", stderr);
		return;
	}
	while (reason < end &&
	       (reason->action != action || reason->err != err))
		reason++;
	if (reason < end)
		print_words(reason->words, disk, device);
	else
		fprintf(stderr, "%s; see 'dmesg'", strerror(err));
}

void error_action(enum action action, int err, const char *disk,
		  const char *device, const char *fmt, ...)
{
	va_list args;

	fflush(stdout);
	fputs("zcblk: cannot ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputs(": ", stderr);
	print_reason(action, -err, disk, device);
	fputc('\n', stderr);
}

int error_usage(const char *command)
{
	fprintf(stderr, "Try 'zcblk %s%s--help'.\n", command,
		*command ? " " : "");
	return STATUS_USAGE;
}

__noreturn void error_memory(void)
{
	error("out of memory");
	exit(STATUS_FAILED);
}
