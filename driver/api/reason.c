// SPDX-License-Identifier: GPL-2.0-only
/*
 * The names of the reasons why an I/O is mapped, copied or refused.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/module.h>
#include <linux/zcblk.h>

static const char *const zcblk_reason_names[] = {
	[ZCBLK_MAPPED] = "mapped",
	[ZCBLK_MAPPED_REGISTERED] = "mapped-registered",
	[ZCBLK_MAPPED_UNREFERENCED] = "mapped-unreferenced",
	[ZCBLK_COPIED_FORCED] = "copied-forced",
	[ZCBLK_COPIED_ALIGNMENT] = "copied-alignment",
	[ZCBLK_COPIED_STACK] = "copied-stack",
	[ZCBLK_COPIED_IMAGE] = "copied-image",
	[ZCBLK_COPIED_UNREFERENCED] = "copied-unreferenced",
	[ZCBLK_COPIED_SEGMENTS] = "copied-segments",
	[ZCBLK_REFUSED_UNMAPPED] = "refused-unmapped",
	[ZCBLK_REFUSED_LENGTH] = "refused-length",
	[ZCBLK_REFUSED_SECTOR] = "refused-sector",
	[ZCBLK_REFUSED_OP] = "refused-op",
	[ZCBLK_REFUSED_READ_ONLY] = "refused-read-only",
	[ZCBLK_REFUSED_COPY] = "refused-copy",
	[ZCBLK_REFUSED_CLIENT] = "refused-client",
	[ZCBLK_REFUSED_ATOMIC] = "refused-atomic",
};

const char *zcblk_reason_name(enum zcblk_reason reason)
{
	BUILD_BUG_ON(ARRAY_SIZE(zcblk_reason_names) != ZCBLK_NR_REASONS);
	return reason < ZCBLK_NR_REASONS ? zcblk_reason_names[reason] : "unknown";
}
EXPORT_SYMBOL_GPL(zcblk_reason_name);
