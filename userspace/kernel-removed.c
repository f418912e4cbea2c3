// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lists open disks that were removed, or that will be removed at their last close. Finds what holds
 * a disk open.
 */
#include "kernel.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static bool parse(struct removed *disk, const char *line)
{
	unsigned int major, minor, lower_major, lower_minor;

	if (sscanf(line, "%31s %31s %u:%u %u:%u %31s", disk->name, disk->state, &major,
		   &minor, &lower_major, &lower_minor, disk->lower_name) != 7)
		return false;
	disk->dev = makedev(major, minor);
	disk->lower = makedev(lower_major, lower_minor);
	return true;
}

int kernel_removed(struct removed disks[MAX_REMOVED])
{
	FILE *file = kernel_open("kernel/config/zcblk/removed");
	char *line = NULL;
	size_t size = 0;
	int count = 0;

	if (!file)
		return 0;
	while (count < MAX_REMOVED && getline(&line, &size, file) >= 0)
		if (parse(&disks[count], line))
			count++;
	free(line);
	fclose(file);
	return count;
}

bool kernel_removed_find(struct removed *found, const char *disk, dev_t lower)
{
	struct removed disks[MAX_REMOVED];
	int count = kernel_removed(disks);

	for (int i = 0; i < count; i++) {
		if (disk ? strcmp(disks[i].name, disk) : disks[i].lower != lower)
			continue;
		*found = disks[i];
		return true;
	}
	return false;
}

/* Stores a mount point of the file system on @dev in @holder. Return: false if it is not mounted */
static bool find_mount(dev_t dev, char holder[VALUE_SIZE])
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	unsigned int major, minor;
	bool found = false;
	char *line = NULL;
	size_t size = 0;

	while (file && !found && getline(&line, &size, file) >= 0)
		found = sscanf(line, "%*s %*s %u:%u %*s %4095s", &major, &minor,
			       holder) == 3 && makedev(major, minor) == dev;
	free(line);
	if (file)
		fclose(file);
	return found;
}

/* True if the process @pid has the block device @dev open */
static bool process_holds(const char *pid, dev_t dev)
{
	char path[PATH_MAX];
	struct dirent *entry;
	struct stat status;
	bool found = false;
	DIR *fds;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	fds = opendir(path);
	if (!fds)
		return false;
	while (!found && (entry = readdir(fds))) {
		snprintf(path, sizeof(path), "/proc/%s/fd/%s", pid, entry->d_name);
		found = !stat(path, &status) && S_ISBLK(status.st_mode) &&
			status.st_rdev == dev;
	}
	closedir(fds);
	return found;
}

static bool find_process(dev_t dev, char holder[VALUE_SIZE])
{
	DIR *processes = opendir("/proc");
	struct dirent *entry;
	bool found = false;

	while (processes && !found && (entry = readdir(processes))) {
		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    !process_holds(entry->d_name, dev))
			continue;
		snprintf(holder, VALUE_SIZE, "process %s", entry->d_name);
		found = true;
	}
	if (processes)
		closedir(processes);
	return found;
}

void kernel_removed_holder(const struct removed *disk, char holder[VALUE_SIZE])
{
	if (!find_mount(disk->dev, holder) && !find_process(disk->dev, holder))
		strcpy(holder, "?");
}
