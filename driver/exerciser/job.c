// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a job, from its start to its result. The job runs in the context of the task that
 * started it, so a signal to this task ends the job.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "exerciser.h"

/* Maximum number of slots of a job, which is more than any measurement needs */
#define EXERCISER_MAX_SLOTS	65536

static void exerciser_job_end_time(struct work_struct *work)
{
	exerciser_job_stop(container_of(work, struct exerciser_job, end_time.work));
}

/**
 * exerciser_job_init() - initialise a job with the default settings
 * @job: the job, all zero
 *
 * Context: process.
 */
void exerciser_job_init(struct exerciser_job *job)
{
	mutex_init(&job->lock);
	init_waitqueue_head(&job->wait);
	INIT_DELAYED_WORK(&job->end_time, exerciser_job_end_time);
	strscpy(job->set.engine, "map", sizeof(job->set.engine));
	job->set.size = SZ_4K;
	job->set.span = SZ_64M;
	job->set.depth = 1;
	job->set.threads = 1;
	job->set.time_ms = MSEC_PER_SEC;
	job->set.seed = 1;
}

/* Prints why a job cannot run. Returns @err. */
#define exerciser_job_refuse(job, err, fmt, ...)			\
({									\
	pr_err("%s: " fmt "\n", exerciser_job_name(job), ##__VA_ARGS__);	\
	(err);								\
})

static int exerciser_job_check(struct exerciser_job *job)
{
	const struct exerciser_settings *set = &job->set;
	bool contiguous = set->buffer == EXERCISER_BUFFER_KMALLOC ||
			  set->buffer == EXERCISER_BUFFER_PAGES;

	if (!set->target || !*set->target)
		return exerciser_job_refuse(job, -EINVAL, "no target is set");
	if (!set->destroy || strcmp(set->target, set->destroy))
		return exerciser_job_refuse(job, -EPERM,
					    "what is on '%s' would be lost: write the same path to destroy",
					    set->target);
	if (set->depth * set->threads > EXERCISER_MAX_SLOTS)
		return exerciser_job_refuse(job, -EINVAL,
					    "depth times threads must be at most %d",
					    EXERCISER_MAX_SLOTS);
	if (contiguous && set->offset + set->size > KMALLOC_MAX_SIZE)
		return exerciser_job_refuse(job, -EINVAL,
					    "%s allocates at most %lu bytes",
					    exerciser_buffer_names[set->buffer],
					    KMALLOC_MAX_SIZE);
	return 0;
}

static const char *exerciser_open_why(int err)
{
	switch (err) {
	case -ENOENT:
		return "it does not exist";
	case -ENOTBLK:
		return "it is not a block device";
	case -EBUSY:
		return "it is mounted, or claimed by another driver";
	case -EACCES:
		return "it is read-only, or its path may not be used";
	default:
		return "it cannot be opened";
	}
}

static int exerciser_job_open(struct exerciser_job *job)
{
	struct file *file;

	file = bdev_file_open_by_path(job->set.target,
				      BLK_OPEN_READ | BLK_OPEN_WRITE, job, NULL);
	if (IS_ERR(file))
		return exerciser_job_refuse(job, PTR_ERR(file),
					    "cannot use '%s': %s (%ld)",
					    job->set.target,
					    exerciser_open_why(PTR_ERR(file)),
					    PTR_ERR(file));
	job->file = file;
	job->bdev = file_bdev(file);
	return 0;
}

static int exerciser_job_check_target(struct exerciser_job *job)
{
	const struct exerciser_settings *set = &job->set;
	unsigned int block = bdev_logical_block_size(job->bdev);
	u64 need = set->size * set->depth * set->threads;
	const char *why;

	if (bdev_is_zoned(job->bdev))
		return exerciser_job_refuse(job, -EOPNOTSUPP, "%pg is zoned",
					    job->bdev);
	if (set->size & (block - 1))
		return exerciser_job_refuse(job, -EINVAL,
					    "size %llu is not a multiple of %pg's block, %u",
					    set->size, job->bdev, block);
	if (need > min_t(u64, set->span, bdev_nr_bytes(job->bdev)))
		return exerciser_job_refuse(job, -ENOSPC,
					    "span or %pg is smaller than the %llu bytes in flight",
					    job->bdev, need);
	if (set->polled && !compat_queue_can_poll(bdev_get_queue(job->bdev)))
		return exerciser_job_refuse(job, -EOPNOTSUPP, "%pg has no queue for polled I/O",
					    job->bdev);
	if (set->polled && !job->engine->poll)
		return exerciser_job_refuse(job, -EOPNOTSUPP, "engine %s cannot poll",
					    job->engine->name);
	/* While a thread waits to submit an I/O, it does not poll for its other I/Os */
	if (set->polled && set->depth > 1)
		return exerciser_job_refuse(job, -EOPNOTSUPP, "polled I/O must have a depth of 1");
	why = job->engine->refuse ? job->engine->refuse(job) : NULL;
	if (why)
		return exerciser_job_refuse(job, -EOPNOTSUPP, "engine %s: %s",
					    job->engine->name, why);
	return 0;
}

static void exerciser_worker_check_guards(struct exerciser_worker *worker)
{
	unsigned int i;

	for (i = 0; i < worker->nr_slots; i++)
		if (!exerciser_buffer_is_intact(worker->slots[i]))
			worker->result.guard_errors++;
}

static void exerciser_job_fold(struct exerciser_job *job)
{
	unsigned int i;

	for (i = 0; i < job->nr_workers; i++) {
		exerciser_worker_check_guards(&job->workers[i]);
		exerciser_result_add(&job->result, &job->workers[i].result);
	}
	job->result.median_ns = exerciser_worker_median(&job->workers[0]);
}

static int exerciser_job_run_workers(struct exerciser_job *job)
{
	unsigned int i;
	int err;

	atomic_set(&job->active, job->nr_workers);
	/*
	 * This task has used CPU time to create the threads. A fair scheduler may run each
	 * thread for the same time before it runs this task again, which may be too late. So a
	 * work item ends the job when its time is over.
	 */
	if (job->set.time_ms)
		schedule_delayed_work(&job->end_time, msecs_to_jiffies(job->set.time_ms));
	for (i = 0; i < job->nr_workers; i++)
		wake_up_process(job->workers[i].task);

	err = wait_event_interruptible(job->wait, !atomic_read(&job->active) ||
				       READ_ONCE(job->stop));
	cancel_delayed_work_sync(&job->end_time);
	return err ? -EINTR : 0;
}

/*
 * Runs the threads of a job, and waits until they have ended. The function creates all threads
 * before it starts the first one. Otherwise, the first thread would keep the CPU busy while the
 * others are created, and the time of the job would begin too early.
 *
 * Return: 0; -EINTR after a signal; or a negative errno if a thread could not be created
 */
static int exerciser_job_work(struct exerciser_job *job)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < job->nr_workers && !err; i++)
		err = exerciser_worker_create(&job->workers[i]);
	if (!err)
		err = exerciser_job_run_workers(job);

	WRITE_ONCE(job->stop, true);
	for (i = 0; i < job->nr_workers; i++)
		exerciser_worker_stop(&job->workers[i]);
	return err;
}

