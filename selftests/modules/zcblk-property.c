// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compares I/O by the kernel API with I/O through the page cache. Buffers are of every kind, have
 * 512 bytes to 4 MiB, and begin anywhere in a page. Data is passed in every form that the API
 * accepts. The seed and the number of a case determine everything about the case. Bytes before and
 * after each buffer must not change.
 *
 * In some forms, the buffer is cut into segments. The data consists of the segments in reverse
 * order, so consecutive segments are never contiguous in memory.
 *
 * The module runs all cases in its init function. Loading fails at the first case that fails, and
 * the log shows this case.
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
#define MAX_SEGMENTS	4096

static char *device;
module_param(device, charp, 0444);
MODULE_PARM_DESC(device, "path of the device, at least 16 MiB; its content is lost");

static u64 seed = 1;
module_param(seed, ullong, 0444);
MODULE_PARM_DESC(seed, "seed of the cases (default: 1)");

static unsigned int first;
module_param(first, uint, 0444);
MODULE_PARM_DESC(first, "number of the first case (default: 0)");

static unsigned int count = 1000;
module_param(count, uint, 0444);
MODULE_PARM_DESC(count, "number of cases; afterwards the number that ran (default: 1000)");

static unsigned int seconds;
module_param(seconds, uint, 0444);
MODULE_PARM_DESC(seconds, "stop after this time, even with fewer cases (default: 0, never)");

static unsigned long mapped, copied;
module_param(mapped, ulong, 0444);
MODULE_PARM_DESC(mapped, "result: cases in which the buffer was mapped");
module_param(copied, ulong, 0444);
MODULE_PARM_DESC(copied, "result: cases in which it was copied");

enum form { MAP, REGISTERED, COPY, KVECS, BVECS, TWO_PLACES, NR_FORMS };

static const char *const form_names[] = {
	"map", "registered", "copy", "kvecs", "bvecs", "two places"
};

static unsigned long cases[NR_FORMS];
module_param_array(cases, ulong, NULL, 0444);
MODULE_PARM_DESC(cases, "result: cases of each form: map, registered, copy, kvecs, bvecs, two places");

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
 * @nr: number of the case
 * @kind: index of the buffer's kind in kinds[]
 * @form: how the data is passed to the API
 * @write: true: write; false: read
 * @offset: offset of the buffer in a page
 * @size: size of the buffer in bytes
 * @sector: first sector on the device; a second place begins after the data
 * @max_segment: limit of the random length of a segment in bytes, before it is rounded up
 * @cut: the length of a segment is rounded up to a multiple of this
 * @skip: bytes of the first segment before the data
 * @nr_segments: number of segments
 * @segments: the segments in the order of the data
 * @bvecs: the same segments as bio_vecs
 * @mem: memory that contains the buffer, and canaries before and after it
 * @total: size of @mem in bytes
 * @buf: the buffer
 * @want: the data that the buffer and the device must contain
 * @read: the data that was read
 */
struct test_case {
	unsigned int nr;
	unsigned int kind;
	enum form form;
	bool write;
	unsigned int offset;
	unsigned int size;
	sector_t sector;
	unsigned int max_segment;
	unsigned int cut;
	unsigned int skip;
	unsigned int nr_segments;
	struct kvec *segments;
	struct bio_vec *bvecs;
	u8 *mem;
	size_t total;
	u8 *buf;
	u8 *want;
	u8 *read;
};

/*
 * Return: a random size of at most 4 MiB. Only one case in 16 may be larger than 32 KiB, because
 * these few cases need as much time as all others together. The limit of a size is a power of two,
 * and all these powers are equally likely.
 */
static unsigned int choose_size(struct rnd_state *rnd, unsigned int align)
{
	unsigned int powers = prandom_u32_state(rnd) % 16 ? 7 : 14;
	unsigned int most = 512U << prandom_u32_state(rnd) % powers;
	unsigned int size = most / 2 + prandom_u32_state(rnd) % (most / 2 + 1);

	return clamp(round_up(size, align), align, (unsigned int)MAX_SIZE);
}

