// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compares the kernel API with the page cache: buffers of every kind, beginning
 * anywhere in a page, of 512 bytes to 4 MiB, read and written by every engine.
 * Each case follows from its number and the seed. Bytes before and after each
 * buffer must stay as they are.
 *
 * All is done while the module is loaded, and loading fails with the first case
 * that fails, which is in the log.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/completion.h>
#include <linux/hash.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/zcblk.h>

#include "compat.h"
#include "target.h"

#define MAX_SIZE	SZ_4M
#define GUARD		PAGE_SIZE
#define CANARY		0xa5

static char *device;
module_param(device, charp, 0444);
MODULE_PARM_DESC(device, "path of the device, of 16 MiB at least; its content is lost");

static u64 seed = 1;
module_param(seed, ullong, 0444);
MODULE_PARM_DESC(seed, "which cases (default: 1)");

static unsigned int first;
module_param(first, uint, 0444);
MODULE_PARM_DESC(first, "number of the first case (default: 0)");

static unsigned int count = 1000;
module_param(count, uint, 0444);
MODULE_PARM_DESC(count, "how many cases; those done, afterwards (default: 1000)");

static unsigned int seconds;
module_param(seconds, uint, 0444);
MODULE_PARM_DESC(seconds, "stop after as many, with fewer cases (default: 0, never)");

static unsigned long mapped, copied;
module_param(mapped, ulong, 0444);
MODULE_PARM_DESC(mapped, "result: cases in which the buffer was mapped");
module_param(copied, ulong, 0444);
MODULE_PARM_DESC(copied, "result: cases in which it was copied");

enum engine { MAP, REGISTERED, COPY, NR_ENGINES };

static const char *const engine_names[] = { "map", "registered", "copy" };

static void *get_kmalloc(size_t n)
{
	return kmalloc(n, GFP_KERNEL | __GFP_NOWARN | __GFP_RETRY_MAYFAIL);
}

static void put_kmalloc(void *mem, size_t n)
{
	kfree(mem);
}

static void *get_pages(size_t n)
{
	return alloc_pages_exact(n, GFP_KERNEL | __GFP_NOWARN | __GFP_RETRY_MAYFAIL);
}

static void put_pages(void *mem, size_t n)
{
	free_pages_exact(mem, n);
}

static void *get_vmalloc(size_t n)
{
	return vmalloc(n);
}

static void *get_vmalloc_huge(size_t n)
{
	return vmalloc_huge(n, GFP_KERNEL);
}

static void *get_kvmalloc(size_t n)
{
	return kvmalloc(n, GFP_KERNEL);
}

static void put_kvmalloc(void *mem, size_t n)
{
	kvfree(mem);
}

static const struct {
	const char *name;
	size_t guard;
	void *(*get)(size_t n);
	void (*put)(void *mem, size_t n);
} kinds[] = {
	{ "kmalloc", GUARD, get_kmalloc, put_kmalloc },
	{ "kmalloc-tight", 0, get_kmalloc, put_kmalloc },
	{ "pages", GUARD, get_pages, put_pages },
	{ "vmalloc", GUARD, get_vmalloc, put_kvmalloc },
	{ "vmalloc-tight", 0, get_vmalloc, put_kvmalloc },
	{ "vmalloc-huge", GUARD, get_vmalloc_huge, put_kvmalloc },
	{ "kvmalloc", GUARD, get_kvmalloc, put_kvmalloc },
};

/**
 * struct test_case - one case
 * @nr: its number
 * @kind: index in kinds[]
 * @engine: how the buffer gets to the device
 * @write: or read
 * @offset: of the buffer in a page
 * @size: of the buffer
 * @sector: where on the device
 * @mem: what was allocated for the buffer, and for canaries around it
 * @total: how much of that
 * @buf: the buffer
 * @want: the data, as the page cache gives or takes it
 */
