// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements the user interface /sys/kernel/config/zcblk, which has a directory for each disk
 * and a file for each setting.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ctype.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "zcblk.h"

const char *const zcblk_path_names[] = { "zerocopy", "copy", "ab", NULL };
const char *const zcblk_bounce_names[] = { "page", "kmalloc", "vmalloc", NULL };
const char *const zcblk_stats_names[] = { "off", "counters", "latency", NULL };
const char *const zcblk_unreferenced_names[] = { "map", "detect", "copy", NULL };
static const char *const zcblk_bool_names[] = { "0", "1", NULL };

enum zcblk_power {
	ZCBLK_POWER_OFF,
	ZCBLK_POWER_ON,
	ZCBLK_POWER_FORCE,
	ZCBLK_POWER_DEFERRED,	/* remove the disk at its last close */
};

static const char *const zcblk_power_names[] = { "0", "1", "force", "deferred", NULL };

static const char *const zcblk_reset_names[] = { "1", NULL };

static struct zcblk_settings zcblk_defaults;

/* This workqueue removes disks at their last close */
static struct workqueue_struct *zcblk_last_close_wq;

static struct zcblk_device *to_zcblk_device(struct config_item *item)
{
	return container_of(to_config_group(item), struct zcblk_device, group);
}

static const char *zcblk_device_name(struct zcblk_device *dev)
{
	return config_item_name(&dev->group.cg_item);
}

/**
 * zcblk_parse_word() - look up a word in an array
 * @who: start of the message: the name of the disk or job, or "parameter"
 * @what: name of the setting, for the message
 * @words: the accepted words, up to a NULL
 * @word: what the user wrote; a newline at its end is ignored
 *
 * Context: any.
 * Return: the index of the word; or -EINVAL if @words does not contain the word, after a
 * message that lists @words.
 */
int zcblk_parse_word(const char *who, const char *what,
		     const char *const *words, const char *word)
{
	char accepted[64];
	int i, at = 0;

	for (i = 0; words[i]; i++) {
		if (sysfs_streq(word, words[i]))
			return i;
		at += scnprintf(accepted + at, sizeof(accepted) - at, " %s", words[i]);
	}
	pr_err("%s: invalid value '%.*s' for %s: must be one of%s\n", who,
	       (int)strcspn(word, "\n"), word, what, accepted);
	return -EINVAL;
}
EXPORT_SYMBOL_GPL(zcblk_parse_word);

/*
 * Defines the file of a setting whose value is one of @_words. The user may change the setting at
 * any time. If @_prepare returns an error, the setting keeps its value.
 */
#define ZCBLK_WORD_ATTR(_name, _words, _prepare)				\
static ssize_t zcblk_cfs_##_name##_show(struct config_item *item, char *page)	\
{									\
	struct zcblk_device *dev = to_zcblk_device(item);		\
									\
	return sysfs_emit(page, "%s\n",					\
			  _words[READ_ONCE(dev->set._name)]);		\
}									\
									\
static ssize_t zcblk_cfs_##_name##_store(struct config_item *item,		\
				     const char *page, size_t count)	\
{									\
	struct zcblk_device *dev = to_zcblk_device(item);		\
	int err, i = zcblk_parse_word(zcblk_device_name(dev), #_name,	\
				      _words, page);			\
									\
	if (i < 0)							\
		return i;						\
	mutex_lock(&dev->lock);						\
	err = _prepare(dev, i);						\
	if (!err)							\
		WRITE_ONCE(dev->set._name, i);				\
	if (!err && dev->disk)						\
		zcblk_io_update_needs(dev->disk);			\
	mutex_unlock(&dev->lock);					\
	return err ?: count;						\
}									\
CONFIGFS_ATTR(zcblk_cfs_, _name)

static int zcblk_prepare_nothing(struct zcblk_device *dev, int word)
{
	return 0;
}

static int zcblk_prepare_path(struct zcblk_device *dev, int path)
{
	if (!dev->disk)
		return 0;
	return zcblk_copy_prepare(dev->disk, zcblk_device_name(dev), path);
}

