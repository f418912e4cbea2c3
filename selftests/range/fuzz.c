// SPDX-License-Identifier: GPL-2.0-only
/*
 * A target for libFuzzer: histories that it invents, on all engines.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include "kernel.h"
#include "history.h"
#include "range.h"

__thread unsigned int test_cpu;
unsigned long jiffies;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	unsigned int engine;

	for (engine = 1; zcblk_range_lock_names[engine]; engine++)
		history_run(engine, bytes, size);
	return 0;
}
