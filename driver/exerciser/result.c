// SPDX-License-Identifier: GPL-2.0-only
/*
 * Adds up and prints the results of a job.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/math64.h>

#include "exerciser.h"

const char *const exerciser_state_names[] = {
	[EXERCISER_IDLE] = "idle",
	[EXERCISER_RUNNING] = "running",
	[EXERCISER_DONE] = "done",
	[EXERCISER_STOPPED] = "stopped",
	[EXERCISER_FAILED] = "failed",
	[EXERCISER_NR_STATES] = NULL,
};

/**
 * exerciser_result_add() - add the results of a thread to those of its job
 * @sum: results of the job; before the first thread is added, only @size and @batch may be set
 * @part: results of the thread
 *
 * Context: any.
 */
void exerciser_result_add(struct exerciser_result *sum,
			  const struct exerciser_result *part)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sum->ios); i++)
		sum->ios[i] += part->ios[i];
	for (i = 0; i < ARRAY_SIZE(sum->reasons); i++)
		sum->reasons[i] += part->reasons[i];
	for (i = 0; i < ARRAY_SIZE(sum->latency); i++)
		sum->latency[i] += part->latency[i];
	sum->errors += part->errors;
	if (!sum->first_error)
		sum->first_error = part->first_error;
	if (part->begin_ns && (!sum->begin_ns || part->begin_ns < sum->begin_ns))
		sum->begin_ns = part->begin_ns;
	sum->end_ns = max(sum->end_ns, part->end_ns);
	sum->checked += part->checked;
	sum->verify_errors += part->verify_errors;
	sum->guard_errors += part->guard_errors;
	sum->unstable += part->unstable;
}

static ssize_t exerciser_result_show_io(struct exerciser_job *job, char *page,
					ssize_t len)
{
	const struct exerciser_result *result = &job->result;
	u64 ios = result->ios[EXERCISER_OP_READ] + result->ios[EXERCISER_OP_WRITE];
	u64 ns = result->end_ns - result->begin_ns;
	u64 bytes = ios * result->size, tenths;

	len += sysfs_emit_at(page, len, "reads %llu\nwrites %llu\n",
			     result->ios[EXERCISER_OP_READ],
			     result->ios[EXERCISER_OP_WRITE]);
	len += sysfs_emit_at(page, len, "ios %llu\nbytes %llu\nelapsed_ns %llu\n",
			     ios, bytes, ns);
	if (!ios || !ns)
		return len;
	if (result->median_ns) {
		tenths = mul_u64_u64_div_u64(result->median_ns, 10, result->batch);
		len += sysfs_emit_at(page, len, "median_ns %llu.%llu\n", tenths / 10,
				     tenths % 10);
	}
	tenths = mul_u64_u64_div_u64(ns, 10, ios);
	len += sysfs_emit_at(page, len, "ns_per_io %llu.%llu\n", tenths / 10,
			     tenths % 10);
	tenths = mul_u64_u64_div_u64(bytes, 10000, ns);
	len += sysfs_emit_at(page, len, "mb_per_s %llu.%llu\n", tenths / 10,
			     tenths % 10);
	return len;
}

static ssize_t exerciser_result_show_lists(struct exerciser_job *job, char *page,
					   ssize_t len)
{
	const struct exerciser_result *result = &job->result;
	unsigned int i;

	for (i = 0; i < ZCBLK_NR_REASONS; i++)
		if (result->reasons[i])
			len += sysfs_emit_at(page, len, "reason %s %llu\n",
					     zcblk_reason_name(i), result->reasons[i]);
	for (i = 0; i < ARRAY_SIZE(result->latency); i++)
		if (result->latency[i])
			len += sysfs_emit_at(page, len, "latency %llu %llu %llu\n",
					     i ? 1ULL << i : 0, 1ULL << (i + 1),
					     result->latency[i]);
	return len;
}

/**
 * exerciser_result_show() - print the results of a job
 * @job: the job; before its first run and while it runs, only its state is shown
 * @page: the page to write to
 *
 * Context: process, under &exerciser_job.lock.
 * Return: the length of the text.
 */
ssize_t exerciser_result_show(struct exerciser_job *job, char *page)
{
	const struct exerciser_result *result = &job->result;
	ssize_t len;

	lockdep_assert_held(&job->lock);
	len = sysfs_emit(page, "version 1\nstate %s\n",
			 exerciser_state_names[job->state]);
	if (job->state == EXERCISER_RUNNING || job->state == EXERCISER_IDLE)
		return len;
	len = exerciser_result_show_io(job, page, len);
	len += sysfs_emit_at(page, len, "errors %llu\nfirst_error %d\n",
			     result->errors, result->first_error);
	len += sysfs_emit_at(page, len, "checked %llu\nverify_errors %llu\n",
			     result->checked, result->verify_errors);
	len += sysfs_emit_at(page, len, "guard_errors %llu\nunstable %llu\n",
			     result->guard_errors, result->unstable);
	return exerciser_result_show_lists(job, page, len);
}
