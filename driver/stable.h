/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Watching the buffers of writes for changes while they are in flight.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _ZCBLK_STABLE_H
#define _ZCBLK_STABLE_H

#include "zcblk.h"

/* A few callers identify the submitter; more would cost each write more */
#define ZCBLK_STABLE_STACK	8

/**
 * struct zcblk_stable - what is remembered of a write
 * @io: the write, of the kernel API
 * @work: compares the data of a long one
 * @sum: checksum of its data at submission
 * @nr: entries in @stack
 * @stack: the submitter's stack
 */
struct zcblk_stable {
	struct zcblk_bufio *io;
	struct work_struct work;
	u32 sum;
	unsigned int nr;
	unsigned long stack[ZCBLK_STABLE_STACK];
};

void zcblk_stable_begin_bio(struct zcblk_io *io);
void zcblk_stable_end_bio(struct zcblk_io *io);
void zcblk_stable_begin_buf(struct zcblk_bufio *io);
void zcblk_stable_end_buf(struct zcblk_bufio *io);

#endif /* _ZCBLK_STABLE_H */
