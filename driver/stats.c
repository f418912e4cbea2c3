// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts the I/O of a disk in counters and histograms of each CPU, and prints their sums.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/log2.h>
#include <linux/percpu.h>
#include <linux/seq_file.h>

#include "stats.h"
#include "trace.h"

const char *const zcblk_op_names[] = {
	[ZCBLK_OP_READ] = "read",
	[ZCBLK_OP_WRITE] = "write",
	[ZCBLK_OP_FLUSH] = "flush",
	[ZCBLK_OP_DISCARD] = "discard",
	[ZCBLK_OP_SECURE_ERASE] = "secure_erase",
	[ZCBLK_OP_WRITE_ZEROES] = "write_zeroes",
	[ZCBLK_OP_OTHER] = "other",
	[ZCBLK_NR_OPS] = NULL,
};

/*
 * Names of the statuses that are counted. The files in debugfs show names, because the numbers
 * of statuses differ between kernels. The first entry also counts all statuses that are not in
 * the table. "ioerr" must precede "inval", because compat.h defines both with the same number
 * before Linux 6.11.
 */
static const struct {
	blk_status_t status;
	const char *name;
} zcblk_errors[] = {
	{ BLK_STS_IOERR, "ioerr" },
	{ BLK_STS_NOTSUPP, "notsupp" },
	{ BLK_STS_TIMEOUT, "timeout" },
	{ BLK_STS_NOSPC, "nospc" },
	{ BLK_STS_TRANSPORT, "transport" },
	{ BLK_STS_TARGET, "target" },
	{ BLK_STS_RESV_CONFLICT, "resv_conflict" },
	{ BLK_STS_MEDIUM, "medium" },
	{ BLK_STS_PROTECTION, "protection" },
	{ BLK_STS_RESOURCE, "resource" },
	{ BLK_STS_AGAIN, "again" },
	{ BLK_STS_OFFLINE, "offline" },
	{ BLK_STS_INVAL, "inval" },
};

/**
 * zcblk_stats_init() - allocate a disk's counters
 * @disk: the disk
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int zcblk_stats_init(struct zcblk_disk *disk)
{
	BUILD_BUG_ON(ARRAY_SIZE(zcblk_op_names) != ZCBLK_NR_OPS + 1);
	BUILD_BUG_ON(ARRAY_SIZE(zcblk_errors) != ZCBLK_NR_ERRORS);
	disk->stats = alloc_percpu(struct zcblk_stats);
	return disk->stats ? 0 : -ENOMEM;
}

/**
 * zcblk_stats_exit() - free a disk's counters
 * @disk: the disk
 *
 * Context: process.
 */
void zcblk_stats_exit(struct zcblk_disk *disk)
{
	free_percpu(disk->stats);
}

/**
 * zcblk_stats_reset() - set a disk's counters and those of its range lock to zero
 * @disk: the disk
 *
 * The counters of I/O in flight keep their values.
 *
 * If another CPU updates a counter at the same time, the counter may keep its old value, or the
 * update may be lost.
 *
 * Context: process.
 */
void zcblk_stats_reset(struct zcblk_disk *disk)
{
	int cpu;

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(disk->stats, cpu), 0,
		       offsetof(struct zcblk_stats, in_flight));
	if (disk->ranges)
		zcblk_ranges_reset(disk->ranges);
}

/**
 * zcblk_stats_count_bvecs() - count the contiguous runs of a bio's data
 * @stats: the counters to update
 * @bio: the bio
 *
 * Context: any.
 */
void zcblk_stats_count_bvecs(struct zcblk_io_stats __percpu *stats,
			     struct bio *bio)
{
	struct bvec_iter iter;
	unsigned int n = 0;
	struct bio_vec bv;

	bio_for_each_bvec(bv, bio, iter)
		n++;
	this_cpu_add(stats->segments, n);
}

static unsigned int zcblk_error_index(blk_status_t status)
{
	unsigned int i;

	for (i = 0; i < ZCBLK_NR_ERRORS; i++)
		if (zcblk_errors[i].status == status)
			return i;
	return 0;
}

/**
 * zcblk_stats_error() - count a bio that ended with an error
 * @disk: the disk
 * @status: status of the bio
 *
 * Context: any.
 */
void zcblk_stats_error(struct zcblk_disk *disk, blk_status_t status)
{
	this_cpu_inc(disk->stats->errors[zcblk_error_index(status)]);
}

/**
 * zcblk_stats_copied() - count bytes that the CPU has copied
 * @io: the bio that the bytes belong to
 * @bytes: number of bytes
 *
 * Context: any.
 */
void zcblk_stats_copied(struct zcblk_io *io, unsigned int bytes)
{
	if (io->needs & ZCBLK_NEEDS_COUNT)
		this_cpu_add(io->disk->stats->copied[zcblk_io_path(io)], bytes);
}

/**
 * zcblk_stats_split() - count a piece that follows the first piece of a bio
 * @io: the bio
 *
 * Context: any.
 */
