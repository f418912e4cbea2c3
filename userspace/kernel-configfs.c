// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes, lists and configures disks in configfs. Each disk is a directory. Each attribute of a disk
 * is a file.
 */
#include "kernel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONFIGFS "kernel/config/zcblk"

static int is_disk(const struct dirent *entry)
{
	return entry->d_type == DT_DIR && entry->d_name[0] != '.';
}

static int is_attribute(const struct dirent *entry)
{
	return entry->d_type == DT_REG;
}

/* Lists the disks in the order of ls -v, in which zcblk2 precedes zcblk10. */
int kernel_disks(struct names *disks)
{
	char path[PATH_MAX];
	int ret = kernel_path(path, CONFIGFS);

	if (ret)
		return ret;
	disks->count = scandir(path, &disks->entry, is_disk, versionsort);
	return disks->count < 0 ? -errno : 0;
}

int kernel_attributes(const char *disk, struct names *attributes)
{
	char path[PATH_MAX];
	int ret = kernel_path(path, CONFIGFS "/%s", disk);

	if (ret)
		return ret;
	attributes->count = scandir(path, &attributes->entry, is_attribute,
				    alphasort);
	return attributes->count < 0 ? -errno : 0;
}

static int is_partition(const struct dirent *entry)
{
	return kernel_is_partition(entry->d_name);
}

int kernel_partitions(const char *disk, struct names *partitions)
{
	char path[PATH_MAX];
	int ret = kernel_path(path, "class/block/%s", disk);

	if (ret)
		return ret;
	partitions->count = scandir(path, &partitions->entry, is_partition, versionsort);
	return partitions->count < 0 ? -errno : 0;
}

void names_free(struct names *names)
{
	for (int i = 0; i < names->count; i++)
		free(names->entry[i]);
	free(names->entry);
}

bool kernel_has_disk(const char *disk)
{
	char path[PATH_MAX];

	return !kernel_path(path, CONFIGFS "/%s", disk) && !access(path, F_OK);
}

int kernel_make(const char *disk)
{
	return kernel_mkdir(CONFIGFS, disk);
}

int kernel_remove(const char *disk)
{
	return kernel_rmdir(CONFIGFS, disk);
}

bool kernel_has_attribute(const char *disk, const char *attribute)
{
	char path[PATH_MAX];

	return *attribute && !strchr(attribute, '/') &&
	       !kernel_path(path, CONFIGFS "/%s/%s", disk, attribute) &&
	       !access(path, F_OK);
}

bool kernel_is_setting(const char *disk, const char *attribute)
{
	char path[PATH_MAX];
	struct stat info;

	return strcmp(attribute, "lower") && strcmp(attribute, "power") &&
	       !kernel_path(path, CONFIGFS "/%s/%s", disk, attribute) &&
	       !stat(path, &info) && (info.st_mode & 0200) && (info.st_mode & 0400);
}

/*
 * Reads the value without its newline. If the attribute can only be written, the result is -EACCES,
 * also for root.
 */
int kernel_get(const char *disk, const char *attribute, char value[VALUE_SIZE])
{
	FILE *file = kernel_open(CONFIGFS "/%s/%s", disk, attribute);
	int ret = 0;

	if (!file)
		return -errno;
	if (!fgets(value, VALUE_SIZE, file)) {
		ret = ferror(file) ? -errno : 0;
		value[0] = '\0';
	}
	fclose(file);
	value[strcspn(value, "\n")] = '\0';
	return ret;
}

int kernel_set(const char *disk, const char *attribute, const char *value)
{
	char path[PATH_MAX];
	int ret = kernel_path(path, CONFIGFS "/%s/%s", disk, attribute);

	return ret ? ret : kernel_write(path, value);
}

/*
 * Reads the values of @attribute from the file `features`, and stores them in @values, separated
 * by commas.
 * Return: 0; -ENOENT if the file lists no value; another negative errno
 */
int kernel_accepted(const char *subsystem, const char *attribute, char *values,
		    size_t size)
{
	char name[LABEL_SIZE], value[LABEL_SIZE];
	FILE *file = kernel_open("kernel/config/%s/features", subsystem);
	size_t used = 0;

	if (!file)
		return -errno;
	while (used < size && fscanf(file, "%31s %31s", name, value) == 2) {
		if (strcmp(name, attribute))
			continue;
		used += snprintf(values + used, size - used, "%s%s",
				 used ? ", " : "", value);
	}
	fclose(file);
	return used ? 0 : -ENOENT;
}
