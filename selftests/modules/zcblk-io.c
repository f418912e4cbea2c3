// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test module that writes or reads one buffer through the kernel API of zcblk, and compares the
 * data with the page cache. Some parameters select buffers that the API must copy or refuse. Others
 * split the buffer into segments, or also write it to a second device.
 *
 * A write to the parameter `run` does an asynchronous I/O, and usually also a synchronous I/O with
 * the same buffer. Other parameters describe the I/O, or contain its results.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/completion.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <linux/zcblk.h>

#include "buffers.h"
#include "compat.h"
#include "spy.h"
#include "target.h"

static char *device;
module_param(device, charp, 0644);
MODULE_PARM_DESC(device, "path of the device; its content is lost");

static char *below = "none";
module_param(below, charp, 0644);
MODULE_PARM_DESC(below, "the device whose bios are counted (default: the target)");

static char *buffer = "kmalloc";
module_param(buffer, charp, 0644);
MODULE_PARM_DESC(buffer, "kind of the buffer, see buffers[] (default: kmalloc)");

static unsigned int bytes = 4096;
module_param(bytes, uint, 0644);
MODULE_PARM_DESC(bytes, "length of the buffer (default: 4096)");

static unsigned int offset;
module_param(offset, uint, 0644);
MODULE_PARM_DESC(offset, "offset of the buffer in its memory (default: 0)");

static unsigned int sector;
module_param(sector, uint, 0644);
MODULE_PARM_DESC(sector, "sector of the device (default: 0)");

static char *form = "buffer";
module_param(form, charp, 0644);
MODULE_PARM_DESC(form, "buffer (default), kvecs or bvecs: the last segment comes first");

static unsigned int segment = 4096;
module_param(segment, uint, 0644);
MODULE_PARM_DESC(segment, "length of a segment (default: 4096)");

static unsigned int short_by;
module_param(short_by, uint, 0644);
MODULE_PARM_DESC(short_by, "bytes that the segments lack (default: 0)");

static char *device2 = "none";
module_param(device2, charp, 0644);
MODULE_PARM_DESC(device2, "path of a device that is written at the same time (default: none)");

static char *flags = "";
module_param(flags, charp, 0644);
MODULE_PARM_DESC(flags, "comma-separated list of fua, preflush, nowait, polled, sync, atomic");

static unsigned int how;
module_param(how, uint, 0644);
MODULE_PARM_DESC(how, "ZCBLK_BUFIO_*: 1 copies, 2 watches (default: 0)");

static unsigned int hint;
module_param(hint, uint, 0644);
MODULE_PARM_DESC(hint, "the I/O's write hint (default: 0)");

#ifdef COMPAT_HAVE_WRITE_HINT
static bool has_hints = true;
#else
static bool has_hints;
#endif
module_param(has_hints, bool, 0444);
MODULE_PARM_DESC(has_hints, "result: bios of this kernel have write hints");

static ushort prio;
module_param(prio, ushort, 0644);
MODULE_PARM_DESC(prio, "the I/O's priority (default: 0)");

static bool registered;
module_param(registered, bool, 0644);
MODULE_PARM_DESC(registered, "register the buffer (default: no)");

static uint unreferenced;
module_param(unreferenced, uint, 0644);
MODULE_PARM_DESC(unreferenced, "a value of enum zcblk_unreferenced (default: 0)");

static bool written = true;
module_param_named(write, written, bool, 0644);
MODULE_PARM_DESC(write, "write, or read (default: write)");

static char *explained = "", *reason = "";
module_param(explained, charp, 0444);
MODULE_PARM_DESC(explained, "result: the reason that the explainer predicts");
module_param(reason, charp, 0444);
MODULE_PARM_DESC(reason, "result: the reason");

static int err, err2, sync_err, wrong;
module_param(err2, int, 0444);
MODULE_PARM_DESC(err2, "result: status of the second place, as an errno");
module_param(err, int, 0444);
MODULE_PARM_DESC(err, "result: status of the asynchronous I/O, as an errno");
module_param(sync_err, int, 0444);
MODULE_PARM_DESC(sync_err, "result: the return value of the synchronous call");
module_param(wrong, int, 0444);
MODULE_PARM_DESC(wrong, "result: 1 if data is wrong");

static char *reason2 = "";
module_param(reason2, charp, 0444);
MODULE_PARM_DESC(reason2, "result: the reason of the second place");

