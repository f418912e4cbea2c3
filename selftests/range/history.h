/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs a history of requests, written as bytes, on a range lock engine and on a
 * model, and compares.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _ZCBLK_TEST_HISTORY_H
#define _ZCBLK_TEST_HISTORY_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that one step takes */
#define HISTORY_STEP	4

/* Aborts, with a message, where the engine and the model differ */
void history_run(unsigned int engine, const uint8_t *bytes, size_t size);

/* What libFuzzer calls */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#endif /* _ZCBLK_TEST_HISTORY_H */
