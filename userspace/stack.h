/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds the devices below a disk, and paths of devices that stay the same at each boot.
 */
#ifndef ZCBLK_STACK_H
#define ZCBLK_STACK_H

#include "kernel.h"

/* Stores the kernel's name of the block device at the path @device. Return: -1 if there is none */
int stack_name(const char *device, char name[LABEL_SIZE]);

/*
 * Calls @each for the devices directly below @device. Below a partition is its disk. Below a loop
 * device is the device that contains its file. Below other devices are their slaves in sysfs.
 */
void stack_each_below(const char *device, void (*each)(void *data, const char *below),
		      void *data);

/* Return: number of levels of devices below @disk */
unsigned int stack_depth(const char *disk);

/*
 * Finds a path of @device that stays the same at each boot and does not depend on its content.
 * Return: 0; -1 if there is no such path. @path is then @device.
 */
int stack_stable_path(const char *device, char path[PATH_MAX]);

#endif
