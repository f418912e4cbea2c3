/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Private types of zcblk_exerciser, and prototypes grouped by the file that
 * owns them.
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
#define EXERCISER_NR_BUCKETS	40	/* the last has all above 9 minutes */
#define EXERCISER_NR_BATCHES	256	/* of more, the last */

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
	EXERCISER_OP_MIXED,	/* by the seed, the one or the other */
	EXERCISER_NR_OPS,
};

/* What `run` and the result say of a job */
enum exerciser_state {
	EXERCISER_IDLE,		/* has not run yet */
	EXERCISER_RUNNING,
	EXERCISER_DONE,
	EXERCISER_STOPPED,	/* by the user, before its time */
	EXERCISER_FAILED,	/* did not start, or could not check its data */
	EXERCISER_NR_STATES,
};

/* Sets of words, as the user writes them; each ends with NULL */
extern const char *const exerciser_buffer_names[];
extern const char *const exerciser_op_names[];
extern const char *const exerciser_state_names[];

/**
 * struct exerciser_settings - what a job is to do
 * @target: path of the device
 * @destroy: the same path again, as the device's content will be lost
 * @engine: name of the way that I/O goes
 * @buffer: an enum exerciser_buffer
 * @op: an enum exerciser_op
 * @size: of one I/O, bytes
 * @offset: of each buffer from the start of a page, bytes
 * @span: how much of the device is used, from its start, bytes
 * @depth: I/Os in flight, of each thread
 * @threads: threads that submit
 * @count: I/Os of all threads together, or 0
 * @time_ms: how long it runs at most, or 0
 * @verify: write blocks that say where they belong, and look for them
 * @seed: what is written, and in which order a mixed job reads and writes
 * @stable: ask zcblk to watch for buffers that change while in flight
 * @polled: poll for completions
 * @latency: make a histogram; reads the clock twice for each I/O
 * @batch: look at the clock after so many I/Os of a thread, or 0
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
 * struct exerciser_result - what a job has done, or one thread of it
 * @size: bytes of each I/O; of the whole job only
 * @batch: I/Os of a batch; of the whole job only
 * @ios: I/Os completed, by EXERCISER_OP_READ and EXERCISER_OP_WRITE
 * @errors: those of them that failed
 * @first_error: how the first of these failed, an errno
 * @begin_ns: when the first I/O was submitted
 * @end_ns: when the last I/O had completed
 * @checked: sectors that were verified
 * @verify_errors: sectors that did not hold what they had to
 * @guard_errors: buffers around which memory has changed
 * @unstable: writes whose buffer changed while in flight, with the setting stable
 * @reasons: I/Os by how they went, and why; the last is for engines that do not
 *	     report it
 * @latency: I/Os that lasted from 2^i to less than 2^(i+1) ns
 * @median_ns: the median of the first thread's batches, or 0
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
 * struct exerciser_slot - one I/O at a time, with a buffer of its own
 * @node: in &exerciser_worker.done or in its list of idle slots
 * @worker: the thread that it belongs to
 * @memory: what was allocated
 * @memory_len: how much
 * @buf: the part that I/O is done on
 * @guarded: @memory has a page before and after, which must not change
 * @first: the first sector it may use; the next are a stride apart
 * @turn: which of its blocks is next
 * @turns: how many it has
 * @generation: of each of these blocks, or NULL; 0 when nothing is known of it
 * @op: of the current I/O: EXERCISER_OP_READ or EXERCISER_OP_WRITE
 * @busy: it has been submitted, and was not looked at since
 * @sector: where the current I/O goes
 * @error: how it ended, 0 or a negative errno
 * @reason: how it went, and why; ZCBLK_NR_REASONS until an engine sets it
 * @unstable: its buffer changed while it was in flight
 * @start_ns: when it was submitted, if the job wants latencies
 * @end_ns: when it ended
 * @private: what the engine needs
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
 * struct exerciser_worker - one thread that submits
 * @job: the job
 * @task: the thread
 * @submit: what the engine does
 * @bdev: the target
 * @size: of one I/O, bytes
 * @stride: from one block of a slot to its next, sectors
 * @left: I/Os still to be submitted
 * @random: what decides between read and write
 * @batch_left: I/Os until the clock is looked at; 0 without batches
 * @batch_begin_ns: when the batch began
 * @nr_batches: batches so far
 * @batches: how long they lasted, ns
 * @idle: slots that may be used
 * @done: slots whose I/O has completed
 * @wait: where the thread waits for @done
 * @slots: all slots
 * @nr_slots: how many
 * @result: what the thread has done; only the thread writes it
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
	/* Written by completions, on any CPU */
	struct llist_head done ____cacheline_aligned_in_smp;
	wait_queue_head_t wait;
};

/**
 * struct exerciser_engine - a way from a buffer to a device
 * @name: as users call it
 * @owner: the module that it is in
 * @list: in the list of engines
 * @slot_size: bytes of &exerciser_slot.private
 * @refuse: why the job cannot be done this way, or NULL; may be missing
 * @start: prepares a job; may be missing
 * @stop: undoes @start
 * @slot_init: prepares a slot, whose buffer is there; may be missing
 * @slot_exit: undoes @slot_init
 * @submit: starts an I/O; exerciser_slot_done() is called for it once, at any
 *	    time, in any context
 * @poll: polls for a slot's I/O; missing if the engine cannot
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
 * @set: the settings; they stay as they are while the job runs
 * @state: an enum exerciser_state
 * @stop: the threads are to submit nothing more
 * @active: threads that have not finished; one that is stopped before it runs never does
 * @wait: where the task that runs the job waits for @active or @stop
 * @end_time: sets @stop when the time is up
 * @file: the target, while the job runs
 * @bdev: the same
 * @engine: the engine, while the job runs
 * @private: what the engine needs
 * @workers: the threads, while the job runs
 * @nr_workers: how many
 * @result: what the last run has done
 */
struct exerciser_job {
	struct config_group group;
	struct mutex lock; /* see above */
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

/* A thread waits for each I/O, so a scheduler must not delay it */
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
