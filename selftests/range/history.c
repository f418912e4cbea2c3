// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model: all requests in the order in which they came, and each compared with
 * each. It knows nothing of slots, buckets and trees.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include "kernel.h"
#include "history.h"
#include "range.h"

#define MAX_ACTIVE	48

struct model {
	struct zcblk_range range;
	bool active;
	bool parked;	/* as the model sees it */
	bool waits;	/* as the engine sees it */
	bool seen;
	int err;
};

struct history {
	struct zcblk_ranges *ranges;
	int overlap;
	struct model *order[MAX_ACTIVE];
	unsigned int n;
	u64 contended;
	bool cancelled;
};

static void fail(const struct history *h, const struct model *m, const char *what)
{
	fprintf(stderr, "%s: %s: %s %llu..%llu\n", h->ranges->ops->name, what,
		zcblk_range_kind_names[m->range.kind], m->range.start, m->range.last);
	abort();
}

static void granted(struct zcblk_range *range, int err)
{
	struct model *m = container_of(range, struct model, range);

	if (!m->waits) {
		fprintf(stderr, "a grant for one that did not wait\n");
		abort();
	}
	m->waits = false;
	m->err = err;
}

/* Written out once more, so that the model does not share range.h's mistakes */
static bool model_waits(const struct model *later, const struct model *earlier)
{
	static const bool table[3][3] = {
		/* later: read, write, flush; across: the earlier one */
		{ false, true, false },
		{ true, true, false },
		{ false, true, false },
	};
	const struct zcblk_range *a = &later->range, *b = &earlier->range;

	if (!table[a->kind][b->kind])
		return false;
	if (a->kind == ZCBLK_RANGE_FLUSH)
		return true;
	return !(a->last < b->start || b->last < a->start);
}

static bool model_blocked(const struct history *h, unsigned int i)
{
	unsigned int j;

	for (j = 0; j < i; j++)
		if (model_waits(h->order[i], h->order[j]))
			return true;
	return false;
}

static void model_remove(struct history *h, unsigned int i)
{
	free(h->order[i]);
	h->n--;
	memmove(h->order + i, h->order + i + 1, (h->n - i) * sizeof(h->order[0]));
}

static void check_grants(struct history *h)
{
	unsigned int i;

	for (i = 0; i < h->n; i++) {
		if (h->order[i]->parked && !model_blocked(h, i))
			h->order[i]->parked = false;
		if (h->order[i]->parked && !h->order[i]->waits)
			fail(h, h->order[i], "granted too early");
		if (!h->order[i]->parked && h->order[i]->waits)
			fail(h, h->order[i], "lost wake-up");
		if (h->order[i]->err)
			fail(h, h->order[i], "failed");
	}
}

static void take(struct history *h, u64 start, u64 last, unsigned int kind,
		 bool nowait)
{
	struct model *m = calloc(1, sizeof(*m));
	int err, expected = 0;

	/* Garbage, as in memory that was used before */
	memset(&m->range, 0xa5, sizeof(m->range));
	/* One that does not wait is not to be counted down, or it would be granted */
	atomic_set(&m->range.blockers, 1);
	zcblk_range_init(&m->range, start, last, kind, nowait, granted);
	h->order[h->n++] = m;
	if (model_blocked(h, h->n - 1)) {
		h->contended++;
		if (h->overlap == ZCBLK_OVERLAP_DETECT)
			expected = 0;
		else if (h->cancelled)
			expected = -ECANCELED;
		else if (nowait || h->overlap == ZCBLK_OVERLAP_REJECT)
			expected = -EAGAIN;
		else
			expected = -EINPROGRESS;
	}
	m->waits = expected == -EINPROGRESS;
	m->parked = m->waits;
	err = zcblk_range_lock(h->ranges, &m->range);
	if (err != expected) {
		fprintf(stderr, "got %d, expected %d\n", err, expected);
		fail(h, m, "lock");
	}
	if (expected && expected != -EINPROGRESS)
		model_remove(h, h->n - 1);
}