struct test_case {
	unsigned int nr;
	unsigned int kind;
	enum engine engine;
	bool write;
	unsigned int offset;
	unsigned int size;
	sector_t sector;
	u8 *mem;
	size_t total;
	u8 *buf;
	u8 *want;
};

/*
 * One case in 16 has a large buffer, which takes as long as all others. Each power
 * of two is as likely as the next.
 */
static unsigned int choose_size(struct rnd_state *rnd, unsigned int align)
{
	unsigned int powers = prandom_u32_state(rnd) % 16 ? 7 : 14;
	unsigned int most = 512U << prandom_u32_state(rnd) % powers;
	unsigned int size = most / 2 + prandom_u32_state(rnd) % (most / 2 + 1);

	return clamp(round_up(size, align), align, (unsigned int)MAX_SIZE);
}

/* Half of the offsets are ones that the device's DMA can do */
static unsigned int choose_offset(struct test_case *c, struct rnd_state *rnd,
				  unsigned int align)
{
	unsigned int offset = c->nr % PAGE_SIZE;

	if (c->size > 2 * PAGE_SIZE)
		offset = prandom_u32_state(rnd) % PAGE_SIZE;
	return prandom_u32_state(rnd) & 1 ? offset : offset & ~align;
}

static void choose_case(struct test_case *c, struct target *t, unsigned int nr)
{
	unsigned int block = bdev_logical_block_size(t->bdev);
	sector_t room = bdev_nr_sectors(t->bdev) - MAX_SIZE / 512;
	struct rnd_state rnd;

	prandom_seed_state(&rnd, hash_64(seed * GOLDEN_RATIO_64 + nr, 64));
	c->nr = nr;
	c->kind = prandom_u32_state(&rnd) % ARRAY_SIZE(kinds);
	c->engine = prandom_u32_state(&rnd) % NR_ENGINES;
	c->write = prandom_u32_state(&rnd) & 1;
	c->size = choose_size(&rnd, block);
	c->offset = choose_offset(c, &rnd, bdev_dma_alignment(t->bdev));
	c->sector = round_down(prandom_u32_state(&rnd) % room, block / 512);
}

/* Allocators have a limit: less, where they give nothing */
static bool get_buf(struct test_case *c, unsigned int block)
{
	size_t guard = kinds[c->kind].guard;

	c->mem = NULL;
	if (!guard)
		c->offset = 0;
	while (c->size >= block) {
		c->total = guard + c->offset + c->size + guard;
		c->mem = kinds[c->kind].get(c->total);
		if (c->mem)
			break;
		c->size = round_down(c->size / 2, block);
	}
	if (!c->mem)
		return false;
	c->buf = c->mem + guard + c->offset;
	memset(c->mem, CANARY, c->total);
	return true;
}

static void fill(void *data, unsigned int size, u64 with)
{
	u64 *word = data;
	unsigned int i;

	for (i = 0; i < size / sizeof(*word); i++)
		word[i] = with += GOLDEN_RATIO_64;
}

static bool canaries_live(struct test_case *c)
{
	size_t before = c->buf - c->mem, after = before + c->size;

	return !memchr_inv(c->mem, CANARY, before) &&
	       !memchr_inv(c->mem + after, CANARY, c->total - after);
}

static void case_done(struct zcblk_bufio *io, blk_status_t status)
{
	complete(io->private);
}

static enum zcblk_reason expected_reason(struct test_case *c, struct target *t)
{
	if (c->engine == COPY)
		return ZCBLK_COPIED_FORCED;
	if (((unsigned long)c->buf | c->size) & bdev_dma_alignment(t->bdev))
		return ZCBLK_COPIED_ALIGNMENT;
	return c->engine == MAP ? ZCBLK_MAPPED : ZCBLK_MAPPED_REGISTERED;
}

