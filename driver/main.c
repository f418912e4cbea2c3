// SPDX-License-Identifier: GPL-2.0-only
/*
 * Defines the module parameters, and initialises and exits the module.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>

#include "api/client.h"
#include "version.h"
#include "zcblk.h"

static char *lower[ZCBLK_MAX_LOWER];
static int nr_lower;
module_param_array(lower, charp, &nr_lower, 0444);
MODULE_PARM_DESC(lower, "Block devices to make disks on: lower=/dev/vdb[,...] gives /dev/zcblk0 and so on");

static char *path = "zerocopy";
module_param(path, charp, 0444);
MODULE_PARM_DESC(path, "Data path that disks start with: zerocopy (default), copy or ab");

static char *bounce = "page";
module_param(bounce, charp, 0444);
MODULE_PARM_DESC(bounce, "Memory of the copy path that disks start with: page (default), kmalloc or vmalloc");

static char *stats = "latency";
module_param(stats, charp, 0444);
MODULE_PARM_DESC(stats, "Statistics that disks start with: off, counters or latency (default)");

static char *range_lock = "off";
module_param(range_lock, charp, 0444);
MODULE_PARM_DESC(range_lock, "Range lock that disks start with: off (default), on (the best: slot), list, tree or slot");

static char *overlap = "serialize";
module_param(overlap, charp, 0444);
MODULE_PARM_DESC(overlap, "What disks with a range lock do with requests that overlap: serialize (default), reject or detect");

static bool read_only;
module_param(read_only, bool, 0444);
MODULE_PARM_DESC(read_only, "Disks start read-only (default 0)");

static int __init zcblk_parse_params(struct zcblk_settings *set)
{
	set->path = zcblk_parse_word("parameter", "path", zcblk_path_names, path);
	if (set->path < 0)
		return set->path;

	set->bounce = zcblk_parse_word("parameter", "bounce", zcblk_bounce_names, bounce);
	if (set->bounce < 0)
		return set->bounce;

	set->stats = zcblk_parse_word("parameter", "stats", zcblk_stats_names, stats);
	if (set->stats < 0)
		return set->stats;

	set->range_lock = zcblk_parse_engine("parameter", range_lock);
	if (set->range_lock < 0)
		return set->range_lock;
	set->overlap = zcblk_parse_word("parameter", "overlap", zcblk_overlap_names, overlap);
	if (set->overlap < 0)
		return set->overlap;
	if (set->overlap && !set->range_lock) {
		pr_err("parameter: overlap=%s needs a range lock; add range_lock=on\n",
		       overlap);
		return -EINVAL;
	}

	set->read_only = read_only;
	return 0;
}

static int __init zcblk_init(void)
{
	struct zcblk_settings defaults = { };
	int err;

	err = zcblk_parse_params(&defaults);
	if (err)
		return err;
	err = zcblk_poll_init();
	if (err)
		return err;
	zcblk_debugfs_init();
	err = zcblk_client_init();
	if (err)
		goto exit_debugfs;
	err = zcblk_disk_init();
	if (err)
		goto exit_client;
	err = zcblk_configfs_init(&defaults, lower, nr_lower);
	if (err)
		goto exit_disk;
	return 0;

exit_disk:
	zcblk_disk_exit();
exit_client:
	zcblk_client_exit();
exit_debugfs:
	zcblk_debugfs_exit();
	zcblk_poll_exit();
	return err;
}

static void __exit zcblk_exit(void)
{
	zcblk_configfs_exit();
	zcblk_disk_exit();
	zcblk_client_exit();
	zcblk_debugfs_exit();
	zcblk_poll_exit();
}

module_init(zcblk_init);
module_exit(zcblk_exit);

MODULE_DESCRIPTION("Zero-copy stacking block device");
MODULE_VERSION(ZCBLK_VERSION);
MODULE_AUTHOR("The zcblk authors");
MODULE_LICENSE("GPL");
