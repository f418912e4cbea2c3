// SPDX-License-Identifier: GPL-2.0-only
/*
 * Allocates buffers of each kind that kernel code uses for I/O. The bytes of the same memory before
 * and after a buffer are guards: they contain EXERCISER_GUARD, and must not change.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/gfp.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "exerciser.h"

#define EXERCISER_GUARD		0xa5

const char *const exerciser_buffer_names[] = {
	[EXERCISER_BUFFER_KMALLOC] = "kmalloc",
	[EXERCISER_BUFFER_VMALLOC] = "vmalloc",
	[EXERCISER_BUFFER_VMALLOC_HUGE] = "vmalloc_huge",
	[EXERCISER_BUFFER_KVMALLOC] = "kvmalloc",
	[EXERCISER_BUFFER_PAGES] = "pages",
	[EXERCISER_NR_BUFFERS] = NULL,
};

static void *exerciser_memory_alloc(enum exerciser_buffer kind, size_t len)
{
	gfp_t gfp = GFP_KERNEL | __GFP_NOWARN;

	switch (kind) {
	case EXERCISER_BUFFER_KMALLOC:
		return kmalloc(len, gfp);
	case EXERCISER_BUFFER_VMALLOC:
		return vmalloc(len);
	case EXERCISER_BUFFER_VMALLOC_HUGE:
		return vmalloc_huge(len, GFP_KERNEL);
	case EXERCISER_BUFFER_KVMALLOC:
		return kvmalloc(len, GFP_KERNEL);
	case EXERCISER_BUFFER_PAGES:
		return alloc_pages_exact(len, gfp);
	default:
		return NULL;
	}
}

/* Returns the length to allocate: a power of two for kmalloc(), else whole pages */
static size_t exerciser_memory_len(enum exerciser_buffer kind, size_t len)
{
	if (kind == EXERCISER_BUFFER_KMALLOC)
		return roundup_pow_of_two(len);
	return PAGE_ALIGN(len);
}

static bool exerciser_memory_has_room(enum exerciser_buffer kind, size_t len)
{
	if (kind == EXERCISER_BUFFER_KMALLOC || kind == EXERCISER_BUFFER_PAGES)
		return exerciser_memory_len(kind, len) <= KMALLOC_MAX_SIZE;
	return true;
}

/**
 * exerciser_buffer_alloc() - allocate a slot's buffer, of the kind that the job's settings name
 * @slot: the slot
 *
 * With verification, the buffer has a page of guard bytes on each side, unless this exceeds the
 * maximum allocation of that kind.
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int exerciser_buffer_alloc(struct exerciser_slot *slot)
{
	const struct exerciser_settings *set = exerciser_slot_set(slot);
	size_t len = set->offset + set->size, guarded = len + 2 * PAGE_SIZE;

	slot->guarded = set->verify &&
			exerciser_memory_has_room(set->buffer, guarded);
	slot->memory_len = exerciser_memory_len(set->buffer,
						slot->guarded ? guarded : len);
	slot->memory = exerciser_memory_alloc(set->buffer, slot->memory_len);
	if (!slot->memory)
		return -ENOMEM;
	memset(slot->memory, EXERCISER_GUARD, slot->memory_len);
	slot->buf = slot->memory + (slot->guarded ? PAGE_SIZE : 0) + set->offset;
	return 0;
}

/**
 * exerciser_buffer_free() - free a slot's buffer
 * @slot: the slot, with or without a buffer
 *
 * Context: process.
 */
void exerciser_buffer_free(struct exerciser_slot *slot)
{
	if (!slot->memory)
		return;
	if (exerciser_slot_set(slot)->buffer == EXERCISER_BUFFER_PAGES)
		free_pages_exact(slot->memory, slot->memory_len);
	else
		kvfree(slot->memory);
	slot->memory = NULL;
}

/**
 * exerciser_buffer_is_intact() - is the memory around a slot's buffer unchanged?
 * @slot: the slot
 *
 * Context: process.
 * Return: true if no byte of the slot's memory outside the buffer has changed.
 */
bool exerciser_buffer_is_intact(const struct exerciser_slot *slot)
{
	const void *end = slot->buf + exerciser_slot_set(slot)->size;

	return !memchr_inv(slot->memory, EXERCISER_GUARD,
			   slot->buf - slot->memory) &&
	       !memchr_inv(end, EXERCISER_GUARD,
			   slot->memory + slot->memory_len - end);
}