static const char *do_io(struct test_case *c, struct target *t)
{
	DECLARE_COMPLETION_ONSTACK(done);
	struct zcblk_bufio io = {
		.client = t->client,
		.bdev = t->bdev,
		.buf = c->buf,
		.len = c->size,
		.sector = c->sector,
		.opf = c->write ? REQ_OP_WRITE : REQ_OP_READ,
		.flags = c->engine == COPY ? ZCBLK_BUFIO_COPY : 0,
		.done = case_done,
		.private = &done,
	};

	if (c->engine == REGISTERED) {
		/* All of the memory, of which the buffer is a part */
		io.reg = zcblk_buf_register(c->mem, c->total, GFP_KERNEL);
		if (IS_ERR(io.reg))
			return "cannot be registered";
	}
	zcblk_bufio_submit(&io);
	wait_for_completion(&done);
	zcblk_buf_unregister((struct zcblk_buf *)io.reg);
	if (io.reason != expected_reason(c, t))
		return zcblk_reason_name(io.reason);
	if (zcblk_reason_is_copied(io.reason))
		copied++;
	else
		mapped++;
	return io.status ? "I/O error" : NULL;
}

static const char *test_write(struct test_case *c, struct target *t)
{
	const char *wrong;

	fill(c->want, c->size, c->nr);
	memcpy(c->buf, c->want, c->size);
	wrong = do_io(c, t);
	if (wrong)
		return wrong;
	if (memcmp(c->buf, c->want, c->size))
		return "the write changed its buffer";
	if (target_read(t, c->sector, c->want, c->size))
		return "cannot be read through the page cache";
	return memcmp(c->buf, c->want, c->size) ? "wrong data on the device" : NULL;
}

static const char *test_read(struct test_case *c, struct target *t)
{
	const char *wrong;

	fill(c->want, c->size, c->nr);
	if (target_write(t, c->sector, c->want, c->size))
		return "cannot be written through the page cache";
	wrong = do_io(c, t);
	if (wrong)
		return wrong;
	return memcmp(c->buf, c->want, c->size) ? "wrong data was read" : NULL;
}

static int test_one(struct test_case *c, struct target *t)
{
	const char *wrong;

	if (!get_buf(c, bdev_logical_block_size(t->bdev)))
		return -ENOMEM;
	wrong = c->write ? test_write(c, t) : test_read(c, t);
	if (!wrong && !canaries_live(c))
		wrong = "bytes around the buffer have changed";
	if (wrong)
		pr_err("case %u of seed %llu: %s %s from %s: %u bytes at %u in page, sector %llu: %s\n",
		       c->nr, seed, engine_names[c->engine],
		       c->write ? "write" : "read", kinds[c->kind].name, c->size,
		       c->offset, (u64)c->sector, wrong);
	kinds[c->kind].put(c->mem, c->total);
	return wrong ? -EIO : 0;
}

static int test_all(struct target *t)
{
	u64 end = ktime_get_ns() + (u64)seconds * NSEC_PER_SEC;
	struct test_case c = { .want = vmalloc(MAX_SIZE) };
	unsigned int i;
	int err = 0;

	if (!c.want)
		return -ENOMEM;
	for (i = 0; i < count && !err; i++) {
		if (seconds && ktime_get_ns() > end)
			break;
		if (fatal_signal_pending(current))
			err = -EINTR;
		choose_case(&c, t, first + i);
		err = err ?: test_one(&c, t);
		cond_resched();
	}
	count = i;
	vfree(c.want);
	return err;
}

static int __init property_init(void)
{
	struct target t;
	int err;

	if (!device)
		return -EINVAL;
	err = target_open(&t, device);
	if (err)
		return err;
	err = bdev_nr_bytes(t.bdev) < 4 * MAX_SIZE ? -ENOSPC : test_all(&t);
	target_close(&t);
	return err;
}

static void __exit property_exit(void)
{
}

module_init(property_init);
module_exit(property_exit);

MODULE_DESCRIPTION("Compares zcblk's kernel API with the page cache");
MODULE_AUTHOR("The zcblk authors");
MODULE_LICENSE("GPL");
