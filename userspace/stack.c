// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds the devices below a disk. Also finds stable paths, which are the same at each boot.
 */
#include "kernel.h"
#include "stack.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define MAX_DEPTH	32
#define DEV		"/dev/"

/* Stores the kernel's name of the block device with the number @dev. Return: -1 if there is none */
static int number_name(dev_t dev, char name[LABEL_SIZE])
{
	char link[PATH_MAX], target[PATH_MAX];
	ssize_t length;

	if (kernel_path(link, "dev/block/%u:%u", major(dev), minor(dev)))
		return -1;
	length = readlink(link, target, sizeof(target) - 1);
	if (length < 0)
		return -1;
	target[length] = '\0';
	snprintf(name, LABEL_SIZE, "%.31s", basename(target));
	return 0;
}

/*
 * If @device is a loop device, its backing file is on another block device. Stores the name of this
 * block device in @below. Return: -1 if there is no such device
 */
static int file_below(const char *device, char below[LABEL_SIZE])
{
	FILE *file = kernel_open("class/block/%s/loop/backing_file", device);
	char backing[PATH_MAX] = "";
	struct stat info;

	if (!file)
		return -1;
	if (fgets(backing, sizeof(backing), file))
		backing[strcspn(backing, "\n")] = '\0';
	fclose(file);
	return stat(backing, &info) ? -1 : number_name(info.st_dev, below);
}

/* Stores the disk that contains the partition @device. Return: -1 if @device is no partition */
static int disk_of(const char *device, char disk[LABEL_SIZE])
{
	char path[PATH_MAX], target[PATH_MAX];
	char *slash;

	if (!kernel_is_partition(device) || kernel_path(path, "class/block/%s", device) ||
	    !realpath(path, target))
		return -1;
	slash = strrchr(target, '/');
	*slash = '\0';
	snprintf(disk, LABEL_SIZE, "%.31s", basename(target));
	return 0;
}

static int is_device(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

void stack_each_below(const char *device, void (*each)(void *data, const char *below),
		      void *data)
{
	char path[PATH_MAX], below[LABEL_SIZE];
	struct names slaves;

	if (!disk_of(device, below) || !file_below(device, below)) {
		each(data, below);
		return;
	}
	if (kernel_path(path, "class/block/%s/slaves", device))
		return;
	slaves.count = scandir(path, &slaves.entry, is_device, alphasort);
	if (slaves.count < 0)
		return;
	for (int i = 0; i < slaves.count; i++)
		each(data, slaves.entry[i]->d_name);
	names_free(&slaves);
}

struct depth {
	unsigned int limit;
	unsigned int deepest;
};

static void look_deeper(void *data, const char *device)
{
	struct depth *depth = data, below = { .limit = depth->limit - 1 };

	if (!depth->limit)
		return;
	stack_each_below(device, look_deeper, &below);
	if (below.deepest + 1 > depth->deepest)
		depth->deepest = below.deepest + 1;
}

unsigned int stack_depth(const char *disk)
{
	struct depth depth = { .limit = MAX_DEPTH };

	stack_each_below(disk, look_deeper, &depth);
	return depth.deepest;
}

static const char *dev_root(void)
{
	const char *root = getenv("ZCBLK_DEV");

	return root ? root : "/dev";
}

/* Resolves all links in @path. In tests, $ZCBLK_DEV replaces /dev. Return: false on failure */
static bool resolve(const char *path, char target[PATH_MAX])
{
	char rooted[PATH_MAX];

	if (strncmp(path, DEV, strlen(DEV)))
		return realpath(path, target);
	return snprintf(rooted, sizeof(rooted), "%s/%s", dev_root(),
			path + strlen(DEV)) < (int)sizeof(rooted) &&
	       realpath(rooted, target);
}

int stack_name(const char *device, char name[LABEL_SIZE])
{
	char target[PATH_MAX], root[PATH_MAX];
	struct stat info;
	size_t length;

	if (!resolve(device, target) || stat(target, &info) || !realpath(dev_root(), root))
		return -1;
	if (S_ISBLK(info.st_mode))
		return number_name(info.st_rdev, name);

	/* In tests, the target is a regular file in $ZCBLK_DEV with the name of the device */
	length = strlen(root);
	if (strncmp(target, root, length) || target[length] != '/' ||
	    strlen(target + length + 1) >= LABEL_SIZE)
		return -1;
	strcpy(name, target + length + 1);
	for (char *c = name; *c; c++)
		if (*c == '/')
			*c = '!';
	return kernel_has_block(name) ? 0 : -1;
}

/*
 * True if the link always leads to the same device. Names lvm-pv-uuid-* depend on the content, so
 * they may lead to a zcblk disk with the same content. Names zcblk-* always lead to zcblk disks.
 */
static int is_link(const struct dirent *entry)
{
	return entry->d_name[0] != '.' &&
	       strncmp(entry->d_name, "lvm-pv-uuid-", 12) &&
	       strncmp(entry->d_name, "zcblk-", 6);
}

static int find_link(const char *directory, const char *target,
		     char path[PATH_MAX])
{
	char name[PATH_MAX], other[PATH_MAX];
	struct names links;
	int found = -1;

	snprintf(name, sizeof(name), "%s/disk/%s", dev_root(), directory);
	links.count = scandir(name, &links.entry, is_link, alphasort);
	if (links.count < 0)
		return -1;
	for (int i = 0; found && i < links.count; i++) {
		snprintf(name, sizeof(name), DEV "disk/%s/%s", directory,
			 links.entry[i]->d_name);
		if (!resolve(name, other) || strcmp(other, target))
			continue;
		strcpy(path, name);
		found = 0;
	}
	names_free(&links);
	return found;
}

static const char * const directories[] = {
	"by-id", "by-partuuid", "by-path", "by-partlabel"
};

static bool is_stable(const char *device)
{
	char prefix[LABEL_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
		snprintf(prefix, sizeof(prefix), DEV "disk/%s/", directories[i]);
		if (!strncmp(device, prefix, strlen(prefix)))
			return true;
	}
	/* Other subdirectories of /dev contain stable paths, of LVM, device-mapper or md */
	return !strncmp(device, DEV, strlen(DEV)) &&
	       strncmp(device, DEV "disk/", strlen(DEV "disk/")) &&
	       strchr(device + strlen(DEV), '/');
}

int stack_stable_path(const char *device, char path[PATH_MAX])
{
	char target[PATH_MAX];

	snprintf(path, PATH_MAX, "%s", device);
	if (is_stable(device))
		return 0;
	if (!resolve(device, target))
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(directories); i++)
		if (!find_link(directories[i], target, path))
			return 0;
	return -1;
}