/*
 * Changes the setting stable, which zcblk_limits_follow() reads. The disk then requests stable
 * pages from the page cache only if @on is 1 or its lower device requests them. zcblk.8 says which
 * writers such a request affects.
 */
static int zcblk_prepare_stable(struct zcblk_device *dev, int on)
{
	WRITE_ONCE(dev->set.stable, on);
	if (dev->disk)
		zcblk_limits_follow(dev->disk, BIT(ZCBLK_STABLE_WRITES));
	return 0;
}

static int zcblk_prepare_unreferenced(struct zcblk_device *dev, int what)
{
	BUILD_BUG_ON(ARRAY_SIZE(zcblk_unreferenced_names) != ZCBLK_NR_UNREFERENCED + 1);
	return what == ZCBLK_UNREFERENCED_COPY ? zcblk_prepare_path(dev, ZCBLK_PATH_COPY) : 0;
}

static int zcblk_prepare_overlap(struct zcblk_device *dev, int overlap)
{
	if (dev->set.range_lock)
		return 0;
	pr_err("%s: overlap needs a range lock; write on to range_lock first\n",
	       zcblk_device_name(dev));
	return -EINVAL;
}

ZCBLK_WORD_ATTR(path, zcblk_path_names, zcblk_prepare_path);
ZCBLK_WORD_ATTR(bounce, zcblk_bounce_names, zcblk_prepare_nothing);
ZCBLK_WORD_ATTR(stats, zcblk_stats_names, zcblk_prepare_nothing);
ZCBLK_WORD_ATTR(stable, zcblk_bool_names, zcblk_prepare_stable);
ZCBLK_WORD_ATTR(unreferenced, zcblk_unreferenced_names, zcblk_prepare_unreferenced);
ZCBLK_WORD_ATTR(overlap, zcblk_overlap_names, zcblk_prepare_overlap);

static bool zcblk_device_is_up(struct zcblk_device *dev, const char *what)
{
	lockdep_assert_held(&dev->lock);
	if (dev->disk)
		pr_err("%s: cannot change %s while the disk is up; write 0 to power first\n",
		       zcblk_device_name(dev), what);
	return dev->disk;
}

/*
 * Changes a setting, or fails with -EBUSY and a message if the disk is up. A negative @value is
 * an errno, which the function returns.
 */
static int zcblk_device_set_fixed(struct zcblk_device *dev, const char *what,
				  int *setting, int value)
{
	int err = 0;

	if (value < 0)
		return value;
	mutex_lock(&dev->lock);
	if (zcblk_device_is_up(dev, what))
		err = -EBUSY;
	else
		*setting = value;
	mutex_unlock(&dev->lock);
	return err;
}

static ssize_t zcblk_cfs_lower_show(struct config_item *item, char *page)
{
	struct zcblk_device *dev = to_zcblk_device(item);
	ssize_t len;

	spin_lock(&dev->show_lock);
	len = sysfs_emit(page, "%s\n", dev->set.lower ?: "");
	spin_unlock(&dev->show_lock);
	return len;
}

static int zcblk_device_set_lower(struct zcblk_device *dev, const char *path)
{
	int err = -EBUSY;
	char *lower;

	lower = kstrndup(path, strcspn(path, "\n"), GFP_KERNEL);
	if (!lower)
		return -ENOMEM;

	mutex_lock(&dev->lock);
	if (!zcblk_device_is_up(dev, "lower")) {
		spin_lock(&dev->show_lock);
		swap(dev->set.lower, lower);
		spin_unlock(&dev->show_lock);
		err = 0;
	}
	mutex_unlock(&dev->lock);
	kfree(lower);
	return err;
}

static ssize_t zcblk_cfs_lower_store(struct config_item *item, const char *page,
				     size_t count)
{
	int err = zcblk_device_set_lower(to_zcblk_device(item), page);

	return err ?: count;
}
CONFIGFS_ATTR(zcblk_cfs_, lower);

static ssize_t zcblk_cfs_read_only_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%d\n", to_zcblk_device(item)->set.read_only);
}

