// SPDX-License-Identifier: GPL-2.0-only
/*
 * Repeats an I/O by the kernel API. Loading the module prepares the I/O. If a process writes a
 * number to the parameter `run`, the module does the I/O this many times in that process. So a
 * trace of the process shows only these I/Os. Depending on other parameters, the module changes the
 * buffer during the I/O, or allocates all free memory.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/completion.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/oom.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>
#include <linux/vmalloc.h>
#include <linux/zcblk.h>

#include "buffers.h"
#include "compat.h"
#include "target.h"

#define MAX_DEPTH 64
#define HOARD_ORDER 9		/* order of the largest allocations */
#define HOARD_BACK 4096		/* number of pages to free when memory is exhausted */

static char *device;
module_param(device, charp, 0444);
MODULE_PARM_DESC(device, "path of the device; its content is lost");

static char *buffer = "kmalloc";
module_param(buffer, charp, 0444);
MODULE_PARM_DESC(buffer, "kmalloc (default), vmalloc, scattered (single pages), exact, compound, pages");

static unsigned int bytes = 4096;
module_param(bytes, uint, 0444);
MODULE_PARM_DESC(bytes, "length of the buffer (default: 4096)");

static unsigned int offset;
module_param(offset, uint, 0444);
MODULE_PARM_DESC(offset, "offset of the buffer in its memory (default: 0)");

static unsigned int depth = 1;
module_param(depth, uint, 0444);
MODULE_PARM_DESC(depth, "how many I/Os are in flight (default: 1)");

static unsigned int how;
module_param(how, uint, 0444);
MODULE_PARM_DESC(how, "ZCBLK_BUFIO_*: 1 copies, 2 watches (default: 0)");

static bool registered;
module_param(registered, bool, 0444);
MODULE_PARM_DESC(registered, "register the buffer (default: no)");

static uint unreferenced;
module_param(unreferenced, uint, 0444);
MODULE_PARM_DESC(unreferenced, "a value of enum zcblk_unreferenced (default: 0)");

static bool written = true;
module_param_named(write, written, bool, 0444);
MODULE_PARM_DESC(write, "write, or read (default: write)");

static bool scribble;
module_param(scribble, bool, 0644);
MODULE_PARM_DESC(scribble, "change the buffer whenever a bio is queued (default: no)");

static bool starve;
module_param(starve, bool, 0644);
MODULE_PARM_DESC(starve, "allocate all free memory before each I/O (default: no)");

static ulong ns, errors, unstable;
module_param(ns, ulong, 0444);
MODULE_PARM_DESC(ns, "result: nanoseconds that the last run lasted");
module_param(errors, ulong, 0444);
MODULE_PARM_DESC(errors, "result: I/Os that failed, since loading");
module_param(unstable, ulong, 0444);
MODULE_PARM_DESC(unstable, "result: I/Os whose buffer was found changed, since loading");

struct slot {
	struct zcblk_bufio io;
	struct completion done;
};

static struct target target;
static struct scattered scattered;
static void *mem;
static struct zcblk_buf *reg;
static struct slot *slots;
static LIST_HEAD(hoard);
static DEFINE_SPINLOCK(hoard_lock);

static void slot_done(struct zcblk_bufio *io, blk_status_t status)
{
	complete(&container_of(io, struct slot, io)->done);
}

static void slot_init(struct slot *slot)
{
	init_completion(&slot->done);
	slot->io = (struct zcblk_bufio){
		.client = target.client, .bdev = target.bdev, .buf = mem + offset, .len = bytes,
		.opf = written ? REQ_OP_WRITE : REQ_OP_READ,
		.flags = how, .reg = reg, .done = slot_done, .private = slot,
	};
}

static void slot_wait(struct slot *slot)
{
	wait_for_completion(&slot->done);
	errors += !!slot->io.status;
	unstable += slot->io.unstable;
}

static bool hoard_piece(unsigned int order)
{
	struct page *page = alloc_pages(GFP_NOWAIT | __GFP_HIGH | __GFP_NOMEMALLOC |
					__GFP_NOWARN, order);

	if (!page)
		return false;
	set_page_private(page, order);
	spin_lock(&hoard_lock);
	list_add(&page->lru, &hoard);
	spin_unlock(&hoard_lock);
	return true;
}

/* Allocates all pages that can be allocated without waiting */
static void hoard_pages(void)
{
	int order;

	for (order = HOARD_ORDER; order >= 0; order--)
		while (hoard_piece(order))
			cond_resched();
}

static struct page *hoard_pop(void)
{
	struct page *page;

	spin_lock(&hoard_lock);
	page = list_first_entry_or_null(&hoard, struct page, lru);
	if (page)
		list_del(&page->lru);
	spin_unlock(&hoard_lock);
	return page;
}

/*
 * Frees pages of the hoard until at least @n pages were freed, or the hoard is empty.
 * Return: number of pages that were freed
 */
