/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LVM searches all block devices for physical volumes, and ignores udev's properties. So LVM finds
 * the physical volume of a zcblk disk twice: on the disk and on its lower device. LVM then refuses
 * to change the volume group.
 */
#ifndef ZCBLK_LVM_H
#define ZCBLK_LVM_H

#include <limits.h>
#include <stdbool.h>

#define FILTER_SIZE (PATH_MAX + 32)

/*
 * True if LVM would see a physical volume on both @lower and a disk above it. False if LVM is not
 * installed, or if its settings exclude @lower. The physical volume may also be on a partition of
 * @lower. A blank @lower is treated like a physical volume. Stores in @filter a pattern for LVM
 * that excludes @lower and its partitions.
 */
bool lvm_sees(const char *lower, char filter[FILTER_SIZE]);

/* Prints that LVM would see a physical volume twice, and which setting of LVM prevents this. */
void lvm_warn(const char *disk, const char *lower, const char *filter);

#endif
