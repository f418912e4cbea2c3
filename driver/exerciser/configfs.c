// SPDX-License-Identifier: GPL-2.0-only
/*
 * The configfs interface: /sys/kernel/config/zcblk_exerciser has a directory for each
 * job, with a file for each setting.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ctype.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../words.h"
#include "exerciser.h"

const char *const exerciser_op_names[] = {
	[EXERCISER_OP_READ] = "read",
	[EXERCISER_OP_WRITE] = "write",
	[EXERCISER_OP_MIXED] = "mixed",
	[EXERCISER_NR_OPS] = NULL,
};

static const char *const exerciser_run_names[] = { "0", "1", NULL };

static struct exerciser_job *to_exerciser_job(struct config_item *item)
{
	return container_of(to_config_group(item), struct exerciser_job, group);
}

static bool exerciser_job_is_running(struct exerciser_job *job, const char *what)
{
	lockdep_assert_held(&job->lock);
	if (job->state != EXERCISER_RUNNING)
		return false;
	pr_err("%s: cannot change %s while the job runs; write 0 to run first\n",
	       exerciser_job_name(job), what);
	return true;
}

/*
 * Parses a number with an optional suffix k, m or g. Unlike memparse(), the function fails if the
 * number does not fit into u64.
 */
static int exerciser_parse_number(const char *text, u64 *value)
{
	static const char units[] = "kmg";
	char copy[24], *number, *unit;
	unsigned int shift = 0;
	size_t len;
	int err;

	if (strscpy(copy, text, sizeof(copy)) < 0)
		return -EINVAL;
	number = strim(copy);
	len = strlen(number);
	unit = len ? strchr(units, tolower(number[len - 1])) : NULL;
	if (unit) {
		shift = 10 * (unit - units + 1);
		number[len - 1] = '\0';
	}

	err = kstrtou64(number, 0, value);
	if (err)
		return err;
	if (*value > U64_MAX >> shift)
		return -ERANGE;
	*value <<= shift;
	return 0;
}

static int exerciser_set_number(struct exerciser_job *job, const char *what,
				u64 *setting, const char *text, u64 min, u64 max)
{
	u64 value;
	int err;

	if (exerciser_parse_number(text, &value) || value < min || value > max) {
		pr_err("%s: invalid value '%.*s' for %s: must be a number from %llu to %llu, with k, m or g\n",
		       exerciser_job_name(job), (int)strcspn(text, "\n"), text,
		       what, min, max);
		return -EINVAL;
	}
	mutex_lock(&job->lock);
	err = exerciser_job_is_running(job, what) ? -EBUSY : 0;
	if (!err)
		*setting = value;
	mutex_unlock(&job->lock);
	return err;
}

#define EXERCISER_NUMBER_ATTR(_name, _min, _max)				\
static ssize_t exerciser_cfs_##_name##_show(struct config_item *item,	\
					    char *page)			\
{									\
	return sysfs_emit(page, "%llu\n",				\
			  READ_ONCE(to_exerciser_job(item)->set._name));	\
}									\
									\
static ssize_t exerciser_cfs_##_name##_store(struct config_item *item,	\
					     const char *page, size_t count)	\
{									\
	struct exerciser_job *job = to_exerciser_job(item);		\
	int err = exerciser_set_number(job, #_name, &job->set._name,	\
				       page, _min, _max);		\
									\
	return err ?: count;						\
}									\
CONFIGFS_ATTR(exerciser_cfs_, _name)

EXERCISER_NUMBER_ATTR(size, SECTOR_SIZE, SZ_64M);
EXERCISER_NUMBER_ATTR(offset, 0, PAGE_SIZE - 1);
EXERCISER_NUMBER_ATTR(span, SECTOR_SIZE, S64_MAX);
EXERCISER_NUMBER_ATTR(depth, 1, 4096);
EXERCISER_NUMBER_ATTR(threads, 1, 1024);
EXERCISER_NUMBER_ATTR(count, 0, S64_MAX);
EXERCISER_NUMBER_ATTR(time_ms, 0, 24ULL * 3600 * MSEC_PER_SEC);
EXERCISER_NUMBER_ATTR(verify, 0, 1);
EXERCISER_NUMBER_ATTR(seed, 0, U64_MAX);
EXERCISER_NUMBER_ATTR(stable, 0, 1);
EXERCISER_NUMBER_ATTR(polled, 0, 1);
EXERCISER_NUMBER_ATTR(latency, 0, 1);
EXERCISER_NUMBER_ATTR(batch, 0, S64_MAX);

