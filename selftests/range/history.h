/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A history is a sequence of steps, such as lock, unlock and cancel, which bytes encode. It runs on
 * a range lock engine and on a model, and the results are compared.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _ZCBLK_TEST_HISTORY_H
#define _ZCBLK_TEST_HISTORY_H

#include <stddef.h>
#include <stdint.h>

/* The number of bytes of a step. The first step only sets the kind of the history. */
#define HISTORY_STEP	4

/* Bits of the first byte of a history */
#define HISTORY_LATER	1	/* queued works run later, not after each step */
#define HISTORY_HOT	2	/* all ranges begin in the first two regions; most are short */
#define HISTORY_READS	4	/* most requests are reads */
#define HISTORY_PILE	8	/* few steps unlock a range */

struct zcblk_range_ops;

/* The number of steps that have run so far, in all histories */
extern unsigned long history_steps;

/* Runs a history. Aborts with a message if the engine and the model differ. */
void history_run(const struct zcblk_range_ops *ops, const uint8_t *bytes, size_t size);

/* libFuzzer calls this function with each input */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#endif /* _ZCBLK_TEST_HISTORY_H */
