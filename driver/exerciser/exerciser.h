/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Private types of zcblk_exerciser, a module that generates disk I/O from kernel buffers. The
 * prototypes are grouped by the file that defines them.
 *
 * The user creates a directory in configfs for each job. A job does I/O as its settings describe,
 * from one thread or several.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _ZCBLK_EXERCISER_H
#define _ZCBLK_EXERCISER_H

#include <linux/blkdev.h>
#include <linux/completion.h>
#include <linux/configfs.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/zcblk.h>

#include "../compat.h"

#define EXERCISER_NAME		"zcblk_exerciser"
#define EXERCISER_ENGINE_LEN	16
#define EXERCISER_NR_BUCKETS	40	/* of latency; the last counts all I/Os above 9 minutes */
#define EXERCISER_NR_BATCHES	256	/* a thread keeps the times of its last batches */

enum exerciser_buffer {
	EXERCISER_BUFFER_KMALLOC,
	EXERCISER_BUFFER_VMALLOC,
	EXERCISER_BUFFER_VMALLOC_HUGE,
	EXERCISER_BUFFER_KVMALLOC,
	EXERCISER_BUFFER_PAGES,
	EXERCISER_NR_BUFFERS,
};

enum exerciser_op {
	EXERCISER_OP_READ,
	EXERCISER_OP_WRITE,
	EXERCISER_OP_MIXED,	/* read or write at random, depending on the seed */
	EXERCISER_NR_OPS,
};

/* The state of a job, as the files `run` and `result` show it */
enum exerciser_state {
	EXERCISER_IDLE,		/* has not run yet */
	EXERCISER_RUNNING,
	EXERCISER_DONE,
	EXERCISER_STOPPED,	/* a signal ended it early */
	EXERCISER_FAILED,	/* did not start, or could not check its data */
	EXERCISER_NR_STATES,
};

/* Names of the enum values, for input and output. Each array ends with NULL. */
extern const char *const exerciser_buffer_names[];
extern const char *const exerciser_op_names[];
extern const char *const exerciser_state_names[];

/**
 * struct exerciser_settings - the settings of a job
 * @target: path of the device
 * @destroy: the same path again, to confirm that the device's content may be lost
 * @engine: name of the engine
 * @buffer: an enum exerciser_buffer
 * @op: an enum exerciser_op
 * @size: length of one I/O in bytes
 * @offset: offset of each buffer from the start of a page, in bytes
 * @span: length of the used part of the device, from its start, in bytes
 * @depth: number of I/Os in flight for each thread
 * @threads: number of threads that submit I/O
 * @count: number of I/Os of all threads together, or 0 for no limit
 * @time_ms: maximum run time in ms, or 0 for no limit
 * @verify: 1: write data that identifies its sector, and check it
 * @seed: seed of the data, and of the choice between read and write in a mixed job
 * @stable: 1: zcblk detects a write's buffer that changes while the write is in flight
 * @polled: 1: poll for completions
 * @latency: 1: make a histogram of latencies, and read the clock twice for each I/O
 * @batch: number of I/Os in a batch, or 0. Each thread measures the time of its batches.
 */
struct exerciser_settings {
	char *target;
	char *destroy;
	char engine[EXERCISER_ENGINE_LEN];
	int buffer;
	int op;
	u64 size;
	u64 offset;
	u64 span;
	u64 depth;
	u64 threads;
	u64 count;
	u64 time_ms;
	u64 verify;
	u64 seed;
	u64 stable;
	u64 polled;
	u64 latency;
	u64 batch;
};

/**
 * struct exerciser_result - the results of a job, or of one of its threads
 * @size: length of each I/O in bytes; only set for the whole job
 * @batch: number of I/Os in a batch; only set for the whole job
 * @ios: number of completed I/Os, including those that failed; the index is EXERCISER_OP_READ or
 *	EXERCISER_OP_WRITE
 * @errors: number of I/Os that failed
 * @first_error: the thread's first error, a negative errno; for a job, that of the first of its
 *	threads with an error
 * @begin_ns: time before the first I/O was submitted
 * @end_ns: time after the last I/O completed
 * @checked: number of sectors that were verified
 * @verify_errors: number of verified sectors with wrong data
 * @guard_errors: number of buffers with a change in the memory around them
 * @unstable: number of writes whose buffer changed in flight; 0 unless the setting stable is 1
 * @reasons: number of I/Os for each enum zcblk_reason; the last entry counts the I/Os of
 *	     engines that report no reason
 * @latency: for each index i, the number of I/Os that lasted from 2^i to less than 2^(i+1) ns; the
 *	last entry also counts longer I/Os
 * @median_ns: median time of a batch of the first thread, or 0
 */