static int both_err;
static ulong both_done;
module_param(both_err, int, 0444);
MODULE_PARM_DESC(both_err, "result: status of both places together, as an errno");
module_param(both_done, ulong, 0444);
MODULE_PARM_DESC(both_done, "result: bytes done in both places");

static ulong bytes_done, bytes_done2;
module_param(bytes_done, ulong, 0444);
MODULE_PARM_DESC(bytes_done, "result: bytes done of the asynchronous I/O");
module_param(bytes_done2, ulong, 0444);
MODULE_PARM_DESC(bytes_done2, "result: bytes done of the second place");

static unsigned int calls;
module_param(calls, uint, 0444);
MODULE_PARM_DESC(calls, "result: how often done() was called");

static unsigned int interrupts;
module_param(interrupts, uint, 0444);
MODULE_PARM_DESC(interrupts, "result: how often done() was called in an interrupt");

static struct {
	unsigned int bios, vecs, fua, preflush, nowait, polled, prio, hint, atomic, unreferenced;
} seen;
module_param_named(bios, seen.bios, uint, 0444);
module_param_named(vecs, seen.vecs, uint, 0444);
module_param_named(fuas, seen.fua, uint, 0444);
module_param_named(preflushes, seen.preflush, uint, 0444);
module_param_named(nowaits, seen.nowait, uint, 0444);
module_param_named(polls, seen.polled, uint, 0444);
module_param_named(prios, seen.prio, uint, 0444);
module_param_named(hints, seen.hint, uint, 0444);
module_param_named(atomics, seen.atomic, uint, 0444);
MODULE_PARM_DESC(bios, "results: bios of the asynchronous I/O; the most entries of a bio; how many bios have each flag");
module_param_named(bad_bytes, seen.unreferenced, uint, 0444);
MODULE_PARM_DESC(bad_bytes, "result: bytes in pages that a network driver cannot send by reference");

static struct target target;
static dev_t noted;
static struct file *file2;
static u8 image[8192] __aligned(512);
static struct scattered scattered;

static bool is_stacked(void)
{
	return strcmp(below, "none");
}

/* Runs for each bio between spy_start() and spy_stop(). Counts bios to the device `noted`. */
static void note_bio(struct bio *bio)
{
	struct bvec_iter iter;
	struct bio_vec bv;
	unsigned int n = 0;

	if (bio->bi_bdev->bd_dev != noted)
		return;
	bio_for_each_bvec(bv, bio, iter)
		n++;
	bio_for_each_segment(bv, bio, iter)
		if (!sendpage_ok(bv.bv_page))
			seen.unreferenced += bv.bv_len;
	seen.vecs = max(seen.vecs, n);
	seen.bios++;
	seen.fua += !!(bio->bi_opf & REQ_FUA);
	seen.preflush += !!(bio->bi_opf & REQ_PREFLUSH);
	seen.nowait += !!(bio->bi_opf & REQ_NOWAIT);
	seen.polled += !!(bio->bi_opf & REQ_POLLED);
	seen.prio += prio && bio->bi_ioprio == prio;
	seen.atomic += !!(bio->bi_opf & REQ_ATOMIC);
#ifdef COMPAT_HAVE_WRITE_HINT
	seen.hint += hint && bio->bi_write_hint == hint;
#endif
}

static void *get_kmalloc(size_t n)
{
	return kmalloc(n, GFP_KERNEL);
}

static void *get_scattered(size_t n)
{
	return scattered_alloc(&scattered, n);
}

static void put_scattered(void *mem)
{
	scattered_free(&scattered);
}

static void *get_vmalloc(size_t n)
{
	return vmalloc(n);
}

static void *get_pages(size_t n)
{
	return paged_alloc(PAGED_PLAIN, n);
}

static void *get_compound(size_t n)
{
	return paged_alloc(PAGED_COMPOUND, n);
}

static void *get_exact(size_t n)
{
	return paged_alloc(PAGED_EXACT, n);
}

static void put_pages(void *mem)
{
	paged_free(PAGED_PLAIN, mem, offset + bytes);
}

static void put_exact(void *mem)
{
	paged_free(PAGED_EXACT, mem, offset + bytes);
}

/* Memory from get_pages(). get_vmapped() also maps its pages to an address in the vmalloc area. */
static void *vmapped;