static int exerciser_set_word(struct exerciser_job *job, const char *what,
			      int *setting, const char *const *words,
			      const char *word)
{
	int i = zcblk_parse_word(exerciser_job_name(job), what, words, word);

	if (i < 0)
		return i;
	mutex_lock(&job->lock);
	if (exerciser_job_is_running(job, what))
		i = -EBUSY;
	else
		*setting = i;
	mutex_unlock(&job->lock);
	return min(i, 0);
}

#define EXERCISER_WORD_ATTR(_name)						\
static ssize_t exerciser_cfs_##_name##_show(struct config_item *item,	\
					    char *page)			\
{									\
	int i = READ_ONCE(to_exerciser_job(item)->set._name);		\
									\
	return sysfs_emit(page, "%s\n", exerciser_##_name##_names[i]);	\
}									\
									\
static ssize_t exerciser_cfs_##_name##_store(struct config_item *item,	\
					     const char *page, size_t count)	\
{									\
	struct exerciser_job *job = to_exerciser_job(item);		\
	int err = exerciser_set_word(job, #_name, &job->set._name,	\
				     exerciser_##_name##_names, page);	\
									\
	return err ?: count;						\
}									\
CONFIGFS_ATTR(exerciser_cfs_, _name)

EXERCISER_WORD_ATTR(buffer);
EXERCISER_WORD_ATTR(op);

static int exerciser_set_path(struct exerciser_job *job, const char *what,
			      char **setting, const char *text)
{
	char *path = kstrndup(text, strcspn(text, "\n"), GFP_KERNEL);
	int err = 0;

	if (!path)
		return -ENOMEM;
	mutex_lock(&job->lock);
	if (exerciser_job_is_running(job, what))
		err = -EBUSY;
	else
		swap(*setting, path);
	mutex_unlock(&job->lock);
	kfree(path);
	return err;
}

#define EXERCISER_PATH_ATTR(_name)						\
static ssize_t exerciser_cfs_##_name##_show(struct config_item *item,	\
					    char *page)			\
{									\
	struct exerciser_job *job = to_exerciser_job(item);		\
	ssize_t len;							\
									\
	mutex_lock(&job->lock);						\
	len = sysfs_emit(page, "%s\n", job->set._name ?: "");		\
	mutex_unlock(&job->lock);					\
	return len;							\
}									\
									\
