// SPDX-License-Identifier: GPL-2.0-only
/*
 * device-ioctl: sends one ioctl to a block device, and prints its result.
 *
 * USAGE: device-ioctl DEVICE geometry|register|reserve|release|preempt|abort|clear|
 *	loop-clear
 * Prints the return value of ioctl(), or the error's name. If `geometry` succeeds, prints the
 * heads, sectors, cylinders and start of the device instead.
 *
 * Copyright (C) The zcblk authors
 */

#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/hdreg.h>
#include <linux/loop.h>
#include <linux/pr.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#define KEY 0x7a63626c6bull
#define OTHER_KEY 0x6f74686572ull

static struct hd_geometry geometry;
static struct pr_registration registration = { .new_key = KEY };
static struct pr_reservation reservation = { .key = KEY, .type = PR_WRITE_EXCLUSIVE };
static struct pr_preempt preempt = {
	.old_key = OTHER_KEY, .new_key = KEY, .type = PR_WRITE_EXCLUSIVE,
};

static struct pr_clear clear = { .key = KEY };

static const struct request {
	const char *name;
	unsigned long request;
	void *argument;
} requests[] = {
	{ "geometry",	HDIO_GETGEO,		&geometry },
	{ "register",	IOC_PR_REGISTER,	&registration },
	{ "reserve",	IOC_PR_RESERVE,		&reservation },
	{ "release",	IOC_PR_RELEASE,		&reservation },
	{ "preempt",	IOC_PR_PREEMPT,		&preempt },
	{ "abort",	IOC_PR_PREEMPT_ABORT,	&preempt },
	{ "clear",	IOC_PR_CLEAR,		&clear },
	{ "loop-clear",	LOOP_CLR_FD,		NULL },
};

static const struct request *find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(requests) / sizeof(*requests); i++)
		if (!strcmp(name, requests[i].name))
			return &requests[i];
	return NULL;
}

int main(int argc, char **argv)
{
	const struct request *r = argc == 3 ? find(argv[2]) : NULL;
	int fd, ret;

	if (!r)
		errx(2, "usage: device-ioctl DEVICE REQUEST");
	fd = open(argv[1], O_RDONLY);
	if (fd < 0)
		err(1, "open %s", argv[1]);
	ret = ioctl(fd, r->request, r->argument);
	if (ret < 0)
		printf("%s\n", strerrorname_np(errno));
	else if (r->argument == &geometry)
		printf("%d %u %u %lu\n", geometry.heads, geometry.sectors,
		       geometry.cylinders, geometry.start);
	else
		printf("%d\n", ret);
	return 0;
}
