/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Clients of the kernel API. Each client has its own memory for I/O, so that stacked drivers
 * do not wait for each other's memory.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _ZCBLK_CLIENT_H
#define _ZCBLK_CLIENT_H

#include <linux/bio.h>
#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/zcblk.h>

#include "source.h"
#include "zcblk.h"

/* Counters of a client's I/O */
struct zcblk_client_stats {
	u64 ios[ZCBLK_NR_REASONS];
	u64 bytes[ZCBLK_NR_REASONS];
	u64 bios;		/* bios submitted; a large I/O has several */
	u64 errors;		/* I/Os that failed, but were not refused */
	u64 reserve;		/* pieces that got memory from the reserve */
	u64 window;		/* waits because too many pieces were in flight */
	u64 flushed;		/* bytes of vmalloc memory, flushed before an I/O */
	u64 invalidated;	/* bytes of vmalloc memory, invalidated after a read */
	u64 watched;		/* writes whose buffer was checked for changes */
	u64 unstable;		/* writes whose buffer changed in flight */
};

/**
 * struct zcblk_client - a user of the kernel API
 * @bios: bio_set for the bios of mapped I/O
 * @bounce: bios and memory of copied I/O
 * @polled: bio_set for polled bios; an allocation from it never waits
 * @stats: counters
 * @flags: ZCBLK_BUFIO_* flags that apply to all I/O of the client
 * @unreferenced: policy for writes of pages without a reference count
 * @list: entry in the list of all clients
 * @debugfs: the client's file in debugfs
 * @name: name of the client
 */
struct zcblk_client {
	struct bio_set bios;
	struct zcblk_bounce_pool bounce;
	struct bio_set polled;
	struct zcblk_client_stats __percpu *stats;
	unsigned int flags;
	enum zcblk_unreferenced unreferenced;
	struct list_head list;
	struct dentry *debugfs;
	char name[ZCBLK_CLIENT_NAME_LEN];
};

/**
 * struct zcblk_part - a part of a mapped I/O
 * @at: bytes of the I/O before the part
 * @bio: the bio that is submitted
 *
 * This struct is in the front pad of a bio from the client's @bios or @polled. The first part
 * may use the bio in struct zcblk_bufio instead, and then has no struct zcblk_part.
 */
struct zcblk_part {
	size_t at;
	struct bio bio; /* must be the last member */
};

/**
 * struct zcblk_bufio_piece - a piece of a copied I/O
 * @io: the I/O
 * @at: position of the piece in the source
 * @len: length of the piece in bytes
 * @mem: the memory that a write copies the data to, or a read copies it from
 * @work: copies the data of a read that has several pieces
 * @bio: the bio that is submitted
 *
 * This struct is in the front pad of a bio from the client's @bounce or @polled.
 */
struct zcblk_bufio_piece {
	struct zcblk_bufio *io;
	struct zcblk_cursor at;
	unsigned int len;
	struct zcblk_bounce mem;
	struct work_struct work;
	struct bio bio; /* must be the last member */
};

/* zcblk_count() - add @n to a counter of a client. Context: any. */
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

unsigned int zcblk_polled_limit(const struct zcblk_bufio *io, unsigned int bytes);

/**
 * zcblk_polled_init() - prepare an I/O that may be polled
 * @io: the I/O; none of its bios is submitted yet
 *
 * Context: any.
 */
static inline void zcblk_polled_init(struct zcblk_bufio *io)
{
	if (unlikely(io->opf & REQ_POLLED))
		io->polled = NULL;
}

/**
 * zcblk_polled_bytes() - limit the length of a bio of an I/O that may be polled
 * @io: the I/O
 * @bytes: limit of a bio that is not polled, in bytes
 *
 * Context: any.
 * Return: the limit in bytes.
 */
static inline unsigned int zcblk_polled_bytes(const struct zcblk_bufio *io, unsigned int bytes)
{
	return likely(!(io->opf & REQ_POLLED)) ? bytes : zcblk_polled_limit(io, bytes);
}

/**
 * zcblk_polled_end() - record that a bio of an I/O has completed
 * @io: the I/O, which may be polled
 * @bio: the bio
 *
 * Context: any.
 */
static inline void zcblk_polled_end(struct zcblk_bufio *io, const struct bio *bio)
{
	if (unlikely(io->opf & REQ_POLLED) && READ_ONCE(io->polled) == bio)
		WRITE_ONCE(io->polled, NULL);
}

/**
 * zcblk_is_polled() - does an I/O have a polled bio in flight?
 * @io: the I/O, which must not be freed meanwhile
 *
 * Context: any.
 * Return: true if a polled bio of the I/O is in flight.
 */
static inline bool zcblk_is_polled(const struct zcblk_bufio *io)
{
	return io->opf & REQ_POLLED && READ_ONCE(io->polled);
}

/* Runs copies and checksums that are too long for an interrupt */
extern struct workqueue_struct *zcblk_client_wq;

/* The client of functions without a client parameter. It also counts I/O that has no client. */
extern struct zcblk_client *zcblk_default_client;

struct bio *zcblk_polled_alloc(struct zcblk_bufio *io, unsigned int vecs);
void zcblk_polled_begin(struct zcblk_bufio *io, struct bio *bio);
void zcblk_polled_drain(struct zcblk_bufio *io);

int zcblk_client_init(void);
void zcblk_client_exit(void);
void zcblk_clients_show(struct seq_file *m);
void zcblk_client_show(struct zcblk_client *client, struct seq_file *m);

#endif /* _ZCBLK_CLIENT_H */
