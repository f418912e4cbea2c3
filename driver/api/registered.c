// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registered buffers. Registration builds the bio_vec table of a buffer once. The bios of all
 * I/O on the buffer share this table.
 *
 * The table has one entry for each run of contiguous pages. An array maps each page number to
 * an entry, so the cost of a lookup does not depend on the length of the buffer.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "source.h"
#include "zcblk.h"

/**
 * struct zcblk_buf - a registered buffer
 * @buf: start of the buffer
 * @len: length of the buffer in bytes
 * @kind: kind of the buffer's memory
 * @unreferenced: true if a page has no reference count of its own
 * @nr_runs: entries in @table
 * @table: runs of contiguous pages
 * @first: for each run, the number of its first page
 * @run: for each page, the run that it belongs to
 *
 * Page 0 is the page that contains the first byte of @buf.
 */
struct zcblk_buf {
	void *buf;
	size_t len;
	enum zcblk_buf_kind kind;
	bool unreferenced;
	unsigned int nr_runs;
	struct bio_vec *table;
	u32 *first;
	u32 *run;
};

static bool zcblk_buf_add_page(struct zcblk_buf *reg, unsigned int nr,
			       unsigned int offset, unsigned int len)
{
	void *addr = PTR_ALIGN_DOWN(reg->buf, PAGE_SIZE) + (size_t)nr * PAGE_SIZE;
	struct page *page = zcblk_buf_page(reg->kind, addr);

	if (!page)
		return false;
	reg->unreferenced |= zcblk_page_is_unreferenced(page);
	if (!reg->nr_runs || !zcblk_vec_grow(&reg->table[reg->nr_runs - 1],
					     page, len, offset)) {
		reg->first[reg->nr_runs] = nr;
		reg->table[reg->nr_runs++] = (struct bio_vec){ page, len, offset };
	}
	reg->run[nr] = reg->nr_runs - 1;
	return true;
}

static int zcblk_buf_fill_table(struct zcblk_buf *reg)
{
	unsigned int n, nr = 0, offset = offset_in_page(reg->buf);
	size_t done;

	for (done = 0; done < reg->len; done += n, offset = 0) {
		n = min_t(size_t, reg->len - done, PAGE_SIZE - offset);
		if (!zcblk_buf_add_page(reg, nr++, offset, n))
			return -EFAULT;
	}
	return 0;
}

static void zcblk_buf_free(struct zcblk_buf *reg)
{
	kvfree(reg->run);
	kvfree(reg->first);
	kvfree(reg->table);
	kfree(reg);
}

static struct zcblk_buf *zcblk_buf_alloc(void *buf, size_t len, gfp_t gfp)
{
	size_t pages = DIV_ROUND_UP(offset_in_page(buf) + len, PAGE_SIZE);
	struct zcblk_buf *reg = kzalloc(sizeof(*reg), gfp);

	if (!reg)
		return NULL;
	reg->buf = buf;
	reg->len = len;

	reg->table = kvmalloc_array(pages, sizeof(*reg->table), gfp);
	reg->first = kvmalloc_array(pages, sizeof(*reg->first), gfp);
	reg->run = kvmalloc_array(pages, sizeof(*reg->run), gfp);
	if (!reg->table || !reg->first || !reg->run) {
		zcblk_buf_free(reg);
		return NULL;
	}

	return reg;
}

/*
 * Checks that a buffer can be registered, and sets @kind. Page numbers have 32 bits, which limits
 * the length. Return: 0, -EINVAL or -EFAULT
 */
static int zcblk_buf_check(void *buf, size_t len, enum zcblk_buf_kind *kind)
{
	if (!len || len >> PAGE_SHIFT >= U32_MAX)
		return -EINVAL;
	*kind = zcblk_buf_kind(buf, len);
	if (*kind == ZCBLK_BUF_NONE)
		return -EFAULT;
	return *kind == ZCBLK_BUF_KMEM || *kind == ZCBLK_BUF_VMALLOC ? 0 : -EINVAL;
}

struct zcblk_buf *zcblk_buf_register(void *buf, size_t len, gfp_t gfp)
{
	enum zcblk_buf_kind kind;
	struct zcblk_buf *reg;
	int err = zcblk_buf_check(buf, len, &kind);

	if (err)
		return ERR_PTR(err);

	reg = zcblk_buf_alloc(buf, len, gfp);
	if (!reg)
		return ERR_PTR(-ENOMEM);

	reg->kind = kind;
	err = zcblk_buf_fill_table(reg);
	if (err) {
		zcblk_buf_free(reg);
		return ERR_PTR(err);
	}
	return reg;
}
EXPORT_SYMBOL_GPL(zcblk_buf_register);

void zcblk_buf_unregister(struct zcblk_buf *reg)
{
	if (!IS_ERR_OR_NULL(reg))
		zcblk_buf_free(reg);
}
EXPORT_SYMBOL_GPL(zcblk_buf_unregister);

/**
 * zcblk_registered_kind() - look up the kind of memory of a part of a registered buffer
 * @reg: the registered buffer
 * @buf: start of the part
 * @len: its length in bytes
 *
 * Context: any.
 * Return: the kind; ZCBLK_BUF_NONE if the part is not within the buffer.
 */
enum zcblk_buf_kind zcblk_registered_kind(const struct zcblk_buf *reg,
					  const void *buf, size_t len)
{
	size_t at = (uintptr_t)buf - (uintptr_t)reg->buf;

	return at < reg->len && len <= reg->len - at ? reg->kind : ZCBLK_BUF_NONE;
}

/**
 * zcblk_registered_is_unreferenced() - does a registered buffer have unreferenced pages?
 * @reg: the registered buffer
 *
 * Context: any.
 * Return: true if one of its pages has no reference count of its own.
 */
bool zcblk_registered_is_unreferenced(const struct zcblk_buf *reg)
{
	return reg->unreferenced;
}

/*
 * Returns how many bytes, at most @len, fit into a bio that begins at byte @at of the buffer. This
 * byte is in run @run.
 */
static unsigned int zcblk_registered_limit(const struct zcblk_buf *reg, u32 run,
					   size_t at, size_t len)
{
	size_t end = reg->len;

	if (run + BIO_MAX_VECS < reg->nr_runs)
		end = (size_t)reg->first[run + BIO_MAX_VECS] * PAGE_SIZE -
			offset_in_page(reg->buf);
	return min3(len, end - at, (size_t)ZCBLK_BIO_BYTES);
}

/**
 * zcblk_registered_add() - make a bio share a registered buffer's table
 * @reg: the registered buffer
 * @bio: the bio, initialised, which has no table of its own
 * @buf: start of the part of the buffer to add
 * @len: length of the part in bytes
 *
 * Context: any.
 * Return: the number of bytes added: less than @len if the part is too large for one
 * bio.
 */
unsigned int zcblk_registered_add(const struct zcblk_buf *reg, struct bio *bio,
				  const void *buf, size_t len)
{
	size_t at = buf - reg->buf, from_page = at + offset_in_page(reg->buf);
	u32 run = reg->nr_runs > 1 ? reg->run[from_page >> PAGE_SHIFT] : 0;
	unsigned int skip;

	len = zcblk_registered_limit(reg, run, at, len);
	skip = from_page - (size_t)reg->first[run] * PAGE_SIZE -
		reg->table[run].bv_offset;
	zcblk_bio_share_table(bio, reg->table, run, skip, len);
	return len;
}
