/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds the devices below a disk. Also finds stable paths, which are the same at each boot.
 */
#ifndef ZCBLK_STACK_H
#define ZCBLK_STACK_H

#include "kernel.h"

/* Stores the kernel's name of the block device at the path @device. Return: -1 if there is none */
int stack_name(const char *device, char name[LABEL_SIZE]);

/*
 * Calls @each for the devices directly below @device. For a partition, this is its disk. For a loop
 * device, this is the device on which its backing file is. For others, these are their slaves in
 * sysfs.
 */
void stack_each_below(const char *device, void (*each)(void *data, const char *below),
		      void *data);

/* Return: number of levels of devices below @disk */
unsigned int stack_depth(const char *disk);

/*
 * Finds a path of @device that is the same at each boot, whatever the content of the device is.
 * Return: 0; -1 if there is no such path, and @path is then a copy of @device
 */
int stack_stable_path(const char *device, char path[PATH_MAX]);

#endif