static void *get_vmapped(size_t n)
{
	struct page *pages[16];
	unsigned int i, nr = DIV_ROUND_UP(n, PAGE_SIZE);

	if (nr > ARRAY_SIZE(pages))
		return NULL;
	vmapped = get_pages(n);
	if (!vmapped)
		return NULL;
	for (i = 0; i < nr; i++)
		pages[i] = virt_to_page(vmapped + i * PAGE_SIZE);
	return vmap(pages, nr, VM_MAP, PAGE_KERNEL);
}

/* Maps all pages of the buffer except the last one. So the end of the buffer is not mapped. */
static void *get_torn(size_t n)
{
	return n > PAGE_SIZE ? get_vmapped(n - PAGE_SIZE) : NULL;
}

static void put_vmapped(void *mem)
{
	vunmap(mem);
	put_pages(vmapped);
}

/* Allocates one page less than the buffer needs. So the last page of the buffer is not mapped. */
static void *get_short(size_t n)
{
	return n > PAGE_SIZE ? get_scattered(n - PAGE_SIZE) : NULL;
}

static void *get_image(size_t n)
{
	return image;
}

static void *get_null(size_t n)
{
	return (void *)0x1;
}

static void *get_user_memory(size_t n)
{
	return (void *)0x400000;
}

static void *get_wild(size_t n)
{
	return (void *)0x1234567800000000;
}

static void *get_unused(size_t n)
{
	return (void *)(VMALLOC_END - 64 * PAGE_SIZE);
}

#ifdef CONFIG_HAS_IOMEM
/* Maps the registers of the local APIC. Such a mapping has page table entries, but no memory. */
static void *get_io_memory(size_t n)
{
	return (__force void *)ioremap(0xfee00000, PAGE_SIZE);
}

static void put_io(void *mem)
{
	iounmap((__force void __iomem *)mem);
}
#endif

static void put_kvmalloc(void *mem)
{
	kvfree(mem);
}

static void put_nothing(void *mem)
{
}

static const struct {
	const char *name;
	void *(*get)(size_t n);
	void (*put)(void *mem);
} buffers[] = {
	{ "kmalloc", get_kmalloc, put_kvmalloc },
	{ "vmalloc", get_vmalloc, put_kvmalloc },
	{ "scattered", get_scattered, put_scattered },
	{ "pages", get_pages, put_pages },
	{ "compound", get_compound, put_pages },
	{ "exact", get_exact, put_exact },
	{ "vmapped", get_vmapped, put_vmapped },
	{ "torn", get_torn, put_vmapped },
	{ "short", get_short, put_scattered },
	{ "image", get_image, put_nothing },
	{ "null", get_null, put_nothing },
	{ "user", get_user_memory, put_nothing },
	{ "wild", get_wild, put_nothing },
	{ "unused", get_unused, put_nothing },
#ifdef CONFIG_HAS_IOMEM
	{ "io", get_io_memory, put_io },
#endif
};

static blk_opf_t opf_of(const char *words)
{
	blk_opf_t opf = 0;

	if (strstr(words, "fua"))
		opf |= REQ_FUA;
	if (strstr(words, "preflush"))
		opf |= REQ_PREFLUSH;
	if (strstr(words, "nowait"))
		opf |= REQ_NOWAIT;
	if (strstr(words, "polled"))
		opf |= REQ_POLLED;
	if (strstr(words, "sync"))
		opf |= REQ_SYNC;
	if (strstr(words, "atomic"))
		opf |= REQ_ATOMIC;
	return opf;
}

static unsigned int segments_of(size_t len)
{
	return DIV_ROUND_UP(len, segment);
}

/* Return: segment @i of the data. The segments are pieces of the buffer in reverse order. */
static struct kvec segment_of(void *buf, size_t len, unsigned int i)
{
	size_t at = (segments_of(len) - 1 - i) * (size_t)segment;

	return (struct kvec){ buf + at, min_t(size_t, segment, len - at) };
}

static struct kvec *kvecs_of(void *buf, size_t len)
{
	struct kvec *vecs = kvmalloc_array(segments_of(len), sizeof(*vecs), GFP_KERNEL);
	unsigned int i;

	for (i = 0; vecs && i < segments_of(len); i++)
		vecs[i] = segment_of(buf, len, i);
	return vecs;
}

static struct bio_vec *bvecs_of(void *buf, size_t len)
{
	struct bio_vec *vecs = kvmalloc_array(segments_of(len), sizeof(*vecs), GFP_KERNEL);
	struct folio *folio;
	struct kvec part;
	unsigned int i;