void zcblk_stats_split(struct zcblk_io *io)
{
	if (io->needs & ZCBLK_NEEDS_COUNT)
		this_cpu_inc(io->disk->stats->splits);
}

/**
 * zcblk_stats_unstable() - count a write whose data changed while in flight
 * @io: the write
 *
 * Context: any.
 */
void zcblk_stats_unstable(struct zcblk_io *io)
{
	this_cpu_inc(io->disk->stats->unstable);
}

/**
 * zcblk_stats_unreferenced() - count the bytes of a write of pages without a reference count
 * @disk: the disk
 * @bio: the write
 * @needs: ZCBLK_NEEDS_* flags of the write, which contain its path
 *
 * Context: any.
 */
void zcblk_stats_unreferenced(struct zcblk_disk *disk, struct bio *bio, unsigned int needs)
{
	if (needs & ZCBLK_NEEDS_COUNT)
		this_cpu_add(disk->stats->unreferenced[zcblk_needs_path(needs)],
			     bio->bi_iter.bi_size);
}

#define zcblk_fold(disk, member)					\
({									\
	typeof(((struct zcblk_stats *)NULL)->member) sum = 0;		\
	int cpu;							\
									\
	for_each_possible_cpu(cpu)					\
		sum += READ_ONCE(per_cpu_ptr((disk)->stats, cpu)->member);	\
	sum;								\
})

/**
 * zcblk_stats_in_flight() - count a disk's tracked I/O
 * @disk: the disk
 *
 * Context: any.
 * Return: the number of tracked bios; not exact while bios are submitted or completed.
 */
s64 zcblk_stats_in_flight(struct zcblk_disk *disk)
{
	return zcblk_fold(disk, in_flight);
}

static u64 zcblk_data_bytes(struct zcblk_disk *disk, enum zcblk_path path)
{
	return zcblk_fold(disk, io[path][ZCBLK_OP_READ].bytes) +
	       zcblk_fold(disk, io[path][ZCBLK_OP_WRITE].bytes);
}

/**
 * zcblk_stats_show() - write a disk's counters
 * @disk: the disk
 * @m: file to write to
 *
 * Context: process.
 */
void zcblk_stats_show(struct zcblk_disk *disk, struct seq_file *m)
{
	unsigned int path, op, i;
	u64 n;

	for (path = 0; path < ZCBLK_NR_PATHS; path++)
		for (op = 0; op < ZCBLK_NR_OPS; op++)
			seq_printf(m, "io %s %s %llu %llu %llu\n",
				   zcblk_path_names[path], zcblk_op_names[op],
				   zcblk_fold(disk, io[path][op].ios),
				   zcblk_fold(disk, io[path][op].bytes),
				   zcblk_fold(disk, io[path][op].segments));
	for (path = 0; path < ZCBLK_NR_PATHS; path++)
		seq_printf(m, "mapped %s %llu\n", zcblk_path_names[path],
			   path == ZCBLK_PATH_ZEROCOPY ? zcblk_data_bytes(disk, path) : 0);
	for (path = 0; path < ZCBLK_NR_PATHS; path++)
		seq_printf(m, "copied %s %llu\n", zcblk_path_names[path],
			   zcblk_fold(disk, copied[path]));

	for (path = 0; path < ZCBLK_NR_PATHS; path++)
		seq_printf(m, "unreferenced %s %llu\n", zcblk_path_names[path],
			   zcblk_fold(disk, unreferenced[path]));

	seq_printf(m, "splits %llu\n", zcblk_fold(disk, splits));
	seq_printf(m, "unstable %llu\n", zcblk_fold(disk, unstable));
	seq_printf(m, "inflight %lld\n", zcblk_stats_in_flight(disk));

	for (i = 0; i < ZCBLK_NR_ERRORS; i++) {
		n = zcblk_fold(disk, errors[i]);
		if (n)
			seq_printf(m, "error %s %llu\n", zcblk_errors[i].name, n);
	}
}

static void zcblk_show_histogram(struct zcblk_disk *disk, struct seq_file *m,
				 unsigned int path, unsigned int op)
{
	unsigned int i;
	u64 n;

	for (i = 0; i < ZCBLK_NR_BUCKETS; i++) {
		n = zcblk_fold(disk, io[path][op].latency[i]);
		if (n)
			seq_printf(m, "latency %s %s %llu %llu %llu\n",
				   zcblk_path_names[path], zcblk_op_names[op],
				   i ? 1ULL << i : 0, 1ULL << (i + 1), n);
	}
}

/**
 * zcblk_stats_show_latency() - write a disk's latency histograms
 * @disk: the disk
 * @m: file to write to
 *
 * Context: process.
 */
void zcblk_stats_show_latency(struct zcblk_disk *disk, struct seq_file *m)
{
	unsigned int path, op;

	for (path = 0; path < ZCBLK_NR_PATHS; path++)
		for (op = 0; op < ZCBLK_NR_OPS; op++)
			zcblk_show_histogram(disk, m, path, op);
}