struct exerciser_result {
	u64 size;
	u64 batch;
	u64 ios[EXERCISER_OP_MIXED];
	u64 errors;
	int first_error;
	u64 begin_ns;
	u64 end_ns;
	u64 checked;
	u64 verify_errors;
	u64 guard_errors;
	u64 unstable;
	u64 reasons[ZCBLK_NR_REASONS + 1];
	u64 latency[EXERCISER_NR_BUCKETS];
	u64 median_ns;
};

/**
 * struct exerciser_slot - a buffer, which has at most one I/O in flight
 * @node: entry in &exerciser_worker.done or in &exerciser_worker.idle
 * @worker: the thread that uses the slot
 * @memory: the allocated memory
 * @memory_len: length of @memory in bytes
 * @buf: start of the buffer, which is a part of @memory
 * @guarded: true if @memory has a page before and after the buffer, which must not change
 * @first: first sector of the slot's first block. A block is the part of the device that one
 *	I/O reads or writes. See &exerciser_worker.stride for the distance of the blocks.
 * @turn: index of the block of the current I/O
 * @turns: number of the slot's blocks
 * @generation: NULL without verification; else an array with the generation of each block's
 *	data. A generation is 0 before the first write, and each write increments it. It has the
 *	flag EXERCISER_UNKNOWN if a failed write may have changed the data.
 * @op: operation of the current I/O: EXERCISER_OP_READ or EXERCISER_OP_WRITE
 * @busy: true if an I/O was submitted, and its result is not counted yet
 * @sector: first sector of the current I/O
 * @error: result of the I/O: 0 or a negative errno
 * @reason: reason that the engine reports; ZCBLK_NR_REASONS if it reports none
 * @unstable: true if the buffer changed in flight
 * @start_ns: time of the submission, or 0 if latencies are not measured
 * @end_ns: time of the completion, if latencies are measured
 * @private: data of the engine
 *
 * Slots share no block, so that I/Os in flight never overlap.
 */
struct exerciser_slot {
	struct llist_node node;
	struct exerciser_worker *worker;
	void *memory;
	size_t memory_len;
	void *buf;
	bool guarded;
	sector_t first;
	u64 turn;
	u64 turns;
	u32 *generation;
	enum exerciser_op op;
	bool busy;
	sector_t sector;
	int error;
	enum zcblk_reason reason;
	bool unstable;
	u64 start_ns;
	u64 end_ns;
	void *private[] __aligned(__alignof__(u64));
};

/**
 * struct exerciser_worker - a thread that submits I/O
 * @job: the job
 * @task: the thread
 * @submit: the engine's function that submits an I/O
 * @bdev: the target
 * @size: length of one I/O in bytes
 * @stride: distance between the blocks of a slot, in sectors
 * @left: number of I/Os still to be submitted
 * @random: state of the generator that chooses between read and write
 * @batch_left: number of I/Os until the batch ends; 0 without batches
 * @batch_begin_ns: time when the batch began
 * @nr_batches: number of batches that have ended
 * @batches: times of the last batches, in ns
 * @idle: list of slots that are free for the next I/O
 * @done: slots whose I/O has completed; initially, all slots
 * @wait: wait queue for @done
 * @slots: all slots
 * @nr_slots: number of slots
 * @result: results of the thread; no other thread updates them while this one runs
 */
struct exerciser_worker {
	struct exerciser_job *job;
	struct task_struct *task;
	void (*submit)(struct exerciser_slot *slot);
	struct block_device *bdev;
	unsigned int size;
	sector_t stride;
	u64 left;
	u32 random;
	u64 batch_left;
	u64 batch_begin_ns;
	unsigned int nr_batches;
	u64 batches[EXERCISER_NR_BATCHES];
	struct llist_node *idle;
	struct exerciser_slot **slots;
	unsigned int nr_slots;
	struct exerciser_result result;
	/* Completions access these members, on any CPU */
	struct llist_head done ____cacheline_aligned_in_smp;
	wait_queue_head_t wait;
};

/**
 * struct exerciser_engine - a way to do I/O from a kernel buffer
 * @name: the name that the user writes
 * @owner: the module that contains the engine
 * @list: entry in the list of engines
 * @slot_size: size of &exerciser_slot.private in bytes
 * @refuse: returns why the engine cannot run a job, or NULL; optional
 * @start: prepares a job; optional
 * @stop: undoes @start; optional
 * @slot_init: prepares a slot, which already has its buffer; optional
 * @slot_exit: undoes @slot_init; optional
 * @submit: submits an I/O. The engine calls exerciser_slot_done() once for the I/O, at any
 *	    time, in any context.
 * @poll: polls for a slot's I/O; NULL if the engine cannot poll
 */
