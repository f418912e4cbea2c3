/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel API has done, and by which reasons: counters of the module as
 * a whole.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _ZCBLK_REASON_H
#define _ZCBLK_REASON_H

#include <linux/percpu.h>
#include <linux/zcblk.h>

struct zcblk_api_stats {
	u64 ios[ZCBLK_NR_REASONS];
	u64 bytes[ZCBLK_NR_REASONS];
	u64 bios;		/* sent; one for each I/O, but large ones */
	u64 errors;		/* I/Os that a device failed */
	u64 reserve;		/* copies that had no memory but the reserve's */
	u64 flushed;		/* bytes of vmalloc memory */
	u64 invalidated;
	u64 watched;		/* writes whose buffer was watched for changes */
	u64 unstable;		/* those that changed */
};

DECLARE_PER_CPU(struct zcblk_api_stats, zcblk_api_stats);

/* zcblk_count() - add to a counter. Context: any. */
#define zcblk_count(member, n)	this_cpu_add(zcblk_api_stats.member, n)

struct seq_file;

void zcblk_reason_show(struct seq_file *m);

#endif /* _ZCBLK_REASON_H */
