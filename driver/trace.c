// SPDX-License-Identifier: GPL-2.0-only
/*
 * Defines the code of the tracepoints that trace.h declares.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include "zcblk.h"

#define CREATE_TRACE_POINTS
#include "trace.h"