	for (i = 0; vecs && i < segments_of(len); i++) {
		part = segment_of(buf, len, i);
		folio = virt_to_folio(part.iov_base);
		vecs[i] = zcblk_folio_bvec(folio, part.iov_base - folio_address(folio),
					   part.iov_len);
	}
	return vecs;
}

static int set_source(struct zcblk_bufio *io, void *buf, size_t len)
{
	len -= short_by;
	if (!strcmp(form, "kvecs"))
		io->kvecs = kvecs_of(buf, len);
	else if (!strcmp(form, "bvecs"))
		io->bvecs = bvecs_of(buf, len);
	else
		io->buf = buf;
	if (!io->kvecs && !io->bvecs && !io->buf)
		return -ENOMEM;
	io->nr_vecs = io->buf ? 0 : segments_of(len);
	if (registered)
		io->reg = zcblk_buf_register(buf, len, GFP_KERNEL);
	return PTR_ERR_OR_ZERO(io->reg);
}

static void put_source(struct zcblk_bufio *io)
{
	zcblk_buf_unregister((struct zcblk_buf *)io->reg);
	kvfree(io->kvecs);
	kvfree(io->bvecs);
}

static void io_done(struct zcblk_bufio *io, blk_status_t status)
{
	calls++;
	interrupts += !in_task();
	complete(io->private);
}

static void submit_and_poll(struct zcblk_bufio *io, struct completion *ended)
{
	spy_start(note_bio, is_stacked() ? "submit_bio_noacct" : "submit_bio");
	zcblk_bufio_submit(io);
	while (!completion_done(ended)) {
		zcblk_bufio_poll(io);
		cond_resched();
	}
	spy_stop();
}

static void submit_to_both(struct zcblk_bufio *io, struct completion *ended)
{
	static struct zcblk_bufio places[2];

	places[0] = (struct zcblk_bufio){ .bdev = target.bdev, .sector = sector };
	places[1] = (struct zcblk_bufio){
		.bdev = I_BDEV(file2->f_mapping->host), .sector = sector,
	};
	zcblk_bufio_submit_to(io, places, 2);
	while (opf_of(flags) & REQ_POLLED && !completion_done(ended)) {
		zcblk_bufio_poll(&places[0]);
		zcblk_bufio_poll(&places[1]);
		cond_resched();
	}
	wait_for_completion(ended);
	err = blk_status_to_errno(places[0].status);
	err2 = blk_status_to_errno(places[1].status);
	reason = (char *)zcblk_reason_name(places[0].reason);
	reason2 = (char *)zcblk_reason_name(places[1].reason);
	bytes_done = places[0].bytes_done;
	bytes_done2 = places[1].bytes_done;
	both_err = blk_status_to_errno(io->status);
	both_done = io->bytes_done;
}

static void do_async(void *buf, size_t len, blk_opf_t opf)
{
	DECLARE_COMPLETION_ONSTACK(ended);
	struct zcblk_bufio io = {
		.client = target.client, .bdev = target.bdev, .len = len, .sector = sector,
		.opf = opf, .ioprio = prio, .write_hint = hint, .flags = how,
		.done = io_done, .private = &ended,
	};

	err = set_source(&io, buf, len);
	if (err) {
		put_source(&io);
		return;
	}

	if (file2) {
		submit_to_both(&io, &ended);
	} else {
		submit_and_poll(&io, &ended);
		wait_for_completion(&ended);
		reason = (char *)zcblk_reason_name(io.reason);
		err = blk_status_to_errno(io.status);
		bytes_done = io.bytes_done;
	}
	put_source(&io);
}

static bool is_right(const u8 *buf, u8 with)
{
	return !memchr_inv(buf, with, bytes);
}

static void do_write(u8 *buf, u8 *check)
{
	memset(buf, 0x11, bytes);
	do_async(buf, bytes, REQ_OP_WRITE | opf_of(flags));
	if (err)
		return;
	err = target_read(&target, sector, check, bytes);
	wrong |= !is_right(check, 0x11);
	if (file2)
		return;
	memset(buf, 0x22, bytes);
	sync_err = zcblk_bufio_rw(target.bdev, sector, buf, bytes,
				  REQ_OP_WRITE | opf_of(flags));
	err = err ?: target_read(&target, sector, check, bytes);
	wrong |= !is_right(check, 0x22);
}

