/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Watching the buffers of writes for changes while they are in flight.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _ZCBLK_STABLE_H
#define _ZCBLK_STABLE_H

#include <linux/jump_label.h>

#include "zcblk.h"

/* At least one disk has its setting `stable` at 1 */
DECLARE_STATIC_KEY_FALSE(zcblk_stable_used);

/* A few callers say who it was; more would cost each write more */
#define ZCBLK_STABLE_STACK	8

/**
 * struct zcblk_stable - what is remembered of a write
 * @sum: checksum of its data at submission
 * @nr: entries in @stack
 * @stack: who submitted it
 */
struct zcblk_stable {
	u32 sum;
	unsigned int nr;
	unsigned long stack[ZCBLK_STABLE_STACK];
};

/**
 * zcblk_stable_wanted() - is the submitter's memory to be watched?
 * @disk: the disk that a bio came to
 * @op: what it does
 *
 * Context: any.
 * Return: true when it is.
 */
static inline bool zcblk_stable_wanted(const struct zcblk_disk *disk,
				       enum zcblk_op op)
{
	return static_branch_unlikely(&zcblk_stable_used) &&
	       op == ZCBLK_OP_WRITE && READ_ONCE(disk->set->stable);
}

void zcblk_stable_use(bool on);
void zcblk_stable_begin_bio(struct zcblk_io *io);
void zcblk_stable_end_bio(struct zcblk_io *io);
void zcblk_stable_begin_buf(struct zcblk_bufio *io);
void zcblk_stable_end_buf(struct zcblk_bufio *io);

/**
 * zcblk_stable_watch() - watch a bio, if its disk wants that
 * @io: what came; @io->stable is set
 *
 * Context: process, inside submit_bio.
 */
static inline void zcblk_stable_watch(struct zcblk_io *io)
{
	io->stable = NULL;
	if (io->path == ZCBLK_PATH_ZEROCOPY && zcblk_stable_wanted(io->disk, io->op))
		zcblk_stable_begin_bio(io);
}

#endif /* _ZCBLK_STABLE_H */
