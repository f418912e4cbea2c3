/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * zcblk: disk I/O straight from kernel buffers, without copying them.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _LINUX_ZCBLK_H
#define _LINUX_ZCBLK_H

struct bio;

unsigned int zcblk_bio_add_buf(struct bio *bio, void *buf, unsigned int len);

#endif /* _LINUX_ZCBLK_H */
