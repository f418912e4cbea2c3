// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes and checks data that identifies its sector. A sector contains its number, a
 * generation, and words that are computed from both and the seed. Each write of a block (the
 * sectors of one I/O) increments its generation. The data is checked in the buffers that the
 * engine has read. After the run, the device is read and checked again through the page cache.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>

#include "exerciser.h"

#define EXERCISER_WORDS		(SECTOR_SIZE / sizeof(u64))
#define EXERCISER_POISON	0x5a

/* A flag of a generation: the content of the block is unknown */
#define EXERCISER_UNKNOWN	BIT(31)

enum { EXERCISER_WORD_SECTOR, EXERCISER_WORD_GENERATION, EXERCISER_WORD_KEYED };

/* The finalizer of MurmurHash3: each input bit changes half of the output bits on average */
static u64 exerciser_mix(u64 x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdULL;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ULL;
	return x ^ x >> 33;
}

/* Uses memcpy(), because a buffer may begin at any address */
static u64 exerciser_word_get(const void *data, unsigned int nr)
{
	u64 word;

	memcpy(&word, data + nr * sizeof(word), sizeof(word));
	return word;
}

static void exerciser_word_put(void *data, unsigned int nr, u64 word)
{
	memcpy(data + nr * sizeof(word), &word, sizeof(word));
}

static u64 exerciser_sector_key(u64 seed, u64 sector, u64 generation)
{
	return exerciser_mix(exerciser_mix(seed + sector) + generation);
}

static void exerciser_sector_fill(void *data, u64 seed, u64 sector, u64 generation)
{
	u64 key = exerciser_sector_key(seed, sector, generation);
	unsigned int i;

	exerciser_word_put(data, EXERCISER_WORD_SECTOR, sector);
	exerciser_word_put(data, EXERCISER_WORD_GENERATION, generation);
	for (i = EXERCISER_WORD_KEYED; i < EXERCISER_WORDS; i++)
		exerciser_word_put(data, i, key * i);
}

static bool exerciser_sector_is_good(const void *data, u64 seed, u64 sector,
				     u64 generation)
{
	u64 key = exerciser_sector_key(seed, sector, generation);
	unsigned int i;

	if (exerciser_word_get(data, EXERCISER_WORD_SECTOR) != sector ||
	    exerciser_word_get(data, EXERCISER_WORD_GENERATION) != generation)
		return false;
	for (i = EXERCISER_WORD_KEYED; i < EXERCISER_WORDS; i++)
		if (exerciser_word_get(data, i) != key * i)
			return false;
	return true;
}

/*
 * The generation of the next write to a block. A failed write uses up its generation, so data of an
 * earlier write never passes for data of a later one.
 */
static u32 exerciser_next(u32 generation)
{
	return (generation & ~EXERCISER_UNKNOWN) + 1;
}

static bool exerciser_is_known(u32 generation)
{
	return generation && !(generation & EXERCISER_UNKNOWN);
}

static void exerciser_block_fill(struct exerciser_slot *slot, void *data,
				 sector_t sector, u32 generation)
{
	const struct exerciser_settings *set = exerciser_slot_set(slot);
	unsigned int at;

	for (at = 0; at < set->size; at += SECTOR_SIZE)
		exerciser_sector_fill(data + at, set->seed,
				      sector + (at >> SECTOR_SHIFT), generation);
}

static void exerciser_block_check(struct exerciser_slot *slot, const void *data,
				  sector_t sector, u32 generation, const char *way)
{
	const struct exerciser_settings *set = exerciser_slot_set(slot);
	struct exerciser_result *result = &slot->worker->result;
	unsigned int at;

	for (at = 0; at < set->size; at += SECTOR_SIZE, sector++) {
		result->checked++;
		if (exerciser_sector_is_good(data + at, set->seed, sector, generation))
			continue;
		if (result->verify_errors++)
			continue;
		pr_err("%s: %s has sector %llu of generation %llu, or neither, where sector %llu of generation %u should be\n",
		       exerciser_job_name(slot->worker->job), way,
		       exerciser_word_get(data + at, EXERCISER_WORD_SECTOR),
		       exerciser_word_get(data + at, EXERCISER_WORD_GENERATION),
		       (u64)sector, generation);
	}
}

/**
 * exerciser_verify_fill() - prepare a slot's buffer for its next I/O
 * @slot: the slot
 *
 * A write gets data of the block's next generation. Before a read, the buffer is filled with
 * EXERCISER_POISON, so that data from an earlier I/O cannot pass the check.
 *
 * Context: process.
 */
void exerciser_verify_fill(struct exerciser_slot *slot)
{
	if (slot->op == EXERCISER_OP_WRITE)
		exerciser_block_fill(slot, slot->buf, slot->sector,
				     exerciser_next(slot->generation[slot->turn]));
	else
		memset(slot->buf, EXERCISER_POISON, exerciser_slot_set(slot)->size);
}

