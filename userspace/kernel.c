// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds, reads and writes files in sysfs, configfs and debugfs.
 */
#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define SECTOR_SIZE 512
#define FORMAT_VERSION 1

static int vpath(char path[PATH_MAX], const char *fmt, va_list args)
{
	const char *root = getenv("ZCBLK_SYSFS");
	int used, n;

	used = snprintf(path, PATH_MAX, "%s/", root ? root : "/sys");
	if (used >= PATH_MAX)
		return -ENAMETOOLONG;
	n = vsnprintf(path + used, PATH_MAX - used, fmt, args);
	return n < PATH_MAX - used ? 0 : -ENAMETOOLONG;
}

int kernel_path(char path[PATH_MAX], const char *fmt, ...)
{
	va_list args;
	int ret;

	va_start(args, fmt);
	ret = vpath(path, fmt, args);
	va_end(args);
	return ret;
}

/* Opens a file below /sys for reading. Return: NULL, with errno set, if that fails */
FILE *kernel_open(const char *fmt, ...)
{
	char path[PATH_MAX];
	va_list args;
	int ret;

	va_start(args, fmt);
	ret = vpath(path, fmt, args);
	va_end(args);
	if (ret) {
		errno = -ret;
		return NULL;
	}
	return fopen(path, "re");
}

int kernel_parse(FILE *file, int (*parse)(void *data, const char *word, char *rest),
		 void *data)
{
	unsigned int version;
	char *line = NULL;
	size_t size = 0;
	int ret = 0;

	if (!file)
		return -errno;
	if (getline(&line, &size, file) < 0 ||
	    sscanf(line, "version %u", &version) != 1)
		ret = -EBADMSG;
	else if (version != FORMAT_VERSION)
		ret = -EPROTO;
	while (!ret && getline(&line, &size, file) >= 0) {
		char *rest = line;
		const char *word = strsep(&rest, "\n ");

		ret = rest ? parse(data, word, rest) : -EBADMSG;
	}
	free(line);
	fclose(file);
	return ret;
}

int kernel_mkdir(const char *parent, const char *name)
{
	char path[PATH_MAX];
	int ret = kernel_path(path, "%s/%s", parent, name);

	return ret || !mkdir(path, 0755) ? ret : -errno;
}

int kernel_rmdir(const char *parent, const char *name)
{
	char path[PATH_MAX];
	int ret = kernel_path(path, "%s/%s", parent, name);

	return ret || !rmdir(path) ? ret : -errno;
}

static bool exists(const char *below)
{
	char path[PATH_MAX];

	return !kernel_path(path, "%s", below) && !access(path, F_OK);
}

bool kernel_has_configfs(void)
{
	return exists("kernel/config/zcblk");
}

bool kernel_has_module(const char *name)
{
	char path[PATH_MAX];

	return !kernel_path(path, "module/%s", name) && !access(path, F_OK);
}

bool kernel_has_block(const char *name)
{
	char path[PATH_MAX];

	return !kernel_path(path, "class/block/%s", name) && !access(path, F_OK);
}

bool kernel_is_partition(const char *name)
{
	char path[PATH_MAX];

	return !kernel_path(path, "class/block/%s/partition", name) && !access(path, F_OK);
}

bool kernel_has_stats(void)
{
	return exists("kernel/debug/zcblk");
}

/*
 * Writes the value and a newline in one call. The newline is necessary for an empty value, because
 * configfs ignores a write of 0 bytes.
 */
int kernel_write(const char *path, const char *value)
{
	char line[VALUE_SIZE];
	int length = snprintf(line, sizeof(line), "%s\n", value);
	ssize_t written;
	int fd, ret;

	if (length >= (int)sizeof(line))
		return -ENAMETOOLONG;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	written = write(fd, line, length);
	ret = written < 0 ? -errno : written < length ? -EIO : 0;
	close(fd);
	return ret;
}

int kernel_size(const char *disk, u64 *bytes)
{
	FILE *file = kernel_open("class/block/%s/size", disk);
	u64 sectors;
	int found;

	if (!file)
		return -errno;
	found = fscanf(file, "%llu", &sectors);
	fclose(file);
	if (found != 1)
		return -EBADMSG;
	*bytes = sectors * SECTOR_SIZE;
	return 0;
}

int kernel_dev(const char *name, dev_t *dev)
{
	FILE *file = kernel_open("class/block/%s/dev", name);
	unsigned int major, minor;
	int found;

	if (!file)
		return -errno;
	found = fscanf(file, "%u:%u", &major, &minor);
	fclose(file);
	if (found != 2)
		return -EBADMSG;
	*dev = makedev(major, minor);
	return 0;
}
