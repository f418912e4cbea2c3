/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Operations of commands on a disk. Unless a comment says otherwise, these functions return an
 * exit status, and print why they fail.
 */
#ifndef ZCBLK_DISK_H
#define ZCBLK_DISK_H

#include "kernel.h"

struct setting {
	const char *attribute;
	const char *value;
};

/* Splits @assignment, which is ATTR=VALUE, in place. */
int setting_parse(struct setting *setting, char *assignment);

/* Return: the disk's name in @argument, which is a name or a path in /dev; NULL if it is invalid */
char *disk_name(char *argument);
/* Replaces each of @arguments by the result of disk_name(). Fails at the first invalid name. */
int disk_names(int count, char *arguments[]);

/*
 * Stores the absolute path of @device in @path. The kernel opens the path later, perhaps in a
 * process with another working directory, so the path must not be relative.
 * Return: 0, or a negative errno; prints nothing.
 */
int device_path(char path[PATH_MAX], const char *device);

/* Checks that the module is loaded and has its directory in configfs. */
int disk_need_configfs(void);
int disk_need(const char *disk);
/* The result of disk_name_use(): what already has the name */
enum name_use {
	NAME_FREE,
	NAME_DEVICE,		/* a block device */
	NAME_FILE,		/* a file in /dev that is no block device */
};

enum name_use disk_name_use(const char *disk);
/*
 * Waits up to 5 s until the block device of a disk that is up appears in /dev. Fails if it does not
 * appear, or if another file in /dev has its name.
 */
int disk_need_node(const char *disk);
int disk_need_attribute(const char *disk, const char *attribute);

/* Sets the attribute. For unreferenced=auto, chooses the value, and prints it with the reason. */
int disk_set(const char *disk, const struct setting *setting);
/* Prints why kernel_set() returned @err for @setting. */
void disk_explain(const char *disk, const struct setting *setting, int err);

/*
 * Read the statistics or the range locks of the disk.
 * Return: 0; 1 if the disk is down, because it then has neither; a negative errno, after a message,
 * if the file cannot be read or has an invalid format.
 */
int disk_stats(const char *disk, struct stats *stats);
int disk_ranges(const char *disk, struct ranges *ranges);

#endif