/**
 * exerciser_verify_check() - check the data of a slot's I/O
 * @slot: the slot, whose I/O has completed
 *
 * Only the data of a read is checked. After a write, the function records the generation of the
 * block. After a failed write, the content of the block is unknown, and is not checked before a
 * write succeeds.
 *
 * Context: process.
 */
void exerciser_verify_check(struct exerciser_slot *slot)
{
	u32 *generation = &slot->generation[slot->turn];

	if (slot->op == EXERCISER_OP_WRITE)
		*generation = exerciser_next(*generation) |
			      (slot->error ? EXERCISER_UNKNOWN : 0);
	else if (!slot->error && exerciser_is_known(*generation))
		exerciser_block_check(slot, slot->buf, slot->sector, *generation,
				      "a read");
}

typedef int (*exerciser_block_fn)(struct exerciser_slot *slot, struct file *file,
				  void *data, loff_t at, u32 *generation);

static int exerciser_block_write(struct exerciser_slot *slot, struct file *file,
				 void *data, loff_t at, u32 *generation)
{
	size_t size = exerciser_slot_set(slot)->size;
	ssize_t n;

	*generation = 1;
	exerciser_block_fill(slot, data, at >> SECTOR_SHIFT, *generation);
	n = kernel_write(file, data, size, &at);
	return n == size ? 0 : n < 0 ? n : -EIO;
}

static int exerciser_block_read(struct exerciser_slot *slot, struct file *file,
				void *data, loff_t at, u32 *generation)
{
	size_t size = exerciser_slot_set(slot)->size;
	sector_t sector = at >> SECTOR_SHIFT;
	ssize_t n;

	if (!exerciser_is_known(*generation))
		return 0;
	n = kernel_read(file, data, size, &at);
	if (n != size)
		return n < 0 ? n : -EIO;
	exerciser_block_check(slot, data, sector, *generation, "the page cache");
	return 0;
}

static int exerciser_slot_each_block(struct exerciser_slot *slot, struct file *file,
				     void *data, exerciser_block_fn fn)
{
	loff_t at = slot->first << SECTOR_SHIFT;
	int err = 0;
	u64 i;

	for (i = 0; i < slot->turns && !err; i++) {
		err = fn(slot, file, data, at, &slot->generation[i]);
		at += slot->worker->stride << SECTOR_SHIFT;
		if (signal_pending(current))
			err = -EINTR;
		cond_resched();
	}
	return err;
}

static int exerciser_job_each_block(struct exerciser_job *job, struct file *file,
				    exerciser_block_fn fn)
{
	void *data = kvmalloc(job->set.size, GFP_KERNEL);
	struct exerciser_worker *worker;
	unsigned int i, j;
	int err = 0;

	if (!data)
		return -ENOMEM;
	for (i = 0; i < job->nr_workers; i++) {
		worker = &job->workers[i];
		for (j = 0; j < worker->nr_slots && !err; j++)
			err = exerciser_slot_each_block(worker->slots[j], file,
							data, fn);
	}
	kvfree(data);
	return err;
}

/*
 * Calls @fn for each block of a job, and then writes changed pages to the device. @fn uses the page
 * cache, which is empty before and after. Return: 0 or a negative errno; -ESTALE if the target's
 * path now leads to another device
 */
static int exerciser_each_cached(struct exerciser_job *job, int mode, exerciser_block_fn fn)
{
	struct file *file = filp_open(job->set.target, mode | O_LARGEFILE, 0);
	int err;

	if (IS_ERR(file))
		return PTR_ERR(file);
	invalidate_bdev(job->bdev);
	if (I_BDEV(file->f_mapping->host) != job->bdev)
		err = -ESTALE;
	else
		err = exerciser_job_each_block(job, file, fn);
	if (!err && mode != O_RDONLY)
		err = vfs_fsync(file, 0);
	filp_close(file, NULL);
	invalidate_bdev(job->bdev);
	return err;
}

static int exerciser_cached(struct exerciser_job *job, int mode, exerciser_block_fn fn)
{
	int err = exerciser_each_cached(job, mode, fn);

	if (err && err != -EINTR)
		pr_err("%s: cannot %s '%s' through the page cache (%d)\n",
		       exerciser_job_name(job), mode == O_RDONLY ? "read" : "write",
		       job->set.target, err);
	return err;
}

/**
 * exerciser_verify_prepare() - write the data that a job with verification will read
 * @job: the job; nothing happens if it does not verify, or does not read
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int exerciser_verify_prepare(struct exerciser_job *job)
{
	if (!job->set.verify || job->set.op == EXERCISER_OP_WRITE)
		return 0;
	return exerciser_cached(job, O_RDWR, exerciser_block_write);
}

/**
 * exerciser_verify_device() - check the data on the device after a job with verification
 * @job: the job; nothing happens if it does not verify
 *
 * Context: process.
 * Return: 0, even if the data is wrong; or a negative errno if not all of the data was read.
 */
int exerciser_verify_device(struct exerciser_job *job)
{
	if (!job->set.verify)
		return 0;
	return exerciser_cached(job, O_RDONLY, exerciser_block_read);
}
