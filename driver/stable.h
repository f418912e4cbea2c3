/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Detects changes of a write's data while the write is in flight. stable.c describes how.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _ZCBLK_STABLE_H
#define _ZCBLK_STABLE_H

#include "zcblk.h"

/*
 * Maximum number of stack entries to save. A few entries identify the submitter, and more
 * entries would slow down each write.
 */
#define ZCBLK_STABLE_STACK	8

/**
 * struct zcblk_stable - the checksum and the submitter's stack of a write in flight
 * @io: the I/O of the kernel API; set only if @work is queued
 * @work: work that calls zcblk_stable_end_buf() for a long I/O of the kernel API
 * @sum: checksum of the data at submission
 * @nr: number of entries in @stack
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