static unsigned long release_hoard(unsigned long n)
{
	unsigned long given = 0;
	struct page *page;

	while (given < n && (page = hoard_pop())) {
		given += 1UL << page_private(page);
		__free_pages(page, page_private(page));
		cond_resched();
	}
	return given;
}

/* Runs before the OOM killer. Frees memory, so that the OOM killer does not kill a process. */
static int hoard_is_needed(struct notifier_block *nb, unsigned long unused, void *freed)
{
	*(unsigned long *)freed += release_hoard(HOARD_BACK);
	return NOTIFY_OK;
}

static struct notifier_block hoard_oom = { .notifier_call = hoard_is_needed };

/*
 * Changes the buffer when a bio is queued. The buffer of an I/O in flight must not change, so the
 * API must detect this.
 */
static void scribble_on(void *unused, struct bio *bio)
{
	u32 *word = mem + offset;

	WRITE_ONCE(word[1], word[1] + 1);
}

static void find_bio_queue(struct tracepoint *tp, void *found)
{
	if (!strcmp(tp->name, "block_bio_queue"))
		*(struct tracepoint **)found = tp;
}

static int scribble_start(struct tracepoint **queue)
{
	for_each_kernel_tracepoint(find_bio_queue, queue);
	return *queue ? tracepoint_probe_register(*queue, scribble_on, NULL) : -ENOENT;
}

static void scribble_stop(struct tracepoint *queue)
{
	tracepoint_probe_unregister(queue, scribble_on, NULL);
	tracepoint_synchronize_unregister();
}

static void repeat(unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n + depth; i++) {
		if (i >= depth)
			slot_wait(&slots[i % depth]);
		if (i >= n)
			continue;
		if (starve)
			hoard_pages();
		zcblk_bufio_submit(&slots[i % depth].io);
		if (need_resched())
			cond_resched();
	}
}

static int run_set(const char *val, const struct kernel_param *kp)
{
	struct tracepoint *queue = NULL;
	unsigned int n;
	u64 start;
	int err = kstrtouint(val, 0, &n);

	/* A process may write the parameter before the module has allocated the slots */
	if (err || !slots || n < depth)
		return err ?: -EINVAL;
	if (scribble)
		err = scribble_start(&queue);
	if (err)
		return err;

	start = ktime_get_ns();
	repeat(n);
	ns = ktime_get_ns() - start;
	release_hoard(ULONG_MAX);
	if (queue)
		scribble_stop(queue);
	return 0;
}

static const struct kernel_param_ops run_ops = { .set = run_set };
module_param_cb(run, &run_ops, NULL, 0200);
MODULE_PARM_DESC(run, "repeat the I/O as often as the number that is written here");

/* Return: the enum paged_kind of the parameter `buffer`, or a negative errno for other kinds */
static int paged_kind(void)
{
	static const char *const kinds[] = {
		[PAGED_EXACT] = "exact", [PAGED_COMPOUND] = "compound", [PAGED_PLAIN] = "pages",
	};

	return match_string(kinds, ARRAY_SIZE(kinds), buffer);
}

static void *get_mem(size_t n)
{
	if (!strcmp(buffer, "scattered"))
		return scattered_alloc(&scattered, n);
	if (paged_kind() >= 0)
		return paged_alloc(paged_kind(), n);
	return strcmp(buffer, "vmalloc") ? kzalloc(n, GFP_KERNEL) : vzalloc(n);
}

static void put_mem(void)
{
	if (scattered.mem)
		scattered_free(&scattered);
	else if (paged_kind() >= 0)
		paged_free(paged_kind(), mem, offset + bytes);
	else
		kvfree(mem);
}

static int prepare_slots(void)
{
	unsigned int i;

	slots = kcalloc(depth, sizeof(*slots), GFP_KERNEL);
	if (!slots)
		return -ENOMEM;
	for (i = 0; i < depth; i++)
		slot_init(&slots[i]);
	return 0;
}

static int __init repeat_init(void)
{
	int err;

	if (!device || bytes < 8 || !depth || depth > MAX_DEPTH)
		return -EINVAL;
	err = target_open(&target, device);
	if (err)
		return err;
	zcblk_client_set_unreferenced(target.client, unreferenced);
	err = -ENOMEM;
	mem = get_mem(offset + bytes);
	if (!mem)
		goto close_target;
	if (registered)
		reg = zcblk_buf_register(mem, offset + bytes, GFP_KERNEL);
	err = PTR_ERR_OR_ZERO(reg) ?: prepare_slots() ?: register_oom_notifier(&hoard_oom);
	if (!err)
		return 0;
	kfree(slots);
	zcblk_buf_unregister(reg);
	put_mem();
close_target:
	target_close(&target);
	return err;
}

static void __exit repeat_exit(void)
{
	unregister_oom_notifier(&hoard_oom);
	kfree(slots);
	zcblk_buf_unregister(reg);
	put_mem();
	target_close(&target);
}

module_init(repeat_init);
module_exit(repeat_exit);

MODULE_DESCRIPTION("Repeats an I/O by zcblk's kernel API");
MODULE_AUTHOR("The zcblk authors");
MODULE_LICENSE("GPL");
