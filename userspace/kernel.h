/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All interfaces between the tool and the kernel: configfs, sysfs, debugfs and loading the module.
 *
 * Unless a comment says otherwise, functions return 0 or a negative errno, and print nothing. If
 * the environment variable ZCBLK_SYSFS is set, as in tests, its value replaces /sys in all paths.
 */
#ifndef ZCBLK_KERNEL_H
#define ZCBLK_KERNEL_H

#include "compiler.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#define VALUE_SIZE	(PATH_MAX + 1)	/* the longest value is a path */
#define LABEL_SIZE	32		/* size of the name of a disk, path, operation or error */

/* kernel.c: files of the kernel */
int kernel_path(char path[PATH_MAX], const char *fmt, ...) __printf(2, 3);
FILE *kernel_open(const char *fmt, ...) __printf(1, 2);
/*
 * Calls @parse for each line of @file after the first, which must be `version 1`. Then closes
 * @file, which is the result of kernel_open(). @word is the first word of a line, and @rest is the
 * rest of the line.
 * Return: 0; -EPROTO for another version; -EBADMSG for an invalid line. If @file is NULL: the error
 * of kernel_open(), as a negative errno.
 */
int kernel_parse(FILE *file, int (*parse)(void *data, const char *word, char *rest),
		 void *data);
bool kernel_has_configfs(void);
bool kernel_has_module(const char *name);
bool kernel_has_stats(void);
int kernel_size(const char *disk, u64 *bytes);
/* Stores the device number of a block device in @dev. */
int kernel_dev(const char *name, dev_t *dev);
/* @name is the kernel's name of a block device, as in /sys/class/block. */
bool kernel_has_block(const char *name);
bool kernel_is_partition(const char *name);
int kernel_write(const char *path, const char *value);
int kernel_mkdir(const char *parent, const char *name);
int kernel_rmdir(const char *parent, const char *name);

/* kernel-configfs.c: disks and their attributes */
struct names {
	struct dirent **entry;
	int count;
};

int kernel_disks(struct names *disks);
int kernel_attributes(const char *disk, struct names *attributes);
void names_free(struct names *names);

/* Lists the partitions of @disk, which need not be a zcblk disk. */
int kernel_partitions(const char *disk, struct names *partitions);

bool kernel_has_disk(const char *disk);
int kernel_make(const char *disk);
int kernel_remove(const char *disk);
bool kernel_has_attribute(const char *disk, const char *attribute);
/* True if the attribute can be read and written, and is neither `lower` nor `power`. */
bool kernel_is_setting(const char *disk, const char *attribute);
int kernel_get(const char *disk, const char *attribute, char value[VALUE_SIZE]);
int kernel_set(const char *disk, const char *attribute, const char *value);
/* @subsystem is the directory in configfs that contains the file `features`. */
int kernel_accepted(const char *subsystem, const char *attribute, char *values,
		    size_t size);

/* kernel-removed.c: open disks that were removed, or will be removed at their last close */
#define MAX_REMOVED	64

struct removed {
	char name[LABEL_SIZE];
	char state[LABEL_SIZE];		/* "removed", "removing", "deferred" or "dead" */
	char lower_name[LABEL_SIZE];
	dev_t dev;
	dev_t lower;
};

/* Stores up to MAX_REMOVED removed disks in @disks. Return: number of stored disks */
int kernel_removed(struct removed disks[MAX_REMOVED]);
/*
 * Finds the first removed disk whose name is @disk. If @disk is NULL, finds the first removed disk
 * whose lower device is @lower. Return: false if there is no such disk
 */
bool kernel_removed_find(struct removed *found, const char *disk, dev_t lower);
/* Stores what holds @disk open: a mount point or a process, or "?" if neither is found. */
void kernel_removed_holder(const struct removed *disk, char holder[VALUE_SIZE]);

/* kernel-debugfs.c: statistics */
#define MAX_PATHS	4
#define MAX_OPS		16
#define MAX_ERRORS	32
#define MAX_BUCKETS	65		/* for 0 ns, and for each position of the highest set bit */

struct bucket {				/* counts latencies in [low_ns, high_ns) */
	u64 low_ns;
	u64 high_ns;
	u64 count;
};

struct op_stats {
	char name[LABEL_SIZE];
	u64 ios;
	u64 bytes;
	u64 segments;
	struct bucket bucket[MAX_BUCKETS];
};

struct path_stats {
	char name[LABEL_SIZE];
	u64 mapped;
	u64 copied;
	u64 unreferenced;
	struct op_stats op[MAX_OPS];
	unsigned int ops;
};

struct error_stats {
	char name[LABEL_SIZE];
	u64 count;
};

struct stats {
	struct path_stats path[MAX_PATHS];
	unsigned int paths;
	struct error_stats error[MAX_ERRORS];
	unsigned int errors;
	u64 splits;
	u64 unstable;
	u64 inflight;
};

/* Return: the result of kernel_parse(); -ENOENT if the disk is down or debugfs is not mounted */
int kernel_stats(const char *disk, struct stats *stats);

/* Parses "LOW HIGH COUNT" to a bucket of @op's histogram. Return: 0 or -EBADMSG */
int kernel_parse_bucket(struct op_stats *op, const char *rest);

/* kernel-ranges.c: range locks */
#define MAX_HOT		64

struct range {				/* range of a request, which holds it or waits for it */
	bool waits;
	char op[LABEL_SIZE];
	u64 start;
	u64 last;
	u64 age_ms;
	char blocker[LABEL_SIZE * 2];	/* "OP START LAST" of the blocking request, or "" */
};

struct hot_region {
	u64 start;
	u64 last;
	u64 count;
};

struct ranges {
	char engine[LABEL_SIZE];
	char overlap[LABEL_SIZE];
	u64 taken;
	u64 contended;
	u64 parked;
	u64 refused;
	u64 collided;
	u64 slow;
	u64 longest_ns;
	u64 more;			/* number of ranges that are not listed */
	struct op_stats waits;		/* only the histogram is used */
	struct range *range;
	unsigned int count;
	struct hot_region hot[MAX_HOT];
	unsigned int hots;
};

/* Returns the same errors as kernel_stats(). After 0, the caller must call ranges_free(). */
int kernel_ranges(const char *disk, struct ranges *ranges);
void ranges_free(struct ranges *ranges);

/* kernel-exerciser.c: jobs of the exerciser. Like a disk, each job is a directory in configfs. */
#define EXERCISER	"zcblk_exerciser"
#define MAX_REASONS	16

struct reason_count {
	char name[LABEL_SIZE];
	u64 count;
};

struct job_result {
	char state[LABEL_SIZE];
	u64 elapsed_ns;
	double median_ns;		/* time of one I/O; 0 if the job has no batches */
	u64 errors;
	long long first_error;
	u64 checked;
	u64 verify_errors;
	u64 guard_errors;
	u64 unstable;
	struct op_stats total;		/* only histogram, I/Os and bytes are used */
	struct reason_count reason[MAX_REASONS];
	unsigned int reasons;
};

bool kernel_has_exerciser(void);
int kernel_job_make(const char *job);
int kernel_job_remove(const char *job);
int kernel_job_set(const char *job, const char *attribute, const char *value);
/* Return: the result of kernel_parse() */
int kernel_job_result(const char *job, struct job_result *result);

/*
 * kernel-module.c: loads the module @name by modprobe. If @file is not NULL, loads the module
 * @needs by modprobe and then @file by insmod instead. An error of this modprobe is ignored. Prints
 * other errors, with the message of modprobe or insmod.
 */
int kernel_load_module(const char *name, const char *needs, const char *file);

#endif
