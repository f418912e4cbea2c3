/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Macros and types that have the same names in the kernel.
 */
#ifndef ZCBLK_COMPILER_H
#define ZCBLK_COMPILER_H

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define __noreturn		__attribute__((__noreturn__))
#define __printf(a, b)		__attribute__((format(printf, a, b)))

typedef unsigned long long u64;

#endif
