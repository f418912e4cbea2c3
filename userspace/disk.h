/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What commands do to a disk. These print why they fail and return an exit
 * status, except where noted.
 */
#ifndef ZCBLK_DISK_H
#define ZCBLK_DISK_H

#include "kernel.h"

struct setting {
	const char *attribute;
	const char *value;
};

/* Splits ATTR=VALUE, in place. */
int setting_parse(struct setting *setting, char *assignment);

/* The disk's name out of zcblk0 or /dev/zcblk0; NULL when it is none. */
char *disk_name(char *argument);
/* The same for all of @arguments, in place, before anything is touched. */
int disk_names(int count, char *arguments[]);

/*
 * The absolute path of @device: the kernel would look a relative one up each time from
 * somewhere else. A negative errno, and nothing printed, if there is none.
 */
int device_path(char path[PATH_MAX], const char *device);

/* The module is there and its directory in configfs too. */
int disk_need_configfs(void);
int disk_need(const char *disk);
/* What has the name, in /dev or in sysfs */
enum name_use {
	NAME_FREE,
	NAME_DEVICE,		/* a block device */
	NAME_FILE,		/* what is in /dev is no block device */
};

enum name_use disk_name_use(const char *disk);
/* Waits for the block device of a disk that is up. */
int disk_need_node(const char *disk);
int disk_need_attribute(const char *disk, const char *attribute);

/* For unreferenced=auto, this finds the value, and says on stderr what it is and why. */
int disk_set(const char *disk, const struct setting *setting);
/* Why @setting, written with kernel_set(), came back with @err. */
void disk_explain(const char *disk, const struct setting *setting, int err);

/*
 * 1 when the disk has no statistics, as it is down; a negative errno, with the
 * reason printed, when they cannot be read.
 */
int disk_stats(const char *disk, struct stats *stats);
int disk_ranges(const char *disk, struct ranges *ranges);

#endif