/* Return: the buffer's offset in a page. At least half of the offsets have the DMA alignment. */
static unsigned int choose_offset(struct test_case *c, struct rnd_state *rnd,
				  unsigned int align)
{
	unsigned int offset = c->nr / NR_FORMS % PAGE_SIZE;

	if (c->size > 2 * PAGE_SIZE)
		offset = prandom_u32_state(rnd) % PAGE_SIZE;
	return prandom_u32_state(rnd) & 1 ? offset : offset & ~align;
}

/*
 * Chooses the lengths of segments, and the bytes that the first segment has before the data. In at
 * least half of the cases, the lengths have the DMA alignment.
 */
static void choose_segments(struct test_case *c, struct rnd_state *rnd, unsigned int align)
{
	c->max_segment = max(16U << prandom_u32_state(rnd) % 18, 8 * c->size / MAX_SEGMENTS);
	c->cut = prandom_u32_state(rnd) & 1 ? 1 : align + 1;
	if (c->size / c->max_segment < 64 && prandom_u32_state(rnd) & 1)
		c->cut = 512;
	c->skip = prandom_u32_state(rnd) & 1 ? prandom_u32_state(rnd) % 512 & ~(c->cut - 1) : 0;
}

static void choose_case(struct test_case *c, struct target *t, unsigned int nr)
{
	unsigned int block = bdev_logical_block_size(t->bdev);
	sector_t room = bdev_nr_sectors(t->bdev) - 2 * MAX_SIZE / 512;
	struct rnd_state rnd;

	prandom_seed_state(&rnd, hash_64(seed * GOLDEN_RATIO_64 + nr, 64));
	c->nr = nr;
	c->kind = prandom_u32_state(&rnd) % ARRAY_SIZE(kinds);
	c->form = nr % NR_FORMS;
	c->write = prandom_u32_state(&rnd) & 1 || c->form == TWO_PLACES;
	c->size = choose_size(&rnd, block);
	c->offset = choose_offset(c, &rnd, bdev_dma_alignment(t->bdev));
	c->sector = round_down(prandom_u32_state(&rnd) % room, block / 512);
	choose_segments(c, &rnd, bdev_dma_alignment(t->bdev));
}

/*
 * Allocates the buffer and its canaries. For kinds without canaries, clears the offset. Allocators
 * have a size limit, so the size of the buffer is halved until the allocation succeeds. Return:
 * false if no size succeeds
 */
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

static bool has_segments(const struct test_case *c)
{
	return c->form == KVECS || c->form == BVECS;
}

/*
 * Return: length of the segment at @start, which is @left if the form has no segments. A bio_vec
 * must be contiguous in physical memory. So in vmalloc() memory, a bio_vec must not cross the end
 * of a page.
 */
static unsigned int segment_len(struct test_case *c, struct rnd_state *rnd, u8 *start,
				unsigned int left)
{
	unsigned int len = 1 + prandom_u32_state(rnd) % c->max_segment;

	if (!has_segments(c))
		return left;
	len = c->nr_segments < MAX_SEGMENTS / 2 ? min(round_up(len, c->cut), left) : left;
	if (c->form == BVECS && is_vmalloc_addr(start))
		len = min_t(unsigned int, len, PAGE_SIZE - offset_in_page(start));
	return len;
}

static struct bio_vec bvec_of(struct kvec *segment)
{
	struct page *page = is_vmalloc_addr(segment->iov_base) ?
		vmalloc_to_page(segment->iov_base) : virt_to_page(segment->iov_base);

	return (struct bio_vec){ page, segment->iov_len, offset_in_page(segment->iov_base) };
}

/* Makes the first segment begin c->skip bytes before the data. Clears c->skip if this cannot be. */
static void choose_skip(struct test_case *c)
{
	struct kvec *first = &c->segments[0];
	size_t room = (u8 *)first->iov_base - c->mem;

	if (c->form == BVECS)
		room = min_t(size_t, room, offset_in_page(first->iov_base));
	if (!has_segments(c) || c->skip > room)
		c->skip = 0;
	first->iov_base -= c->skip;
	first->iov_len += c->skip;
}

