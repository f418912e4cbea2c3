/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs a history of requests on a range lock engine and on a model, and compares the results.
 * Bytes encode the history.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _ZCBLK_TEST_HISTORY_H
#define _ZCBLK_TEST_HISTORY_H

#include <stddef.h>
#include <stdint.h>

/* The number of bytes of a step. The first step sets the kind of the history. */
#define HISTORY_STEP	4

/* Bits of the first byte of a history */
#define HISTORY_LATER	1	/* queued works run later, not after each step */
#define HISTORY_HOT	2	/* all ranges are in one or two regions */
#define HISTORY_READS	4	/* most requests are reads */
#define HISTORY_PILE	8	/* few ranges are released */

struct zcblk_range_ops;

/* The number of steps that have run so far */
extern unsigned long history_steps;

/* Runs a history. Aborts with a message if the engine and the model differ. */
void history_run(const struct zcblk_range_ops *ops, const uint8_t *bytes, size_t size);

/* libFuzzer calls this function with each input */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#endif /* _ZCBLK_TEST_HISTORY_H */
