/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Clients of the kernel API: each has memory of its own for its I/O, so that two drivers
 * that are stacked on each other never wait for each other's.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _ZCBLK_CLIENT_H
#define _ZCBLK_CLIENT_H

#include <linux/bio.h>
#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/zcblk.h>

#include "zcblk.h"

/* What a client has done, and by which reasons */
struct zcblk_client_stats {
	u64 ios[ZCBLK_NR_REASONS];
	u64 bytes[ZCBLK_NR_REASONS];
	u64 bios;		/* sent; one for each I/O, but large ones */
	u64 errors;		/* I/Os that a device failed */
	u64 reserve;		/* copies that had no memory but the reserve's */
	u64 window;		/* copies that waited for pieces of their own */
	u64 flushed;		/* bytes of vmalloc memory */
	u64 invalidated;
	u64 watched;		/* writes whose buffer was watched for changes */
	u64 unstable;		/* those that changed */
};

/**
 * struct zcblk_client - a user of the kernel API
 * @bios: bios of I/O that is mapped
 * @bounce: bios and memory of I/O that is copied
 * @stats: counters
 * @flags: ZCBLK_BUFIO_* that all of its I/O has
 * @unreferenced: what becomes of pages without a reference count
 * @list: entry in the list of all clients
 * @debugfs: its file
 * @name: its name
 */
struct zcblk_client {
	struct bio_set bios;
	struct zcblk_bounce_pool bounce;
	struct zcblk_client_stats __percpu *stats;
	unsigned int flags;
	enum zcblk_unreferenced unreferenced;
	struct list_head list;
	struct dentry *debugfs;
	char name[ZCBLK_CLIENT_NAME_LEN];
};

/**
 * struct zcblk_part - a part of an I/O that is mapped
 * @at: bytes of the I/O before it
 * @bio: what is sent
 *
 * Lives in the front pad of a bio of the client. The first part may be in the I/O itself.
 */
struct zcblk_part {
	size_t at;
	struct bio bio; /* last */
};

/* zcblk_count() - add to a counter of a client. Context: any. */
#define zcblk_count(client, member, n)	this_cpu_add((client)->stats->member, n)

/**
 * zcblk_bufio_init_bio() - give a bio what all bios of an I/O have
 * @io: the I/O
 * @bio: the bio, initialised
 * @at: bytes of the I/O before the bio
 *
 * Context: any.
 */
static inline void zcblk_bufio_init_bio(const struct zcblk_bufio *io, struct bio *bio,
					size_t at)
{
	bio->bi_iter.bi_sector = io->sector + (at >> SECTOR_SHIFT);
	bio->bi_ioprio = io->ioprio;
	compat_bio_set_write_hint(bio, io->write_hint);
}

/* For what is too long for an interrupt */
extern struct workqueue_struct *zcblk_client_wq;

/* The client of calls that name none */
extern struct zcblk_client *zcblk_default_client;

int zcblk_client_init(void);
void zcblk_client_exit(void);
void zcblk_clients_show(struct seq_file *m);
void zcblk_client_show(struct zcblk_client *client, struct seq_file *m);

#endif /* _ZCBLK_CLIENT_H */
