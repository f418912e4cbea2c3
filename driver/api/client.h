/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Clients of the kernel API. Each has its own memory for I/O, so that drivers that are
 * stacked on each other never wait for each other's memory.
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

/* Counters of a client's I/O */
struct zcblk_client_stats {
	u64 ios[ZCBLK_NR_REASONS];
	u64 bytes[ZCBLK_NR_REASONS];
	u64 bios;		/* sent; large I/Os have several */
	u64 errors;		/* I/Os that a device failed */
	u64 reserve;		/* pieces that got memory from the reserve */
	u64 window;		/* waits of a copied I/O for its own pieces */
	u64 flushed;		/* bytes of vmalloc memory, before I/O */
	u64 invalidated;	/* bytes of vmalloc memory, after reads */
	u64 watched;		/* writes with a checksum of their buffer */
	u64 unstable;		/* writes whose buffer changed in flight */
};

/**
 * struct zcblk_client - a user of the kernel API
 * @bios: bios of mapped I/O
 * @bounce: bios and memory of copied I/O
 * @stats: counters
 * @flags: ZCBLK_BUFIO_* flags of all of its I/O
 * @unreferenced: policy for writes of pages without a reference count
 * @list: entry in the list of all clients
 * @debugfs: its file in debugfs
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
 * struct zcblk_part - a part of a mapped I/O
 * @at: bytes of the I/O before it
 * @bio: the bio that is sent
 *
 * It is in the front pad of a bio from the client's pool. The first part may instead use
 * the bio inside struct zcblk_bufio, and then has no struct zcblk_part.
 */
struct zcblk_part {
	size_t at;
	struct bio bio; /* last */
};

/* zcblk_count() - add to a counter of a client. Context: any. */
#define zcblk_count(client, member, n)	this_cpu_add((client)->stats->member, n)

/**
 * zcblk_bufio_init_bio() - set the sector, priority and write hint of a bio of an I/O
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

/* Runs copies and checksums that are too long for an interrupt */
extern struct workqueue_struct *zcblk_client_wq;

/* The client of functions that have no client as a parameter */
extern struct zcblk_client *zcblk_default_client;

int zcblk_client_init(void);
void zcblk_client_exit(void);
void zcblk_clients_show(struct seq_file *m);
void zcblk_client_show(struct zcblk_client *client, struct seq_file *m);

#endif /* _ZCBLK_CLIENT_H */
