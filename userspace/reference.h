/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Do writes reach a driver that sends their pages over a network by reference?
 */
#ifndef ZCBLK_REFERENCE_H
#define ZCBLK_REFERENCE_H

#define REFERENCE_AUTO	"auto"	/* a value that only the tool knows */
#define REFERENCE_WHY	256

/*
 * What to set `unreferenced` to for a disk on @lower: "map" or "copy", and @why. NULL if
 * sysfs does not have the device.
 */
const char *reference_policy(const char *lower, char why[REFERENCE_WHY]);

#endif
