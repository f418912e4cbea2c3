/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names that the kernel's own code has, too.
 */
#ifndef ZCBLK_COMPILER_H
#define ZCBLK_COMPILER_H

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define __noreturn		__attribute__((__noreturn__))
#define __printf(a, b)		__attribute__((format(printf, a, b)))

typedef unsigned long long u64;

#endif
