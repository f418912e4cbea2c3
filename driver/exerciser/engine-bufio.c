// SPDX-License-Identifier: GPL-2.0-only
/*
 * Engines `map`, `registered` and `copy`, which call zcblk's own API. Engine `map` submits an
 * ordinary buffer. Engine `registered` submits a registered buffer. Engine `copy` forces a copy.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/module.h>

#include "exerciser.h"

static struct zcblk_bufio *exerciser_bufio(struct exerciser_slot *slot)
{
	return (struct zcblk_bufio *)slot->private;
}

static void exerciser_bufio_done(struct zcblk_bufio *io, blk_status_t status)
{
	struct exerciser_slot *slot = io->private;

	slot->reason = io->reason;
	slot->unstable = io->unstable;
	exerciser_slot_done(slot, status ? blk_status_to_errno(status) : 0);
}

static int exerciser_bufio_init(struct exerciser_slot *slot)
{
	const struct exerciser_settings *set = exerciser_slot_set(slot);
	struct zcblk_bufio *io = exerciser_bufio(slot);

	io->client = exerciser_client;
	io->bdev = slot->worker->bdev;
	io->buf = slot->buf;
	io->len = set->size;
	io->flags = set->stable ? ZCBLK_BUFIO_STABLE : 0;
	io->done = exerciser_bufio_done;
	io->private = slot;
	return 0;
}

static int exerciser_bufio_init_copy(struct exerciser_slot *slot)
{
	exerciser_bufio_init(slot);
	exerciser_bufio(slot)->flags |= ZCBLK_BUFIO_COPY;
	return 0;
}

static int exerciser_bufio_init_registered(struct exerciser_slot *slot)
{
	struct zcblk_buf *reg;

	exerciser_bufio_init(slot);
	reg = zcblk_buf_register(slot->buf, exerciser_slot_set(slot)->size, GFP_KERNEL);
	if (IS_ERR(reg))
		return PTR_ERR(reg);
	exerciser_bufio(slot)->reg = reg;
	return 0;
}

static void exerciser_bufio_exit_registered(struct exerciser_slot *slot)
{
	zcblk_buf_unregister((struct zcblk_buf *)exerciser_bufio(slot)->reg);
}

static void exerciser_bufio_submit(struct exerciser_slot *slot)
{
	struct zcblk_bufio *io = exerciser_bufio(slot);

	io->sector = slot->sector;
	io->opf = exerciser_slot_opf(slot);
	zcblk_bufio_submit(io);
}

static void exerciser_bufio_poll(struct exerciser_slot *slot)
{
	zcblk_bufio_poll(exerciser_bufio(slot));
}

struct exerciser_engine exerciser_engine_map = {
	.name = "map",
	.owner = THIS_MODULE,
	.slot_size = sizeof(struct zcblk_bufio),
	.slot_init = exerciser_bufio_init,
	.submit = exerciser_bufio_submit,
	.poll = exerciser_bufio_poll,
};

struct exerciser_engine exerciser_engine_registered = {
	.name = "registered",
	.owner = THIS_MODULE,
	.slot_size = sizeof(struct zcblk_bufio),
	.slot_init = exerciser_bufio_init_registered,
	.slot_exit = exerciser_bufio_exit_registered,
	.submit = exerciser_bufio_submit,
	.poll = exerciser_bufio_poll,
};

struct exerciser_engine exerciser_engine_copy = {
	.name = "copy",
	.owner = THIS_MODULE,
	.slot_size = sizeof(struct zcblk_bufio),
	.slot_init = exerciser_bufio_init_copy,
	.submit = exerciser_bufio_submit,
	.poll = exerciser_bufio_poll,
};
