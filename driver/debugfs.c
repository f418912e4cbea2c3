// SPDX-License-Identifier: GPL-2.0-only
/*
 * Creates the driver's files in debugfs. Each disk has a directory
 * /sys/kernel/debug/zcblk/<disk>/. The kernel API has the file api and the directory clients/.
 * The first line of each file is the version of its format.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "api/client.h"
#include "zcblk.h"

static struct dentry *zcblk_debugfs_root, *zcblk_debugfs_clients;

static int zcblk_debugfs_stats_show(struct seq_file *m, void *unused)
{
	struct zcblk_disk *disk = m->private;

	seq_puts(m, "version 1\n");
	seq_printf(m, "lower %pg\n", disk->lower);
	zcblk_stats_show(disk, m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(zcblk_debugfs_stats);

static int zcblk_debugfs_latency_show(struct seq_file *m, void *unused)
{
	seq_puts(m, "version 1\n");
	zcblk_stats_show_latency(m->private, m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(zcblk_debugfs_latency);

static int zcblk_debugfs_api_show(struct seq_file *m, void *unused)
{
	seq_puts(m, "version 1\n");
	zcblk_clients_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(zcblk_debugfs_api);

static int zcblk_debugfs_client_show(struct seq_file *m, void *unused)
{
	seq_puts(m, "version 1\n");
	zcblk_client_show(m->private, m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(zcblk_debugfs_client);

static int zcblk_debugfs_range_locks_show(struct seq_file *m, void *unused)
{
	struct zcblk_disk *disk = m->private;

	seq_puts(m, "version 1\n");
	if (!disk->ranges) {
		seq_puts(m, "engine off\n");
		return 0;
	}
	zcblk_ranges_show_stats(disk->ranges, m);
	return zcblk_ranges_show(disk->ranges, m);
}

/*
 * The buffer has room for a thousand lines. If more lines are needed, seq_file doubles the
 * buffer and calls the show function again.
 */
static int zcblk_debugfs_range_locks_open(struct inode *inode, struct file *file)
{
	return single_open_size(file, zcblk_debugfs_range_locks_show,
				inode->i_private, SZ_64K);
}

static const struct file_operations zcblk_debugfs_range_locks_fops = {
	.owner = THIS_MODULE,
	.open = zcblk_debugfs_range_locks_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

static const struct {
	const char *name;
	const struct file_operations *fops;
} zcblk_debugfs_files[] = {
	{ "stats", &zcblk_debugfs_stats_fops },
	{ "latency", &zcblk_debugfs_latency_fops },
	{ "range_locks", &zcblk_debugfs_range_locks_fops },
};

/**
 * zcblk_debugfs_add() - create the directory and the files of a disk
 * @disk: the disk
 *
 * Context: process.
 */
void zcblk_debugfs_add(struct zcblk_disk *disk)
{
	size_t i;

	disk->debugfs = debugfs_create_dir(disk->gd->disk_name, zcblk_debugfs_root);
	for (i = 0; i < ARRAY_SIZE(zcblk_debugfs_files); i++)
		debugfs_create_file(zcblk_debugfs_files[i].name, 0444,
				    disk->debugfs, disk,
				    zcblk_debugfs_files[i].fops);
}

/**
 * zcblk_debugfs_del() - remove the directory of a disk, and wait for readers
 * @disk: the disk
 *
 * Context: process.
 */
void zcblk_debugfs_del(struct zcblk_disk *disk)
{
	debugfs_remove_recursive(disk->debugfs);
}

/**
 * zcblk_debugfs_add_client() - create the file of a client of the kernel API
 * @client: the client; zcblk_client_destroy() removes the file
 *
 * Context: process.
 */
void zcblk_debugfs_add_client(struct zcblk_client *client)
{
	client->debugfs = debugfs_create_file(client->name, 0444, zcblk_debugfs_clients,
					      client, &zcblk_debugfs_client_fops);
}

/**
 * zcblk_debugfs_init() - create the directory of the driver, with the files of the kernel API
 *
 * Context: process, module init.
 */
void zcblk_debugfs_init(void)
{
	zcblk_debugfs_root = debugfs_create_dir(ZCBLK_NAME, NULL);
	debugfs_create_file("api", 0444, zcblk_debugfs_root, NULL,
			    &zcblk_debugfs_api_fops);
	zcblk_debugfs_clients = debugfs_create_dir("clients", zcblk_debugfs_root);
}

/**
 * zcblk_debugfs_exit() - remove the directory of the driver
 *
 * Context: process, module exit.
 */
void zcblk_debugfs_exit(void)
{
	debugfs_remove_recursive(zcblk_debugfs_root);
}
