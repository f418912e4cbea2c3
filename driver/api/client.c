// SPDX-License-Identifier: GPL-2.0-only
/*
 * Clients of the kernel API. Each client has its own memory pools, like a client of dm_io().
 * If two drivers are stacked, I/O of the upper driver waits for I/O of the lower driver. With
 * a shared pool, the upper driver could hold the memory that the lower driver needs.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "client.h"

struct workqueue_struct *zcblk_client_wq;
struct zcblk_client *zcblk_default_client;

/* zcblk_clients_lock protects the list of clients, and the sums of destroyed clients' counters */
static LIST_HEAD(zcblk_clients);
static struct zcblk_client_stats zcblk_gone_clients;
static DEFINE_MUTEX(zcblk_clients_lock);

/* struct zcblk_client_stats consists of 64-bit counters only */
#define ZCBLK_CLIENT_COUNTERS	(sizeof(struct zcblk_client_stats) / sizeof(u64))

static void zcblk_client_add_stats(struct zcblk_client *client,
				   struct zcblk_client_stats *sum)
{
	unsigned int i;
	int cpu;

	for_each_possible_cpu(cpu) {
		u64 *from = (u64 *)per_cpu_ptr(client->stats, cpu);

		for (i = 0; i < ZCBLK_CLIENT_COUNTERS; i++)
			((u64 *)sum)[i] += READ_ONCE(from[i]);
	}
}

static void zcblk_client_show_stats(const struct zcblk_client_stats *sum,
				    struct seq_file *m)
{
	unsigned int i;

	for (i = 0; i < ZCBLK_NR_REASONS; i++)
		seq_printf(m, "io %s %llu %llu\n", zcblk_reason_name(i), sum->ios[i],
			   sum->bytes[i]);
	seq_printf(m, "bios %llu\n", sum->bios);
	seq_printf(m, "errors %llu\n", sum->errors);
	seq_printf(m, "reserve %llu\n", sum->reserve);
	seq_printf(m, "window %llu\n", sum->window);
	seq_printf(m, "flushed %llu\n", sum->flushed);
	seq_printf(m, "invalidated %llu\n", sum->invalidated);
	seq_printf(m, "watched %llu\n", sum->watched);
	seq_printf(m, "unstable %llu\n", sum->unstable);
}

/**
 * zcblk_client_show() - write the counters of a client
 * @client: the client
 * @m: the file to write to
 *
 * Context: process.
 */
void zcblk_client_show(struct zcblk_client *client, struct seq_file *m)
{
	struct zcblk_client_stats sum = { };

	zcblk_client_add_stats(client, &sum);
	zcblk_client_show_stats(&sum, m);
}

/**
 * zcblk_clients_show() - write the sums of the counters of all clients, also of destroyed ones
 * @m: the file to write to
 *
 * Context: process.
 */
void zcblk_clients_show(struct seq_file *m)
{
	struct zcblk_client_stats sum;
	struct zcblk_client *client;

	mutex_lock(&zcblk_clients_lock);
	sum = zcblk_gone_clients;
	list_for_each_entry(client, &zcblk_clients, list)
		zcblk_client_add_stats(client, &sum);
	mutex_unlock(&zcblk_clients_lock);
	zcblk_client_show_stats(&sum, m);
}

static struct zcblk_client *zcblk_client_alloc(void)
{
	struct zcblk_client *client = kzalloc(sizeof(*client), GFP_KERNEL);

	if (!client)
		return NULL;
	client->stats = alloc_percpu(struct zcblk_client_stats);
	if (!client->stats)
		goto free_client;
	if (bioset_init(&client->bios, BIO_POOL_SIZE, offsetof(struct zcblk_part, bio),
			BIOSET_NEED_BVECS | BIOSET_NEED_RESCUER))
		goto free_stats;
	/* The front pad has room for either struct that ends with a bio of this bio_set */
	if (bioset_init(&client->polled, 1, max(offsetof(struct zcblk_part, bio),
						offsetof(struct zcblk_bufio_piece, bio)),
			BIOSET_NEED_BVECS))
		goto exit_bios;
	if (zcblk_bufio_copy_init(client))
		goto exit_polled;
	return client;

exit_polled:
	bioset_exit(&client->polled);
exit_bios:
	bioset_exit(&client->bios);
free_stats:
	free_percpu(client->stats);
free_client:
	kfree(client);
	return NULL;
}

