/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LVM searches all block devices for physical volumes, and ignores udev's properties. It finds the
 * physical volume of a zcblk disk on the lower device, too. Then it refuses to change the volume
 * group.
 */
#ifndef ZCBLK_LVM_H
#define ZCBLK_LVM_H

#include <limits.h>
#include <stdbool.h>

#define FILTER_SIZE (PATH_MAX + 32)

/*
 * True if LVM would see a physical volume on both @lower and a disk above it. This needs LVM, and
 * settings that do not exclude the device. The physical volume may be on @lower or a partition.
 * A blank @lower counts, too. @filter becomes a pattern that excludes @lower and its partitions.
 */
bool lvm_sees(const char *lower, char filter[FILTER_SIZE]);

/* Prints one line: LVM would see a physical volume twice, and which setting prevents this. */
void lvm_warn(const char *disk, const char *lower, const char *filter);

#endif