static int exerciser_job_verified_work(struct exerciser_job *job)
{
	int err = exerciser_verify_prepare(job);

	if (!err)
		err = exerciser_job_work(job);
	if (!err)
		err = exerciser_verify_device(job);
	exerciser_job_fold(job);
	return err;
}

static int exerciser_job_with_workers(struct exerciser_job *job)
{
	unsigned int i;
	int err = 0;

	job->workers = kvcalloc(job->set.threads, sizeof(*job->workers), GFP_KERNEL);
	if (!job->workers)
		return -ENOMEM;
	job->nr_workers = 0;
	while (job->nr_workers < job->set.threads && !err) {
		err = exerciser_worker_init(&job->workers[job->nr_workers], job,
					    job->nr_workers);
		job->nr_workers++;
	}
	if (err)
		pr_err("%s: no memory for its buffers (%d)\n",
		       exerciser_job_name(job), err);
	else
		err = exerciser_job_verified_work(job);
	synchronize_rcu();	/* exerciser_slot_done() may still use a worker */
	for (i = 0; i < job->nr_workers; i++)
		exerciser_worker_exit(&job->workers[i]);
	kvfree(job->workers);
	return err;
}

static int exerciser_job_with_engine(struct exerciser_job *job)
{
	int err = exerciser_job_check_target(job);

	if (!err && job->engine->start)
		err = job->engine->start(job);
	if (err)
		return err;
	/* Engines bypass the page cache, so write back and invalidate it first */
	sync_blockdev(job->bdev);
	invalidate_bdev(job->bdev);
	err = exerciser_job_with_workers(job);
	invalidate_bdev(job->bdev);
	if (job->engine->stop)
		job->engine->stop(job);
	return err;
}

static int exerciser_job_do(struct exerciser_job *job)
{
	int err = exerciser_job_check(job);

	if (err)
		return err;
	job->engine = exerciser_engine_get(job->set.engine);
	if (!job->engine)
		return exerciser_job_refuse(job, -ENOENT, "unknown engine '%s'",
					    job->set.engine);
	err = exerciser_job_open(job);
	if (!err) {
		err = exerciser_job_with_engine(job);
		bdev_fput(job->file);
	}
	exerciser_engine_put(job->engine);
	return err;
}

/**
 * exerciser_job_run() - run a job to its end
 * @job: the job
 *
 * Context: process; the target's path is looked up as if the calling task opened it.
 * Return: 0 if the job ran, even if I/O failed; -EBUSY if the job already runs; -EINTR
 * after a signal; -EPERM if the setting destroy does not repeat the target; -ENOENT if the
 * engine is unknown; the error of opening the target; the error of a write or read through the
 * page cache, which verification needs; or -EINVAL, -ENOSPC, -EOPNOTSUPP or -ENOMEM. For most
 * errors, the kernel log has the reason.
 */
int exerciser_job_run(struct exerciser_job *job)
{
	int err;

	mutex_lock(&job->lock);
	if (job->state == EXERCISER_RUNNING) {
		mutex_unlock(&job->lock);
		return -EBUSY;
	}
	job->state = EXERCISER_RUNNING;
	job->stop = false;
	memset(&job->result, 0, sizeof(job->result));
	/* Copy these settings, which may change before the result is read */
	job->result.size = job->set.size;
	job->result.batch = job->set.batch;
	mutex_unlock(&job->lock);

	err = exerciser_job_do(job);

	mutex_lock(&job->lock);
	job->state = err == -EINTR ? EXERCISER_STOPPED :
		     err ? EXERCISER_FAILED : EXERCISER_DONE;
	mutex_unlock(&job->lock);
	return err;
}

/**
 * exerciser_job_stop() - end a job as if its time were over
 * @job: the job; nothing happens if it does not run
 *
 * Context: process. Does not wait for the end of the job.
 */
void exerciser_job_stop(struct exerciser_job *job)
{
	mutex_lock(&job->lock);
	WRITE_ONCE(job->stop, true);
	wake_up(&job->wait);
	mutex_unlock(&job->lock);
}