static ssize_t zcblk_cfs_read_only_store(struct config_item *item,
					 const char *page, size_t count)
{
	struct zcblk_device *dev = to_zcblk_device(item);
	int on = zcblk_parse_word(zcblk_device_name(dev), "read_only",
				  zcblk_bool_names, page);

	return zcblk_device_set_fixed(dev, "read_only", &dev->set.read_only, on) ?: count;
}
CONFIGFS_ATTR(zcblk_cfs_, read_only);

static const char *const zcblk_on_names[] = { "on", NULL };

/**
 * zcblk_parse_engine() - look up a range lock by its name
 * @who: start of the message: the name of the disk, or "parameter"
 * @word: what the user wrote: a name, or `on` for the best range lock
 *
 * Context: any.
 * Return: an enum zcblk_range_engine; or -EINVAL, after a message.
 */
int zcblk_parse_engine(const char *who, const char *word)
{
	if (sysfs_streq(word, zcblk_on_names[0]))
		return ZCBLK_ENGINE_ON;
	return zcblk_parse_word(who, "range_lock", zcblk_range_lock_names, word);
}

static ssize_t zcblk_cfs_range_lock_show(struct config_item *item, char *page)
{
	int engine = to_zcblk_device(item)->set.range_lock;

	return sysfs_emit(page, "%s\n", zcblk_range_lock_names[engine]);
}

static ssize_t zcblk_cfs_range_lock_store(struct config_item *item,
					  const char *page, size_t count)
{
	struct zcblk_device *dev = to_zcblk_device(item);
	int engine = zcblk_parse_engine(zcblk_device_name(dev), page);

	return zcblk_device_set_fixed(dev, "range_lock", &dev->set.range_lock, engine) ?:
	       count;
}
CONFIGFS_ATTR(zcblk_cfs_, range_lock);

static struct configfs_subsystem zcblk_subsys;

/*
 * True, after a message, if the disk has lost its lower device. The disk cannot use a lower device
 * that reappears.
 */
static bool zcblk_device_is_dead(struct zcblk_device *dev)
{
	bool dead;

	lockdep_assert_held(&dev->lock);
	dead = READ_ONCE(dev->disk->dead);
	if (dead)
		pr_err("%s: the lower device has gone; write 0 to power first\n",
		       zcblk_device_name(dev));
	return dead;
}

/*
 * Prevents rmdir for the directory of a disk that is up. Power on adds a configfs dependency,
 * which makes rmdir fail. Power off or a deferred removal removes the dependency. A directory of
 * the parameter lower= needs no dependency, because rmdir always fails for it.
 */
static int zcblk_device_pin(struct zcblk_device *dev)
{
	int err;

	lockdep_assert_held(&dev->lock);
	if (dev->from_param || dev->pinned)
		return 0;
	err = configfs_depend_item_unlocked(&zcblk_subsys, &dev->group.cg_item);
	dev->pinned = !err;
	return err;
}

static void zcblk_device_unpin(struct zcblk_device *dev)
{
	lockdep_assert_held(&dev->lock);
	if (!dev->pinned)
		return;
	configfs_undepend_item(&dev->group.cg_item);
	dev->pinned = false;
}

static void zcblk_device_set_disk(struct zcblk_device *dev, struct zcblk_disk *disk)
{
	lockdep_assert_held(&dev->lock);
	spin_lock(&dev->show_lock);
	dev->disk = disk;
	spin_unlock(&dev->show_lock);
}

static int zcblk_device_power_on(struct zcblk_device *dev)
{
	struct zcblk_disk *disk;
	int err;

	lockdep_assert_held(&dev->lock);
	if (dev->disk && zcblk_device_is_dead(dev))
		return -ENODEV;
	err = zcblk_device_pin(dev);
	if (err)
		return err;
	if (dev->disk) {
		zcblk_disk_defer(dev->disk, false);
		return 0;
	}

	disk = zcblk_disk_create(zcblk_device_name(dev), &dev->set);
	if (IS_ERR(disk)) {
		zcblk_device_unpin(dev);
		return PTR_ERR(disk);
	}
	config_item_get(&dev->group.cg_item);
	zcblk_device_set_disk(dev, disk);
	return 0;
}

