/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Includes the sources of the range locks, without tracepoints, in modules that measure range
 * locks.
 *
 * Copyright (C) 2026 The zcblk authors
 */

/* Prevents that trace.h is included, and defines its tracepoints as no-ops */
#define _ZCBLK_TRACE_H
#define trace_zcblk_range_wait(ranges, range, blocker)	((void)(blocker))
#define trace_zcblk_range_grant(ranges, range, ns)	((void)(ns))
#define trace_zcblk_range_release(ranges, range)	((void)(ranges))

#include "../../driver/range/range.c"
#include "../../driver/range/list.c"
#include "../../driver/range/tree.c"
#include "../../driver/range/slot.c"