struct exerciser_engine {
	const char *name;
	struct module *owner;
	struct list_head list;
	size_t slot_size;
	const char *(*refuse)(const struct exerciser_job *job);
	int (*start)(struct exerciser_job *job);
	void (*stop)(struct exerciser_job *job);
	int (*slot_init)(struct exerciser_slot *slot);
	void (*slot_exit)(struct exerciser_slot *slot);
	void (*submit)(struct exerciser_slot *slot);
	void (*poll)(struct exerciser_slot *slot);
};

/**
 * struct exerciser_job - a directory in configfs
 * @group: the directory
 * @lock: serialises changes of @set and @state, and readers of the result
 * @set: the settings, which do not change while the job runs
 * @state: an enum exerciser_state
 * @stop: true if the threads must submit no more I/O
 * @active: number of threads that have not finished. A thread that is stopped before it
 *	    runs is never subtracted.
 * @wait: wait queue on which the task that runs the job waits until @active is 0 or @stop is set
 * @end_time: work that sets @stop at the end of the job's time
 * @file: the open file of the target, while the job runs
 * @bdev: the block device of @file
 * @engine: the engine, while the job runs
 * @private: data of the engine
 * @workers: the threads, while the job runs
 * @nr_workers: number of threads
 * @result: results of the last run
 */
struct exerciser_job {
	struct config_group group;
	struct mutex lock; /* for @set, @state and @result */
	struct exerciser_settings set;
	enum exerciser_state state;
	bool stop;
	atomic_t active;
	wait_queue_head_t wait;
	struct delayed_work end_time;
	struct file *file;
	struct block_device *bdev;
	const struct exerciser_engine *engine;
	void *private;
	struct exerciser_worker *workers;
	unsigned int nr_workers;
	struct exerciser_result result;
};

static inline const char *exerciser_job_name(struct exerciser_job *job)
{
	return config_item_name(&job->group.cg_item);
}

static inline const struct exerciser_settings *
exerciser_slot_set(const struct exerciser_slot *slot)
{
	return &slot->worker->job->set;
}

/*
 * Returns the operation and the flags of an I/O. The flags are those of direct I/O, so that the
 * block layer's writeback throttling does not delay writes. Polled I/O also has REQ_POLLED.
 */
static inline blk_opf_t exerciser_slot_opf(const struct exerciser_slot *slot)
{
	blk_opf_t opf = slot->op == EXERCISER_OP_WRITE ? REQ_OP_WRITE | REQ_IDLE : REQ_OP_READ;

	if (exerciser_slot_set(slot)->polled)
		opf |= REQ_POLLED;
	return opf | REQ_SYNC;
}

/* buffer.c */
int exerciser_buffer_alloc(struct exerciser_slot *slot);
void exerciser_buffer_free(struct exerciser_slot *slot);
bool exerciser_buffer_is_intact(const struct exerciser_slot *slot);

/* configfs.c */
int exerciser_configfs_init(void);
void exerciser_configfs_exit(void);

/* engine.c */
int exerciser_engine_register(struct exerciser_engine *engine);
void exerciser_engine_unregister(struct exerciser_engine *engine);
const struct exerciser_engine *exerciser_engine_get(const char *name);
void exerciser_engine_put(const struct exerciser_engine *engine);
ssize_t exerciser_engine_list(char *page, ssize_t len, const char *prefix);

/* engine-bufio.c */
extern struct zcblk_client *exerciser_client;
extern struct exerciser_engine exerciser_engine_map;
extern struct exerciser_engine exerciser_engine_registered;
extern struct exerciser_engine exerciser_engine_copy;

/* engine-rq-map-kern.c */
extern struct exerciser_engine exerciser_engine_rq_map_kern;

/* engine-rw-virt.c */
extern struct exerciser_engine exerciser_engine_rw_virt;

/* job.c */
void exerciser_job_init(struct exerciser_job *job);
int exerciser_job_run(struct exerciser_job *job);
void exerciser_job_stop(struct exerciser_job *job);

/* result.c */
void exerciser_result_add(struct exerciser_result *sum,
			  const struct exerciser_result *part);
ssize_t exerciser_result_show(struct exerciser_job *job, char *page);

/* verify.c */
void exerciser_verify_fill(struct exerciser_slot *slot);
void exerciser_verify_check(struct exerciser_slot *slot);
int exerciser_verify_prepare(struct exerciser_job *job);
int exerciser_verify_device(struct exerciser_job *job);

/* worker.c */
int exerciser_worker_init(struct exerciser_worker *worker,
			  struct exerciser_job *job, unsigned int nr);
void exerciser_worker_exit(struct exerciser_worker *worker);
int exerciser_worker_create(struct exerciser_worker *worker);
void exerciser_worker_stop(struct exerciser_worker *worker);
u64 exerciser_worker_median(struct exerciser_worker *worker);
void exerciser_slot_done(struct exerciser_slot *slot, int error);

#endif /* _ZCBLK_EXERCISER_H */
