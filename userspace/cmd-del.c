// SPDX-License-Identifier: GPL-2.0-only
/*
 * zcblk del: shuts disks down and removes their directories.
 */
#include "commands.h"
#include "disk.h"
#include "error.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define FIRST_PAUSE_MS	20
#define LAST_PAUSE_MS	640	/* retry_busy() waits 20, 40, ... 640 ms, together 1.3 s */

static const char usage[] =
	"Usage: zcblk del [--force | --deferred] NAME...\n"
	"\n"
	"Shuts disks down and removes them. NAME is as in zcblk0 or /dev/zcblk0.\n"
	"\n"
	"Options:\n"
	"  -f, --force      shut a disk down while it is open: I/O in flight completes,\n"
	"                   all later I/O fails\n"
	"  -d, --deferred   shut a disk down now if it is closed, or at its last close\n"
	"  -h, --help       this help\n";

static const struct option options[] = {
	{ "force",	no_argument,	NULL, 'f' },
	{ "deferred",	no_argument,	NULL, 'd' },
	{ "help",	no_argument,	NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

static int power_down(const char *disk, const char *how)
{
	return kernel_set(disk, "power", how);
}

static int remove_directory(const char *disk, const char *how)
{
	(void)how;
	return kernel_remove(disk);
}

/*
 * Calls @step, and repeats it for about a second while it returns -EBUSY. udev may have the device
 * open for a short time. Return: the result of the last call
 */
static int retry_busy(int (*step)(const char *disk, const char *how),
		      const char *disk, const char *how)
{
	int ret = step(disk, how);

	for (int ms = FIRST_PAUSE_MS; ret == -EBUSY && ms <= LAST_PAUSE_MS;
	     ms *= 2) {
		struct timespec pause = { .tv_nsec = ms * 1000000L };

		nanosleep(&pause, NULL);
		ret = step(disk, how);
	}
	return ret;
}

static int read_partitions(const char *lower, const char *how)
{
	int fd = open(lower, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int ret;

	(void)how;
	if (fd < 0)
		return -errno;
	ret = ioctl(fd, BLKRRPART) ? -errno : 0;
	close(fd);
	return ret;
}

/*
 * Makes the kernel read the partition table of the lower device again. The table may have changed
 * while the disk was up. Does nothing while the disk is still open, because the disk then holds the
 * lower device. Prints a message only after -EBUSY, because most other errors mean that the device
 * cannot have partitions.
 */
static void refresh_lower(const char *disk, const char *lower)
{
	struct removed removed;

	if (!*lower || kernel_removed_find(&removed, disk, 0) ||
	    retry_busy(read_partitions, lower, NULL) != -EBUSY)
		return;
	error("%s is removed, but the partitions of %s are in use and were not read again:",
	      disk, lower);
	hint("run 'blockdev --rereadpt %s' when they are not in use", lower);
}

static int del(const char *disk, const char *how)
{
	const struct setting power = { "power", how };
	char state[VALUE_SIZE], lower[VALUE_SIZE] = "";
	int ret;

	if (!kernel_get(disk, "state", state) && strcmp(state, "off"))
		(void)kernel_get(disk, "lower", lower);
	ret = retry_busy(power_down, disk, how);
	if (ret) {
		disk_explain(disk, &power, ret);
		return STATUS_FAILED;
	}
	refresh_lower(disk, lower);
	ret = retry_busy(remove_directory, disk, how);
	if (ret == -EPERM && !geteuid()) {
		error("%s is down; its directory stays until 'rmmod zcblk',", disk);
		hint("because the module's parameter lower= made it");
		return STATUS_OK;
	}
	if (!ret)
		return STATUS_OK;
	error_action(ACTION_REMOVE, ret, disk, "", "remove %s", disk);
	return STATUS_FAILED;
}

int cmd_del(int argc, char *argv[])
{
	const char *how = "0";
	int option, status;

	while ((option = getopt_long(argc, argv, "dfh", options, NULL)) != -1) {
		if (option == 'h')
			command_help(usage);
		if (option == '?')
			return error_usage("del");
		how = option == 'd' ? "deferred" : "force";
	}
	if (optind == argc) {
		error("missing argument: the name of a disk");
		return error_usage("del");
	}
	status = disk_names(argc - optind, argv + optind);
	if (status)
		return status;
	for (int i = optind; i < argc; i++)
		if (disk_need(argv[i]) || del(argv[i], how))
			status = STATUS_FAILED;
	return status;
}
