// SPDX-License-Identifier: GPL-2.0-only
/*
 * dm-freeze: repeatedly suspends and resumes a device of device-mapper. Each round freezes and
 * thaws the file systems on this device and on the devices above it. This program is faster than
 * dmsetup, which would need two processes for each round.
 *
 * USAGE: dm-freeze NAME ROUNDS
 *
 * Copyright (C) The zcblk authors
 */

#include <err.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>

static void set_suspended(int control, const char *name, unsigned int flags)
{
	struct dm_ioctl request = {
		.version = { DM_VERSION_MAJOR },
		.data_size = sizeof(request),
		.flags = flags,
	};

	snprintf(request.name, sizeof(request.name), "%s", name);
	if (ioctl(control, DM_DEV_SUSPEND, &request))
		err(1, "%s %s", flags & DM_SUSPEND_FLAG ? "suspend" : "resume", name);
}

int main(int argc, char **argv)
{
	int control;
	long round;

	if (argc != 3)
		errx(2, "usage: dm-freeze NAME ROUNDS");
	control = open("/dev/mapper/control", O_RDWR);
	if (control < 0)
		err(1, "open /dev/mapper/control");
	for (round = 0; round < atol(argv[2]); round++) {
		set_suspended(control, argv[1], DM_SUSPEND_FLAG);
		set_suspended(control, argv[1], 0);
	}
	return 0;
}
