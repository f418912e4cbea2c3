/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Includes the source files of the range locks, without tracepoints. Test modules that measure
 * range locks include this file.
 *
 * Copyright (C) 2026 The zcblk authors
 */

/* Prevents the inclusion of trace.h, and defines its tracepoints as no-ops */
#define _ZCBLK_TRACE_H
#define trace_zcblk_range_wait(ranges, range, blocker)	((void)(blocker))
#define trace_zcblk_range_grant(ranges, range, ns)	((void)(ns))
#define trace_zcblk_range_release(ranges, range)	((void)(ranges))

#include "../../driver/range/range.c"
#include "../../driver/range/list.c"
#include "../../driver/range/tree.c"
#include "../../driver/range/slot.c"