static void release(struct history *h, unsigned int which)
{
	unsigned int i;

	for (i = 0; i < h->n; i++)
		if (!h->order[(i + which) % h->n]->parked)
			break;
	if (i == h->n) {
		if (h->n)
			fail(h, h->order[0], "all wait");
		return;
	}
	i = (i + which) % h->n;
	zcblk_range_unlock(h->ranges, &h->order[i]->range);
	model_remove(h, i);
}

static void cancel(struct history *h)
{
	unsigned int i;

	zcblk_ranges_cancel(h->ranges);
	h->cancelled = true;
	for (i = h->n; i--;) {
		if (!h->order[i]->parked)
			continue;
		if (h->order[i]->waits || h->order[i]->err != -ECANCELED)
			fail(h, h->order[i], "not cancelled");
		model_remove(h, i);
	}
}

static void saw(struct zcblk_range *range, void *data)
{
	struct model *m = container_of(range, struct model, range);

	if (m->seen)
		fail(data, m, "visited twice");
	m->seen = true;
}

static void check_for_each(struct history *h)
{
	unsigned int i;

	h->ranges->ops->for_each(h->ranges, saw, h);
	for (i = 0; i < h->n; i++) {
		/* One that was granted is of no interest to anybody */
		if (!h->order[i]->seen && h->order[i]->range.kind != ZCBLK_RANGE_FLUSH)
			fail(h, h->order[i], "not visited");
		h->order[i]->seen = false;
	}
}

/* Places and lengths near each other and near the ends of regions and units */
static void take_bytes(struct history *h, const uint8_t *b)
{
	static const u64 places[] = { 0, 0, 15360, 128, 256, 512, 1024, 8192, 16384, 2048,
				      4096, 65536, 1ULL << 31, 128 * 127, 1 << 20, 640 };
	static const u64 lengths[] = { 1, 8, 8, 8, 16, 32, 64, 128, 129, 250, 256, 257, 512, 1024,
				       8192, 1 << 23 };
	static const u8 kinds[] = { ZCBLK_RANGE_READ, ZCBLK_RANGE_WRITE,
				    ZCBLK_RANGE_WRITE, ZCBLK_RANGE_READ };
	u64 offset = b[2] & 1 ? 0 : (b[1] & 15) * 8 + (b[1] & 1);
	u64 start = places[b[1] >> 4] + offset;
	u64 last = start + lengths[b[2] >> 4] - 1 + (b[2] >> 1 & 1);
	unsigned int kind = kinds[b[3] & 3];

	if ((b[3] >> 2) == 1)
		kind = ZCBLK_RANGE_FLUSH;
	if ((b[3] >> 2) == 2)
		last = U64_MAX;
	take(h, start, last, kind, (b[3] >> 2 & 7) == 7);
}

static void step(struct history *h, const uint8_t *b)
{
	unsigned int op = b[0];

	if (op == 255)
		cancel(h);
	else if (op >= 250)
		check_for_each(h);
	else if (op >= 248)
		h->overlap = b[1] % 3;
	else if (op >= 240)
		h->overlap = ZCBLK_OVERLAP_SERIALIZE;
	else if (h->n == MAX_ACTIVE || op < 100)
		release(h, b[1]);
	else
		take_bytes(h, b);
	check_grants(h);
}

void history_run(unsigned int engine, const uint8_t *bytes, size_t size)
{
	struct history h = { };
	u64 contended = 0;
	unsigned int cpu;

	h.ranges = zcblk_ranges_create(engine, &h.overlap);
	for (; size >= HISTORY_STEP; size -= HISTORY_STEP, bytes += HISTORY_STEP)
		step(&h, bytes);
	while (h.n) {
		release(&h, 0);
		check_grants(&h);
	}
	for_each_possible_cpu(cpu)
		contended += per_cpu_ptr(h.ranges->stats, cpu)->contended;
	if (contended != h.contended) {
		fprintf(stderr, "%s: %llu contended, should be %llu\n",
			h.ranges->ops->name, contended, h.contended);
		abort();
	}
	zcblk_ranges_destroy(h.ranges);
}
