// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes the same data to several places, for the kernel API. Each place is a separate I/O,
 * which is mapped or copied as its device requires.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/module.h>

#include "client.h"

static void zcblk_places_put(struct zcblk_bufio *io)
{
	if (atomic_dec_and_test(&io->pending))
		io->done(io, READ_ONCE(io->status));
}

static void zcblk_place_done(struct zcblk_bufio *place, blk_status_t status)
{
	struct zcblk_bufio *io = place->private;
	enum zcblk_reason reason = READ_ONCE(io->reason);

	if (status)
		zcblk_bufio_failed(io, place->bytes_done, status);
	while (place->reason > reason && !try_cmpxchg(&io->reason, &reason, place->reason))
		;
	if (place->flags & ZCBLK_BUFIO_STABLE && place->unstable)
		WRITE_ONCE(io->unstable, true);
	zcblk_places_put(io);
}

static void zcblk_place_init(struct zcblk_bufio *place, struct zcblk_bufio *io)
{
	place->client = io->client;
	place->opf = io->opf;
	place->ioprio = io->ioprio;
	place->write_hint = io->write_hint;
	place->flags = io->flags;

	place->buf = io->buf;
	place->kvecs = io->kvecs;
	place->bvecs = io->bvecs;
	place->nr_vecs = io->nr_vecs;
	place->skip = io->skip;
	place->len = io->len;
	place->reg = io->reg;

	place->done = zcblk_place_done;
	place->private = io;
}

void zcblk_bufio_submit_to(struct zcblk_bufio *io, struct zcblk_bufio *places,
			   unsigned int nr)
{
	unsigned int i;

	io->status = BLK_STS_OK;
	io->reason = ZCBLK_MAPPED;
	io->bytes_done = io->len;
	io->unstable = false;
	zcblk_polled_init(io);
	if (!nr) {
		zcblk_bufio_refuse(io, ZCBLK_REFUSED_OP);
		return;
	}

	atomic_set(&io->pending, nr + 1);

	for (i = 0; i < nr; i++) {
		zcblk_place_init(&places[i], io);
		if (op_is_write(io->opf))
			zcblk_bufio_submit(&places[i]);
		else
			zcblk_bufio_refuse(&places[i], ZCBLK_REFUSED_OP);
		if (i < nr - 1)
			zcblk_polled_drain(&places[i]);
	}
	zcblk_places_put(io);
}
EXPORT_SYMBOL_GPL(zcblk_bufio_submit_to);
