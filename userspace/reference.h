/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds out whether writes to a disk reach a driver that sends their pages over a network by
 * reference.
 */
#ifndef ZCBLK_REFERENCE_H
#define ZCBLK_REFERENCE_H

#define REFERENCE_AUTO	"auto"	/* the tool accepts this value, but the kernel does not */
#define REFERENCE_WHY	256

/*
 * Chooses the value of `unreferenced` for a disk on @lower, and stores the reason in @why.
 * Return: "map" or "copy"; NULL if @lower is no block device in sysfs
 */
const char *reference_policy(const char *lower, char why[REFERENCE_WHY]);

#endif
