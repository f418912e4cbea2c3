/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs a history of requests, encoded as bytes, on a range lock engine and on a model, and
 * compares the results.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _ZCBLK_TEST_HISTORY_H
#define _ZCBLK_TEST_HISTORY_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of one step; the first step sets the kind of the history */
#define HISTORY_STEP	4

/* Bits of the first byte */
#define HISTORY_LATER	1	/* works run later, not after each step */
#define HISTORY_HOT	2	/* all ranges are in one or two regions */
#define HISTORY_READS	4	/* most are reads */
#define HISTORY_PILE	8	/* few are released */

struct zcblk_range_ops;

/* Steps so far */
extern unsigned long history_steps;

/* Aborts, with a message, where the engine and the model differ */
void history_run(const struct zcblk_range_ops *ops, const uint8_t *bytes, size_t size);

/* What libFuzzer calls */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#endif /* _ZCBLK_TEST_HISTORY_H */
