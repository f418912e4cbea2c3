/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a disk stands on, and what that is called from one boot to the next.
 */
#ifndef ZCBLK_STACK_H
#define ZCBLK_STACK_H

#include "kernel.h"

/* What the kernel calls @device, a path; -1 if it has no such block device. */
int stack_name(const char *device, char name[LABEL_SIZE]);

/*
 * Calls @each for the devices that @device stands on directly: that of its file if it is a
 * loop device, and its disk if it is a partition.
 */
void stack_each_below(const char *device, void (*each)(void *data, const char *below),
		      void *data);

/* How many devices lie below @disk, the longest way down. */
unsigned int stack_depth(const char *disk);

/*
 * The path of @device that stays the same and does not come from its content; @device
 * itself where there is none. 0 if there is, else -1.
 */
int stack_stable_path(const char *device, char path[PATH_MAX]);

#endif
