// SPDX-License-Identifier: GPL-2.0-only
/*
 * A target for libFuzzer. It runs each history that libFuzzer generates on all engines; see
 * history.c.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include "history.h"
#include "test.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	unsigned int i;

	for (i = 0; test_engines[i]; i++)
		history_run(test_engines[i], bytes, size);
	return 0;
}