/*
 * Removes the disk. The caller must hold a reference to the directory, because this function
 * drops the reference of the disk.
 */
static int zcblk_device_power_off(struct zcblk_device *dev, bool force)
{
	struct zcblk_disk *disk = dev->disk;
	int err;

	lockdep_assert_held(&dev->lock);
	if (!disk)
		return 0;
	err = zcblk_disk_remove(disk, force);
	if (err)
		return err;
	zcblk_device_set_disk(dev, NULL);
	zcblk_disk_put(disk);
	zcblk_device_unpin(dev);
	config_item_put(&dev->group.cg_item);
	return 0;
}

/*
 * Removes the disk now. If the disk is open, it is removed at its last close instead, and rmdir
 * may remove the directory before that close.
 */
static int zcblk_device_power_deferred(struct zcblk_device *dev)
{
	int err;

	lockdep_assert_held(&dev->lock);
	if (!dev->disk)
		return 0;
	zcblk_disk_defer(dev->disk, true);
	err = zcblk_device_power_off(dev, false);
	if (err != -EBUSY)
		return err;
	zcblk_device_unpin(dev);
	return 0;
}

static int zcblk_device_set_power(struct zcblk_device *dev, enum zcblk_power power)
{
	int err;

	mutex_lock(&dev->lock);
	if (power == ZCBLK_POWER_ON)
		err = zcblk_device_power_on(dev);
	else if (power == ZCBLK_POWER_DEFERRED)
		err = zcblk_device_power_deferred(dev);
	else
		err = zcblk_device_power_off(dev, power == ZCBLK_POWER_FORCE);
	mutex_unlock(&dev->lock);
	return err;
}

/*
 * Removes a disk after its last close. If the disk was opened again in the meantime, its removal
 * stays deferred.
 */
static void zcblk_device_last_close(struct work_struct *work)
{
	struct zcblk_device *dev = container_of(work, struct zcblk_device, last_close);

	mutex_lock(&dev->lock);
	if (dev->disk && READ_ONCE(dev->disk->deferred))
		zcblk_device_power_off(dev, false);
	mutex_unlock(&dev->lock);
	config_item_put(&dev->group.cg_item);
}

/**
 * zcblk_configfs_last_close() - make a worker remove a disk, because it was closed at last
 * @set: settings of the disk, whose removal was deferred
 *
 * Context: any. The disk must not be removed during the call.
 */
void zcblk_configfs_last_close(const struct zcblk_settings *set)
{
	struct zcblk_device *dev = container_of(set, struct zcblk_device, set);

	config_item_get(&dev->group.cg_item);
	if (!queue_work(zcblk_last_close_wq, &dev->last_close))
		config_item_put(&dev->group.cg_item);
}

static ssize_t zcblk_cfs_power_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%d\n", !!READ_ONCE(to_zcblk_device(item)->disk));
}

static ssize_t zcblk_cfs_power_store(struct config_item *item, const char *page,
				     size_t count)
{
	struct zcblk_device *dev = to_zcblk_device(item);
	int err, power = zcblk_parse_word(zcblk_device_name(dev), "power",
					  zcblk_power_names, page);

	if (power < 0)
		return power;
	err = zcblk_device_set_power(dev, power);
	return err ?: count;
}
CONFIGFS_ATTR(zcblk_cfs_, power);

static bool zcblk_name_is(const char *disk, const char *name)
{
	return !strcmp(disk, name);
}

static ssize_t zcblk_cfs_state_show(struct config_item *item, char *page)
{
	struct zcblk_device *dev = to_zcblk_device(item);
	const char *state = NULL;

	spin_lock(&dev->show_lock);
	if (dev->disk)
		state = zcblk_disk_state(dev->disk);
	spin_unlock(&dev->show_lock);
	if (!state)
		state = zcblk_disks_find(zcblk_name_is, zcblk_device_name(dev), true) ?
			"removed" : "off";
	return sysfs_emit(page, "%s\n", state);
}
CONFIGFS_ATTR_RO(zcblk_cfs_, state);