static ssize_t exerciser_cfs_##_name##_store(struct config_item *item,	\
					     const char *page, size_t count)	\
{									\
	struct exerciser_job *job = to_exerciser_job(item);		\
	int err = exerciser_set_path(job, #_name, &job->set._name, page);	\
									\
	return err ?: count;						\
}									\
CONFIGFS_ATTR(exerciser_cfs_, _name)

EXERCISER_PATH_ATTR(target);
EXERCISER_PATH_ATTR(destroy);

static ssize_t exerciser_cfs_engine_show(struct config_item *item, char *page)
{
	struct exerciser_job *job = to_exerciser_job(item);
	ssize_t len;

	mutex_lock(&job->lock);
	len = sysfs_emit(page, "%s\n", job->set.engine);
	mutex_unlock(&job->lock);
	return len;
}

static int exerciser_set_engine(struct exerciser_job *job, const char *name)
{
	const struct exerciser_engine *engine = exerciser_engine_get(name);
	int err = 0;

	if (!engine) {
		pr_err("%s: unknown engine '%s'; see features\n",
		       exerciser_job_name(job), name);
		return -EINVAL;
	}
	exerciser_engine_put(engine);
	mutex_lock(&job->lock);
	if (exerciser_job_is_running(job, "engine"))
		err = -EBUSY;
	else
		strscpy(job->set.engine, name, sizeof(job->set.engine));
	mutex_unlock(&job->lock);
	return err;
}

static ssize_t exerciser_cfs_engine_store(struct config_item *item,
					  const char *page, size_t count)
{
	char name[EXERCISER_ENGINE_LEN] = "";
	int err;

	/* If strscpy() truncates the name, exerciser_set_engine() finds no such engine */
	strscpy(name, page, sizeof(name));
	name[strcspn(name, "\n")] = '\0';
	err = exerciser_set_engine(to_exerciser_job(item), name);
	return err ?: count;
}
CONFIGFS_ATTR(exerciser_cfs_, engine);

static struct configfs_subsystem exerciser_subsys;

/* Runs a job. While the job runs, a configfs dependency makes rmdir of its directory fail. */
static int exerciser_start(struct exerciser_job *job)
{
	struct config_item *item = &job->group.cg_item;
	int err = configfs_depend_item_unlocked(&exerciser_subsys, item);

	if (err)
		return err;
	err = exerciser_job_run(job);
	configfs_undepend_item(item);
	return err;
}

static ssize_t exerciser_cfs_run_show(struct config_item *item, char *page)
{
	struct exerciser_job *job = to_exerciser_job(item);

	return sysfs_emit(page, "%s\n",
			  exerciser_state_names[READ_ONCE(job->state)]);
}

static ssize_t exerciser_cfs_run_store(struct config_item *item, const char *page,
				       size_t count)
{
	struct exerciser_job *job = to_exerciser_job(item);
	int on = zcblk_parse_word(exerciser_job_name(job), "run",
				  exerciser_run_names, page);
	int err = 0;

	if (on < 0)
		return on;
	if (on)
		err = exerciser_start(job);
	else
		exerciser_job_stop(job);
	return err ?: count;
}
CONFIGFS_ATTR(exerciser_cfs_, run);

static ssize_t exerciser_cfs_result_show(struct config_item *item, char *page)
{
	struct exerciser_job *job = to_exerciser_job(item);
	ssize_t len;

	mutex_lock(&job->lock);
	len = exerciser_result_show(job, page);
	mutex_unlock(&job->lock);
	return len;
}
CONFIGFS_ATTR_RO(exerciser_cfs_, result);

static struct configfs_attribute *exerciser_job_attrs[] = {
	&exerciser_cfs_attr_target,
	&exerciser_cfs_attr_destroy,
	&exerciser_cfs_attr_engine,
	&exerciser_cfs_attr_buffer,
	&exerciser_cfs_attr_op,
	&exerciser_cfs_attr_size,
	&exerciser_cfs_attr_offset,
	&exerciser_cfs_attr_span,
	&exerciser_cfs_attr_depth,
	&exerciser_cfs_attr_threads,
	&exerciser_cfs_attr_count,
	&exerciser_cfs_attr_time_ms,
	&exerciser_cfs_attr_verify,
	&exerciser_cfs_attr_seed,
	&exerciser_cfs_attr_stable,
	&exerciser_cfs_attr_polled,
	&exerciser_cfs_attr_latency,
	&exerciser_cfs_attr_batch,
	&exerciser_cfs_attr_run,
	&exerciser_cfs_attr_result,
	NULL,
};

static void exerciser_job_release(struct config_item *item)
{
	struct exerciser_job *job = to_exerciser_job(item);

	kfree(job->set.target);
	kfree(job->set.destroy);
	mutex_destroy(&job->lock);
	kfree(job);
}

static struct configfs_item_operations exerciser_job_ops = {
	.release = exerciser_job_release,
};

static const struct config_item_type exerciser_job_type = {
	.ct_item_ops = &exerciser_job_ops,
	.ct_attrs = exerciser_job_attrs,
	.ct_owner = THIS_MODULE,
};

static struct config_group *exerciser_make_group(struct config_group *group,
						 const char *name)
{
	struct exerciser_job *job = kzalloc(sizeof(*job), GFP_KERNEL);

	if (!job)
		return ERR_PTR(-ENOMEM);
	exerciser_job_init(job);
	config_group_init_type_name(&job->group, name, &exerciser_job_type);
	return &job->group;
}

static struct configfs_group_operations exerciser_group_ops = {
	.make_group = exerciser_make_group,
};

static ssize_t exerciser_cfs_features_show(struct config_item *item, char *page)
{
	ssize_t len = exerciser_engine_list(page, 0, "engine ");
	const char *const *word;

	for (word = exerciser_buffer_names; *word; word++)
		len += sysfs_emit_at(page, len, "buffer %s\n", *word);
	for (word = exerciser_op_names; *word; word++)
		len += sysfs_emit_at(page, len, "op %s\n", *word);
	return len;
}
CONFIGFS_ATTR_RO(exerciser_cfs_, features);

static struct configfs_attribute *exerciser_group_attrs[] = {
	&exerciser_cfs_attr_features,
	NULL,
};

static const struct config_item_type exerciser_group_type = {
	.ct_group_ops = &exerciser_group_ops,
	.ct_attrs = exerciser_group_attrs,
	.ct_owner = THIS_MODULE,
};

static struct configfs_subsystem exerciser_subsys = {
	.su_group = {
		.cg_item = {
			.ci_namebuf = EXERCISER_NAME,
			.ci_type = &exerciser_group_type,
		},
	},
	.su_mutex = __MUTEX_INITIALIZER(exerciser_subsys.su_mutex),
};

/**
 * exerciser_configfs_init() - create the exerciser's directory in configfs
 *
 * Context: process, module init.
 * Return: 0 or a negative errno.
 */
int exerciser_configfs_init(void)
{
	config_group_init(&exerciser_subsys.su_group);
	return configfs_register_subsystem(&exerciser_subsys);
}

/**
 * exerciser_configfs_exit() - remove the exerciser's directory from configfs
 *
 * The directory of a job holds a reference to the module, so no job exists any more.
 *
 * Context: process, module exit.
 */
void exerciser_configfs_exit(void)
{
	configfs_unregister_subsystem(&exerciser_subsys);
}
