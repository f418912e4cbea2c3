/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Defines the version of the module, the tool and the packages. `scripts/check version` checks
 * that all of them have the same version.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef ZCBLK_VERSION_H
#define ZCBLK_VERSION_H

#define ZCBLK_VERSION "0.2"

#endif
