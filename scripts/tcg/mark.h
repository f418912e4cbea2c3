/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The instruction by which a guest speaks to functions.c: nopl 0x6b6c627a(%rax),
 * which does nothing and is in no other program.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _ZCBLK_MARK_H
#define _ZCBLK_MARK_H

#define ZCBLK_MARK	0x0f, 0x1f, 0x80, 0x7a, 0x62, 0x6c, 0x6b

#endif /* _ZCBLK_MARK_H */
