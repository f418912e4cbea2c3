/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Declarations that the tests of range locks share.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _ZCBLK_TEST_H
#define _ZCBLK_TEST_H

#include "kernel.h"
#include "range.h"

/* The engines of the driver, and the engines that only the tests have. The last entry is NULL. */
extern const struct zcblk_range_ops *const test_engines[];
extern const struct zcblk_range_ops zcblk_range_bucket_ops;
extern const struct zcblk_range_ops zcblk_range_combine_ops;

/* Return: the engine with this name, or NULL */
const struct zcblk_range_ops *test_engine(const char *name);

/* The sum of a counter of struct zcblk_range_stats over all CPUs */
#define test_stat(ranges, counter)					\
({									\
	unsigned int _cpu;						\
	u64 _sum = 0;							\
									\
	for_each_possible_cpu(_cpu)					\
		_sum += per_cpu_ptr((ranges)->stats, _cpu)->counter;	\
	_sum;								\
})

/* The interrupt handler of the program, or NULL */
extern void (*test_interrupt)(void);
void test_irq_start(unsigned int period_us);

/* Functions of worker.c, for programs whose works run in a thread */
void test_start_worker(void);
void test_stop_worker(void);

u64 test_random(u64 *state);

#endif /* _ZCBLK_TEST_H */