static ssize_t zcblk_cfs_reset_stats_store(struct config_item *item,
					   const char *page, size_t count)
{
	struct zcblk_device *dev = to_zcblk_device(item);
	int err = zcblk_parse_word(zcblk_device_name(dev), "reset_stats",
				   zcblk_reset_names, page);

	if (err)
		return err;
	mutex_lock(&dev->lock);
	if (dev->disk)
		zcblk_stats_reset(dev->disk);
	mutex_unlock(&dev->lock);
	return count;
}
CONFIGFS_ATTR_WO(zcblk_cfs_, reset_stats);

static struct configfs_attribute *zcblk_device_attrs[] = {
	&zcblk_cfs_attr_lower,
	&zcblk_cfs_attr_path,
	&zcblk_cfs_attr_bounce,
	&zcblk_cfs_attr_stats,
	&zcblk_cfs_attr_stable,
	&zcblk_cfs_attr_unreferenced,
	&zcblk_cfs_attr_range_lock,
	&zcblk_cfs_attr_overlap,
	&zcblk_cfs_attr_read_only,
	&zcblk_cfs_attr_power,
	&zcblk_cfs_attr_state,
	&zcblk_cfs_attr_reset_stats,
	NULL,
};

static void zcblk_device_release(struct config_item *item)
{
	struct zcblk_device *dev = to_zcblk_device(item);

	kfree(dev->set.lower);
	mutex_destroy(&dev->lock);
	kfree(dev);
}

static struct configfs_item_operations zcblk_device_ops = {
	.release = zcblk_device_release,
};

static const struct config_item_type zcblk_device_type = {
	.ct_item_ops = &zcblk_device_ops,
	.ct_attrs = zcblk_device_attrs,
	.ct_owner = THIS_MODULE,
};

/*
 * True if @name ends in a digit, p and optionally a number. For example, zcblk0p1 may be a
 * partition of the disk zcblk0. A disk zcblk0p could also have a partition zcblk0p1.
 */
static bool zcblk_is_partition_name(const char *name)
{
	const char *c = name + strlen(name);

	while (c > name && isdigit(c[-1]))
		c--;
	return c > name + 1 && c[-1] == 'p' && isdigit(c[-2]);
}

/*
 * True if a name has the prefix zcblk and only valid characters. The prefix distinguishes zcblk
 * disks from the disks of other drivers.
 */
static bool zcblk_is_disk_name(const char *name)
{
	const char *c;

	for (c = name; *c; c++)
		if (!isascii(*c) || (!isalnum(*c) && !strchr("._-", *c)))
			return false;
	return str_has_prefix(name, ZCBLK_NAME);
}

static int zcblk_check_name(const char *name)
{
	if (strlen(name) >= DISK_NAME_LEN) {
		pr_err("'%s': a name has at most %d characters\n", name,
		       DISK_NAME_LEN - 1);
		return -ENAMETOOLONG;
	}

	if (zcblk_is_partition_name(name)) {
		pr_err("'%s': partitions have such names; choose a name that does not end in a digit and p, with or without a number\n",
		       name);
		return -EINVAL;
	}

	if (!strcmp(name, ZCBLK_NAME)) {
		pr_err("'%s': its partitions would have the names of other disks; add a letter or a number\n",
		       name);
		return -EINVAL;
	}

	if (!zcblk_is_disk_name(name)) {
		pr_err("'%s': a name is " ZCBLK_NAME " and letters, digits, '.', '_' or '-'\n",
		       name);
		return -EINVAL;
	}

	return 0;
}

static struct zcblk_device *zcblk_device_alloc(const char *name)
{
	struct zcblk_device *dev;
	int err = zcblk_check_name(name);

