/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sources of the range locks, without tracepoints, for modules that measure them.
 *
 * Copyright (C) 2026 The zcblk authors
 */

/* Replaces trace.h */
#define _ZCBLK_TRACE_H
#define trace_zcblk_range_wait(ranges, range, blocker)	((void)(blocker))
#define trace_zcblk_range_grant(ranges, range, ns)	((void)(ns))
#define trace_zcblk_range_release(ranges, range)	((void)(ranges))

#include "../../driver/range/range.c"
#include "../../driver/range/list.c"
#include "../../driver/range/tree.c"
#include "../../driver/range/slot.c"
