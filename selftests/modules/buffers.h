/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Allocates kinds of memory that several test modules use for buffers.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _BUFFERS_H
#define _BUFFERS_H

#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/vmalloc.h>

/* Memory of single pages that vmap() maps to contiguous addresses at @mem */
struct scattered {
	void *mem;
	unsigned int nr;
	struct page **pages;
};

static inline void scattered_free(struct scattered *s)
{
	vunmap(s->mem);
	while (s->nr--)
		__free_page(s->pages[s->nr]);
	kvfree(s->pages);
}

static inline int scattered_is_before(const void *a, const void *b)
{
	unsigned long left = page_to_pfn(*(struct page **)a);
	unsigned long right = page_to_pfn(*(struct page **)b);

	return left < right ? 1 : -1;
}

/* Maps the pages in descending order of address, so that no two neighbours are contiguous */
static inline void *scattered_alloc(struct scattered *s, size_t n)
{
	unsigned int nr = DIV_ROUND_UP(n, PAGE_SIZE);

	*s = (struct scattered){ };
	s->pages = kvcalloc(nr, sizeof(*s->pages), GFP_KERNEL);
	if (!s->pages)
		return NULL;
	for (s->nr = 0; s->nr < nr; s->nr++) {
		s->pages[s->nr] = alloc_page(GFP_KERNEL);
		if (!s->pages[s->nr])
			goto fail;
	}
	sort(s->pages, nr, sizeof(*s->pages), scattered_is_before, NULL);
	s->mem = vmap(s->pages, nr, VM_MAP, PAGE_KERNEL);
	if (s->mem)
		return s->mem;
fail:
	scattered_free(s);
	return NULL;
}

/*
 * Kinds of allocations of several pages. In PAGED_EXACT, each page has a reference count of its
 * own. In PAGED_COMPOUND, all pages use the count of the first page. In PAGED_PLAIN, only the first
 * page has a count.
 */
enum paged_kind {
	PAGED_EXACT,
	PAGED_COMPOUND,
	PAGED_PLAIN,
};

static inline void *paged_alloc(enum paged_kind kind, size_t n)
{
	gfp_t comp = kind == PAGED_COMPOUND ? __GFP_COMP : 0;

	if (kind == PAGED_EXACT)
		return alloc_pages_exact(n, GFP_KERNEL);
	return (void *)__get_free_pages(GFP_KERNEL | comp, get_order(n));
}

static inline void paged_free(enum paged_kind kind, void *mem, size_t n)
{
	if (kind == PAGED_EXACT)
		free_pages_exact(mem, n);
	else
		free_pages((unsigned long)mem, get_order(n));
}

#endif /* _BUFFERS_H */
