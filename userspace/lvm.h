/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LVM looks for physical volumes on all block devices, whatever udev says. It sees one of a
 * zcblk disk twice, and then refuses to change its volume group.
 */
#ifndef ZCBLK_LVM_H
#define ZCBLK_LVM_H

#include <limits.h>
#include <stdbool.h>

#define FILTER_SIZE (PATH_MAX + 32)

/*
 * Whether LVM is installed and would see a physical volume on @lower and on a disk above it:
 * there is one on @lower or on a partition of it, or @lower is blank, and LVM's settings do
 * not exclude it. Then @filter is a pattern that excludes @lower and its partitions.
 */
bool lvm_sees(const char *lower, char filter[FILTER_SIZE]);

/* Says so in one line, with what to set. */
void lvm_warn(const char *disk, const char *lower, const char *filter);

#endif