/* Cuts the buffer into segments, and stores them in reverse order. */
static void cut_segments(struct test_case *c)
{
	struct rnd_state rnd;
	unsigned int n, i;
	size_t at;

	prandom_seed_state(&rnd, hash_64(seed + c->nr, 64));
	c->nr_segments = 0;
	for (at = 0; at < c->size; at += n) {
		n = segment_len(c, &rnd, c->buf + at, c->size - at);
		c->segments[MAX_SEGMENTS - ++c->nr_segments] = (struct kvec){ c->buf + at, n };
	}
	memmove(c->segments, &c->segments[MAX_SEGMENTS - c->nr_segments],
		c->nr_segments * sizeof(*c->segments));

	choose_skip(c);
	for (i = 0; c->form == BVECS && i < c->nr_segments; i++)
		c->bvecs[i] = bvec_of(&c->segments[i]);
}

/* Copies all data between the segments of the buffer and the contiguous memory @linear */
static void copy_data(struct test_case *c, u8 *linear, bool to_buffer)
{
	unsigned int i, skip = c->skip;
	size_t n;
	u8 *at;

	for (i = 0; i < c->nr_segments; i++, linear += n, skip = 0) {
		at = c->segments[i].iov_base + skip;
		n = c->segments[i].iov_len - skip;
		memcpy(to_buffer ? at : linear, to_buffer ? linear : at, n);
	}
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

/*
 * Counts the runs of contiguous pages in a segment, from offset @from to @to. In vmalloc() memory,
 * each page is a run.
 */
static unsigned int runs_between(u8 *start, size_t from, size_t to)
{
	unsigned long first = (unsigned long)start + from, last = (unsigned long)start + to - 1;

	return is_vmalloc_addr(start) ? (last >> PAGE_SHIFT) - (first >> PAGE_SHIFT) + 1 : 1;
}

/*
 * True if the device supports the segments of each logical block: their number is within the
 * segment limit, and they fit the virt boundary.
 */
static bool device_takes_segments(struct test_case *c, struct target *t)
{
	struct request_queue *q = bdev_get_queue(t->bdev);
	unsigned int block = bdev_logical_block_size(t->bdev), room = block, runs = 0, i;
	unsigned int most = min_t(unsigned int, queue_max_segments(q), BIO_MAX_VECS);
	unsigned long end = 0;
	size_t at, n, len;
	u8 *start;

	for (i = 0; i < c->nr_segments; i++) {
		start = c->segments[i].iov_base + (i ? 0 : c->skip);
		len = c->segments[i].iov_len - (i ? 0 : c->skip);
		if (room < block && (end | (unsigned long)start) & queue_virt_boundary(q))
			return false;
		for (at = 0; at < len; at += n) {
			n = min_t(size_t, room, len - at);
			runs += runs_between(start, at, at + n);
			if (runs > most)
				return false;
			room -= n;
			if (!room) {
				room = block;
				runs = 0;
			}
		}
		end = (unsigned long)start + len;
	}
	return true;
}

static enum zcblk_reason expected_reason(struct test_case *c, struct target *t)
{
	unsigned long align = (unsigned long)c->buf | c->size;
	unsigned int i, skip = c->skip;

	if (c->form == COPY)
		return ZCBLK_COPIED_FORCED;
	for (i = 0; has_segments(c) && i < c->nr_segments; i++, skip = 0)
		align |= ((unsigned long)c->segments[i].iov_base + skip) |
			(c->segments[i].iov_len - skip);
	if (align & bdev_dma_alignment(t->bdev))
		return ZCBLK_COPIED_ALIGNMENT;
	if (has_segments(c) && !device_takes_segments(c, t))
		return ZCBLK_COPIED_SEGMENTS;
	return c->form == REGISTERED ? ZCBLK_MAPPED_REGISTERED : ZCBLK_MAPPED;
}

static void set_form(struct test_case *c, struct zcblk_bufio *io)
{
	if (c->form == COPY)
		io->flags = ZCBLK_BUFIO_COPY;
	if (c->form == KVECS)
		io->kvecs = c->segments;
	else if (c->form == BVECS)
		io->bvecs = c->bvecs;
	else
		io->buf = c->buf;
	io->nr_vecs = has_segments(c) ? c->nr_segments : 0;
	io->skip = has_segments(c) ? c->skip : 0;
}

static sector_t second_place(struct test_case *c)
{
	return c->sector + (c->size >> SECTOR_SHIFT);
}

static void submit(struct test_case *c, struct target *t, struct zcblk_bufio *io)
{
	static struct zcblk_bufio places[2];

	if (c->form != TWO_PLACES) {
		zcblk_bufio_submit(io);
		return;
	}
	places[0] = (struct zcblk_bufio){ .bdev = t->bdev, .sector = c->sector };
	places[1] = (struct zcblk_bufio){ .bdev = t->bdev, .sector = second_place(c) };
	zcblk_bufio_submit_to(io, places, ARRAY_SIZE(places));
}

static const char *do_io(struct test_case *c, struct target *t)
{
	DECLARE_COMPLETION_ONSTACK(done);
	struct zcblk_bufio io = {
		.client = t->client,
		.bdev = t->bdev,
		.len = c->size,
		.sector = c->sector,
		.opf = c->write ? REQ_OP_WRITE : REQ_OP_READ,
		.done = case_done,
		.private = &done,
	};

	set_form(c, &io);
	if (c->form == REGISTERED) {
		/* Register all of the memory that contains the buffer */
		io.reg = zcblk_buf_register(c->mem, c->total, GFP_KERNEL);
		if (IS_ERR(io.reg))
			return "cannot be registered";
	}
	submit(c, t, &io);
	wait_for_completion(&done);
	zcblk_buf_unregister((struct zcblk_buf *)io.reg);
	if (io.reason != expected_reason(c, t))
		return zcblk_reason_name(io.reason);
	if (zcblk_reason_is_copied(io.reason))
		copied++;
	else
		mapped++;
	if (io.bytes_done != (io.status ? 0 : c->size))
		return "wrong number of bytes done";
	return io.status ? "I/O error" : NULL;
}

/*
 * Reads the data at @sector through the page cache, and compares it with the expected data.
 * Return: NULL, or what failed
 */
static const char *compare_place(struct test_case *c, struct target *t, sector_t sector)
{
	if (target_read(t, sector, c->read, c->size))
		return "cannot be read through the page cache";
	return memcmp(c->read, c->want, c->size) ? "wrong data on the device" : NULL;
}

static const char *test_write(struct test_case *c, struct target *t)
{
	const char *wrong;

	fill(c->want, c->size, c->nr);
	copy_data(c, c->want, true);
	wrong = do_io(c, t);
	if (wrong)
		return wrong;

	copy_data(c, c->read, false);
	if (memcmp(c->read, c->want, c->size))
		return "the write changed its buffer";
	wrong = compare_place(c, t, c->sector);
	if (!wrong && c->form == TWO_PLACES)
		wrong = compare_place(c, t, second_place(c));
	return wrong;
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
	copy_data(c, c->read, false);
	return memcmp(c->read, c->want, c->size) ? "wrong data was read" : NULL;
}

static int test_one(struct test_case *c, struct target *t)
{
	const char *wrong;

	if (!get_buf(c, bdev_logical_block_size(t->bdev)))
		return -ENOMEM;
	cut_segments(c);
	wrong = c->write ? test_write(c, t) : test_read(c, t);
	if (!wrong && !canaries_live(c))
		wrong = "bytes around the buffer have changed";
	if (wrong)
		pr_err("case %u of seed %llu: %s %s from %s: %u bytes at %u in page, sector %llu: %s\n",
		       c->nr, seed, form_names[c->form],
		       c->write ? "write" : "read", kinds[c->kind].name, c->size,
		       c->offset, (u64)c->sector, wrong);
	kinds[c->kind].put(c->mem, c->total);
	cases[c->form]++;
	return wrong ? -EIO : 0;
}

static void free_case(struct test_case *c)
{
	vfree(c->want);
	vfree(c->read);
	vfree(c->segments);
	vfree(c->bvecs);
}

static int alloc_case(struct test_case *c)
{
	c->want = vmalloc(MAX_SIZE);
	c->read = vmalloc(MAX_SIZE);
	c->segments = vmalloc(array_size(MAX_SEGMENTS, sizeof(*c->segments)));
	c->bvecs = vmalloc(array_size(MAX_SEGMENTS, sizeof(*c->bvecs)));
	if (c->want && c->read && c->segments && c->bvecs)
		return 0;
	free_case(c);
	return -ENOMEM;
}

static int test_all(struct target *t)
{
	u64 end = ktime_get_ns() + (u64)seconds * NSEC_PER_SEC;
	struct test_case c = { };
	unsigned int i;
	int err = alloc_case(&c);

	if (err)
		return err;
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
	free_case(&c);
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