static void do_read(u8 *buf, u8 *check)
{
	blk_opf_t opf = REQ_OP_READ | opf_of(flags);

	memset(check, 0x33, bytes);
	err = target_write(&target, sector, check, bytes);
	if (err)
		return;
	do_async(buf, bytes, opf);
	wrong |= !is_right(buf, 0x33);
	memset(buf, 0x44, bytes);
	sync_err = zcblk_bufio_rw(target.bdev, sector, buf, bytes, opf);
	wrong |= !is_right(buf, 0x33);
}

/*
 * Does I/O that must be refused, and checks that the buffer does not change. If `explained` begins
 * with "refused", the buffer itself may be invalid, so this function does not access the buffer.
 */
static void do_refused(void *buf)
{
	blk_opf_t opf = (written ? REQ_OP_WRITE : REQ_OP_READ) | opf_of(flags);
	bool valid = !strstarts(explained, "refused");

	if (valid)
		memset(buf, 0x55, bytes);
	sync_err = zcblk_bufio_rw(target.bdev, sector, buf, bytes, opf);
	do_async(buf, bytes, opf);
	if (valid)
		wrong |= !is_right(buf, 0x55);
}

static bool will_be_refused(void *buf)
{
	return strstarts(explained, "refused") ||
		(!written && (opf_of(flags) & (REQ_FUA | REQ_PREFLUSH))) ||
		(written && bdev_read_only(target.bdev)) ||
		sector % (bdev_logical_block_size(target.bdev) / 512);
}

static void do_buffer(void *buf)
{
	u8 *check = vmalloc(bytes + 1);
	struct zcblk_bufio io = {
		.bdev = target.bdev, .buf = buf, .len = bytes,
		.opf = (__force blk_opf_t)REQ_OP_READ,
	};

	explained = (char *)zcblk_reason_name(zcblk_bufio_explain(&io));
	if (!check)
		err = -ENOMEM;
	else if (will_be_refused(buf))
		do_refused(buf);
	else if (written)
		do_write(buf, check);
	else
		do_read(buf, check);
	vfree(check);
}

static noinline int do_stack(void)
{
	u8 buf[512];

	if (bytes > sizeof(buf))
		return -EINVAL;
	do_buffer(buf);
	return 0;
}

static int do_named(const char *name)
{
	void *mem;
	int i;

	for (i = 0; i < ARRAY_SIZE(buffers); i++)
		if (!strcmp(name, buffers[i].name))
			break;
	if (i == ARRAY_SIZE(buffers))
		return -EINVAL;
	mem = buffers[i].get(offset + bytes);
	if (!mem)
		return -ENOMEM;
	do_buffer(mem + offset);
	buffers[i].put(mem);
	return 0;
}

static int run_set(const char *val, const struct kernel_param *kp)
{
	int ret;

	if (!device)
		return -EINVAL;
	err = 0;
	err2 = 0;
	sync_err = 0;
	bytes_done = 0;
	bytes_done2 = 0;
	wrong = 0;
	calls = 0;
	interrupts = 0;
	memset(&seen, 0, sizeof(seen));
	ret = target_open(&target, device);
	if (ret)
		return ret;
	noted = target.bdev->bd_dev;
	if (is_stacked())
		ret = lookup_bdev(below, &noted);
	zcblk_client_set_unreferenced(target.client, unreferenced);
	file2 = strcmp(device2, "none") ? filp_open(device2, O_RDONLY | O_LARGEFILE, 0) : NULL;
	ret = ret ?: PTR_ERR_OR_ZERO(file2);
	if (!ret)
		ret = strcmp(buffer, "stack") ? do_named(buffer) : do_stack();
	if (!IS_ERR_OR_NULL(file2))
		fput(file2);
	target_close(&target);
	return ret;
}

static const struct kernel_param_ops run_ops = { .set = run_set };
module_param_cb(run, &run_ops, NULL, 0200);
MODULE_PARM_DESC(run, "do the I/O, when anything is written here");

static int __init io_init(void)
{
	return 0;
}

static void __exit io_exit(void)
{
}

module_init(io_init);
module_exit(io_exit);

MODULE_DESCRIPTION("One buffer by zcblk's kernel API");
MODULE_AUTHOR("The zcblk authors");
MODULE_LICENSE("GPL");