static void zcblk_client_free(struct zcblk_client *client)
{
	zcblk_bounce_pool_exit(&client->bounce);
	bioset_exit(&client->polled);
	bioset_exit(&client->bios);
	free_percpu(client->stats);
	kfree(client);
}

static struct zcblk_client *zcblk_client_find(const char *name)
{
	struct zcblk_client *client;

	lockdep_assert_held(&zcblk_clients_lock);
	list_for_each_entry(client, &zcblk_clients, list)
		if (!strcmp(client->name, name))
			return client;
	return NULL;
}

/* True if a client's name can be the name of its debugfs file */
static bool zcblk_client_name_is_valid(const char *name)
{
	return *name && strlen(name) < ZCBLK_CLIENT_NAME_LEN && !strchr(name, '/') &&
	       strcmp(name, ".") && strcmp(name, "..");
}

static int zcblk_client_add(struct zcblk_client *client)
{
	int err = 0;

	mutex_lock(&zcblk_clients_lock);
	if (zcblk_client_find(client->name))
		err = -EEXIST;
	else
		list_add_tail(&client->list, &zcblk_clients);
	mutex_unlock(&zcblk_clients_lock);
	return err;
}

/**
 * zcblk_client_create_version() - check the caller's header, and create a client
 * @name: name of the client
 * @flags: flags of the client
 * @version: ZCBLK_API_VERSION of the header that the caller was built with
 * @size: sizeof(struct zcblk_bufio) in that header
 *
 * Context: process.
 * Return: as zcblk_client_create().
 */
struct zcblk_client *zcblk_client_create_version(const char *name, unsigned int flags,
						 unsigned int version, size_t size)
{
	struct zcblk_client *client;
	int err;

	if (version != ZCBLK_API_VERSION || size != sizeof(struct zcblk_bufio)) {
		pr_err("%s was built with another <linux/zcblk.h> (version %u, %zu bytes; this is version %u, %zu bytes): build it again\n",
		       name, version, size, ZCBLK_API_VERSION, sizeof(struct zcblk_bufio));
		return ERR_PTR(-EPROTO);
	}
	if (!zcblk_client_name_is_valid(name) ||
	    flags & ~(ZCBLK_BUFIO_MAP_ONLY | ZCBLK_BUFIO_NOWAIT))
		return ERR_PTR(-EINVAL);

	client = zcblk_client_alloc();
	if (!client)
		return ERR_PTR(-ENOMEM);
	strscpy(client->name, name, sizeof(client->name));
	client->flags = flags;
	err = zcblk_client_add(client);
	if (err) {
		zcblk_client_free(client);
		return ERR_PTR(err);
	}
	zcblk_debugfs_add_client(client);
	return client;
}
EXPORT_SYMBOL_GPL(zcblk_client_create_version);

void zcblk_client_destroy(struct zcblk_client *client)
{
	if (IS_ERR_OR_NULL(client))
		return;
	/* Remove the file first, because a new client may use the name after list_del() */
	debugfs_remove(client->debugfs);
	mutex_lock(&zcblk_clients_lock);
	list_del(&client->list);
	zcblk_client_add_stats(client, &zcblk_gone_clients);
	mutex_unlock(&zcblk_clients_lock);
	zcblk_client_free(client);
}
EXPORT_SYMBOL_GPL(zcblk_client_destroy);

void zcblk_client_set_unreferenced(struct zcblk_client *client, enum zcblk_unreferenced what)
{
	WRITE_ONCE(client->unreferenced, what);
}
EXPORT_SYMBOL_GPL(zcblk_client_set_unreferenced);

/**
 * zcblk_client_init() - initialise the kernel API, and create the default client
 *
 * Context: process, module init, after zcblk_debugfs_init().
 * Return: 0 or a negative error.
 */
int zcblk_client_init(void)
{
	zcblk_client_wq = alloc_workqueue(ZCBLK_NAME "/clients", WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	if (!zcblk_client_wq)
		return -ENOMEM;
	zcblk_default_client = zcblk_client_create("default", 0);
	if (!IS_ERR(zcblk_default_client))
		return 0;
	destroy_workqueue(zcblk_client_wq);
	return PTR_ERR(zcblk_default_client);
}

/**
 * zcblk_client_exit() - undo zcblk_client_init()
 *
 * Context: process, module exit; no I/O is in flight.
 */
void zcblk_client_exit(void)
{
	zcblk_client_destroy(zcblk_default_client);
	destroy_workqueue(zcblk_client_wq);
}
