// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reasons by which buffers are mapped, copied or refused: their names, and
 * how often each came up.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/module.h>
#include <linux/seq_file.h>

#include "reason.h"

DEFINE_PER_CPU(struct zcblk_api_stats, zcblk_api_stats);

static const char *const zcblk_reason_names[] = {
	[ZCBLK_MAPPED] = "mapped",
	[ZCBLK_MAPPED_REGISTERED] = "mapped-registered",
	[ZCBLK_COPIED_FORCED] = "copied-forced",
	[ZCBLK_COPIED_ALIGNMENT] = "copied-alignment",
	[ZCBLK_COPIED_STACK] = "copied-stack",
	[ZCBLK_COPIED_IMAGE] = "copied-image",
	[ZCBLK_REFUSED_UNMAPPED] = "refused-unmapped",
	[ZCBLK_REFUSED_LENGTH] = "refused-length",
	[ZCBLK_REFUSED_SECTOR] = "refused-sector",
	[ZCBLK_REFUSED_OP] = "refused-op",
	[ZCBLK_REFUSED_READ_ONLY] = "refused-read-only",
};

const char *zcblk_reason_name(enum zcblk_reason reason)
{
	BUILD_BUG_ON(ARRAY_SIZE(zcblk_reason_names) != ZCBLK_NR_REASONS);
	return reason < ZCBLK_NR_REASONS ? zcblk_reason_names[reason] : "unknown";
}
EXPORT_SYMBOL_GPL(zcblk_reason_name);

#define zcblk_api_fold(member)						\
({									\
	u64 sum = 0;							\
	int cpu;							\
									\
	for_each_possible_cpu(cpu)					\
		sum += READ_ONCE(per_cpu(zcblk_api_stats, cpu).member);	\
	sum;								\
})

/**
 * zcblk_reason_show() - write the counters of the kernel API
 * @m: where to
 *
 * Context: process.
 */
void zcblk_reason_show(struct seq_file *m)
{
	unsigned int i;

	for (i = 0; i < ZCBLK_NR_REASONS; i++)
		seq_printf(m, "io %s %llu %llu\n", zcblk_reason_names[i],
			   zcblk_api_fold(ios[i]), zcblk_api_fold(bytes[i]));
	seq_printf(m, "bios %llu\n", zcblk_api_fold(bios));
	seq_printf(m, "errors %llu\n", zcblk_api_fold(errors));
	seq_printf(m, "reserve %llu\n", zcblk_api_fold(reserve));
	seq_printf(m, "flushed %llu\n", zcblk_api_fold(flushed));
	seq_printf(m, "invalidated %llu\n", zcblk_api_fold(invalidated));
	seq_printf(m, "watched %llu\n", zcblk_api_fold(watched));
	seq_printf(m, "unstable %llu\n", zcblk_api_fold(unstable));
}