	if (err)
		return ERR_PTR(err);
	dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	if (!dev)
		return ERR_PTR(-ENOMEM);
	dev->set = zcblk_defaults;
	mutex_init(&dev->lock);
	spin_lock_init(&dev->show_lock);
	INIT_WORK(&dev->last_close, zcblk_device_last_close);
	config_group_init_type_name(&dev->group, name, &zcblk_device_type);
	return dev;
}

/*
 * True if a partition of @disk may have the name @name. add_partition() of the block layer has the
 * same rule.
 */
static bool zcblk_is_partition_of(const char *disk, const char *name)
{
	size_t len = strlen(disk);

	if (strncmp(name, disk, len))
		return false;
	name += len;
	if (isdigit(disk[len - 1]) && *name++ != 'p')
		return false;
	return *name && !name[strspn(name, "0123456789")];
}

static bool zcblk_names_clash(const char *disk, const char *name)
{
	if (!zcblk_is_partition_of(disk, name) && !zcblk_is_partition_of(name, disk))
		return false;
	pr_err("'%s': it and %s would have the names of a disk and its partition; choose another, such as %s-a\n",
	       name, disk, name);
	return true;
}

/*
 * Checks a new name against the names of all directories, and of all disks that were not removed.
 * configfs holds a mutex during the call, so no other directory is made at the same time.
 */
static int zcblk_check_others(struct config_group *group, const char *name)
{
	struct config_item *item;

	list_for_each_entry(item, &group->cg_children, ci_entry)
		if (zcblk_names_clash(config_item_name(item), name))
			return -EINVAL;
	if (zcblk_disks_find(zcblk_name_is, name, false)) {
		pr_err("'%s': its removal is deferred to its last close; see the file removed\n",
		       name);
		return -EEXIST;
	}
	/* Also check disks that are still open after their directory was removed */
	return zcblk_disks_find(zcblk_names_clash, name, false) ? -EINVAL : 0;
}

static struct config_group *zcblk_make_group(struct config_group *group,
					     const char *name)
{
	int err = zcblk_check_others(group, name);
	struct zcblk_device *dev = err ? ERR_PTR(err) : zcblk_device_alloc(name);

	return IS_ERR(dev) ? ERR_CAST(dev) : &dev->group;
}

static struct configfs_group_operations zcblk_group_ops = {
	.make_group = zcblk_make_group,
};

static const struct {
	const char *name;
	const char *const *words;
} zcblk_features[] = {
	{ "path", zcblk_path_names },
	{ "bounce", zcblk_bounce_names },
	{ "stats", zcblk_stats_names },
	{ "stable", zcblk_bool_names },
	{ "unreferenced", zcblk_unreferenced_names },
	{ "range_lock", zcblk_range_lock_names },
	{ "range_lock", zcblk_on_names },
	{ "overlap", zcblk_overlap_names },
	{ "read_only", zcblk_bool_names },
	{ "power", zcblk_power_names },
	{ "reset_stats", zcblk_reset_names },
};

static ssize_t zcblk_cfs_features_show(struct config_item *item, char *page)
{
	const char *const *word;
	ssize_t len = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(zcblk_features); i++)
		for (word = zcblk_features[i].words; *word; word++)
			len += sysfs_emit_at(page, len, "%s %s\n",
					     zcblk_features[i].name, *word);
	return len;
}
CONFIGFS_ATTR_RO(zcblk_cfs_, features);

static ssize_t zcblk_cfs_removed_show(struct config_item *item, char *page)
{
	return zcblk_disks_show(page);
}
CONFIGFS_ATTR_RO(zcblk_cfs_, removed);

static struct configfs_attribute *zcblk_group_attrs[] = {
	&zcblk_cfs_attr_features,
	&zcblk_cfs_attr_removed,
	NULL,
};

static const struct config_item_type zcblk_group_type = {
	.ct_group_ops = &zcblk_group_ops,
	.ct_attrs = zcblk_group_attrs,
	.ct_owner = THIS_MODULE,
};

static struct configfs_subsystem zcblk_subsys = {
	.su_group = {
		.cg_item = {
			.ci_namebuf = ZCBLK_NAME,
			.ci_type = &zcblk_group_type,
		},
	},
	.su_mutex = __MUTEX_INITIALIZER(zcblk_subsys.su_mutex),
};

/*
 * Adds a directory for a path of the parameter lower=. The directory becomes visible when the
 * driver registers with configfs.
 */
static int zcblk_configfs_add(const char *lower, unsigned int nr)
{
	struct zcblk_device *dev;
	char name[DISK_NAME_LEN];

	snprintf(name, sizeof(name), ZCBLK_NAME "%u", nr);
	dev = zcblk_device_alloc(name);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	dev->from_param = true;
	configfs_add_default_group(&dev->group, &zcblk_subsys.su_group);
	return zcblk_device_set_lower(dev, lower);
}

/* Checks that all lower devices can be claimed at the same time */
static int zcblk_configfs_try_lower(char *const *lower, unsigned int nr_lower)
{
	struct zcblk_settings set = zcblk_defaults;
	struct file *files[ZCBLK_MAX_LOWER];
	char name[DISK_NAME_LEN];
	unsigned int i;
	int err = 0;

	for (i = 0; i < nr_lower && !err; i++) {
		snprintf(name, sizeof(name), ZCBLK_NAME "%u", i);
		set.lower = lower[i];
		files[i] = zcblk_lower_claim(&set, &files[i], NULL, name);
		err = PTR_ERR_OR_ZERO(files[i]);
	}

	while (i--)
		if (!IS_ERR(files[i]))
			bdev_fput(files[i]);
	/* Return ENODEV instead of ENOENT, because insmod reports ENOENT as a missing symbol */
	return err == -ENOENT ? -ENODEV : err;
}

static void zcblk_configfs_power_all(enum zcblk_power power)
{
	struct config_group *group;

	list_for_each_entry(group, &zcblk_subsys.su_group.default_groups, group_entry)
		zcblk_device_set_power(to_zcblk_device(&group->cg_item), power);
}

/**
 * zcblk_configfs_init() - register with configfs, and bring up the disks of parameter lower=
 * @defaults: initial settings of each disk
 * @lower: paths of lower devices
 * @nr_lower: number of paths
 *
 * Before the function brings up the first disk, it does all steps that can fail. The partition
 * scan of a disk leaves a reference to the module, which is dropped only when the caller returns
 * to user space. So if a later step failed, the module could not be freed. If a disk fails to come
 * up, the function prints a message, and the disk's power stays 0.
 *
 * Context: process, module init.
 * Return: 0 or a negative errno.
 */
int zcblk_configfs_init(const struct zcblk_settings *defaults,
			char *const *lower, unsigned int nr_lower)
{
	unsigned int i;
	int err;

	zcblk_defaults = *defaults;
	zcblk_last_close_wq = alloc_workqueue(ZCBLK_NAME, WQ_UNBOUND, 0);
	if (!zcblk_last_close_wq)
		return -ENOMEM;

	config_group_init(&zcblk_subsys.su_group);
	err = zcblk_configfs_try_lower(lower, nr_lower);
	for (i = 0; i < nr_lower && !err; i++)
		err = zcblk_configfs_add(lower[i], i);
	if (!err)
		err = configfs_register_subsystem(&zcblk_subsys);

	if (err) {
		configfs_remove_default_groups(&zcblk_subsys.su_group);
		destroy_workqueue(zcblk_last_close_wq);
	} else {
		zcblk_configfs_power_all(ZCBLK_POWER_ON);
	}
	return err;
}

/**
 * zcblk_configfs_exit() - unregister from configfs, and shut down the disks of parameter lower=
 *
 * Each directory that the user made holds a reference to the module. So no such directory
 * exists when the module exits.
 *
 * Context: process, module exit.
 */
void zcblk_configfs_exit(void)
{
	configfs_unregister_subsystem(&zcblk_subsys);
	zcblk_configfs_power_all(ZCBLK_POWER_FORCE);
	/* Destroy the workqueue first, because its work items hold references to the directories */
	destroy_workqueue(zcblk_last_close_wq);
	configfs_remove_default_groups(&zcblk_subsys.su_group);
}
