// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a history, which is a sequence of steps such as lock, unlock and cancel. Each step runs on
 * an engine and on a model, and the results are compared. The model is the array order[] of all
 * requests that are held or parked, the oldest one first. It compares each request with all
 * earlier ones, and has no slots or trees.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include "history.h"
#include "test.h"

#define MAX_ACTIVE	520
#define MAX_PAUSES	20		/* after more calls in a step, resched() does nothing */
#define MAX_WORKS	4

/**
 * struct model - a request in the model
 * @range: the range
 * @parked: the request was parked, and check_grants() has not found its grant yet
 * @waits: the request was parked, and the engine has not called ->granted() for it yet
 * @there: the request existed before for_each() was called
 * @seen: for_each() has visited the request
 * @err: the error that was passed to ->granted()
 */
struct model {
	struct zcblk_range range;
	bool parked;
	bool waits;
	bool there;
	bool seen;
	int err;
};

struct history {
	struct zcblk_ranges *ranges;
	int overlap;
	unsigned int flags;
	unsigned int limit;
	struct model *order[MAX_ACTIVE];
	unsigned int n;
	bool cancelled;
	bool no_takes;
	bool busy;
	unsigned int pauses;
	u64 random;
	u64 taken, contended, parked, refused, granted;
};

unsigned long history_steps;

static struct work_struct *works[MAX_WORKS];
static unsigned int nr_works;

/* Queues a work, from any context. Return: false if the work is pending already. */
bool test_queue_work(struct work_struct *work)
{
	if (work->pending)
		return false;
	if (nr_works == MAX_WORKS)
		abort();
	work->pending = 1;
	works[nr_works++] = work;
	return true;
}

/*
 * The running history, while works, cancel() or check_for_each() run; otherwise NULL. The engine
 * calls cond_resched() where it may pause. resched() then does a random step of this history, as
 * another thread might do. If NULL, resched() does nothing.
 */
static struct history *pausing;

static void run_works(struct history *h)
{
	struct history *before = pausing;
	struct work_struct *work;

	pausing = h;
	while (nr_works) {
		work = works[0];
		memmove(works, works + 1, --nr_works * sizeof(works[0]));
		work->pending = 0;
		work->func(work);
	}
	pausing = before;
}

void test_flush_works(void)
{
	might_sleep();
	run_works(pausing);
}

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

/*
 * True if @later must wait for @earlier. This function does not use the code of range.h, so that
 * a mistake in range.h is not in the model, too.
 */
static bool model_waits(const struct model *later, const struct model *earlier)
{
	const struct zcblk_range *a = &later->range, *b = &earlier->range;

	if (a->last < b->start || b->last < a->start)
		return false;
	return !(a->kind == ZCBLK_RANGE_READ && b->kind == ZCBLK_RANGE_READ);
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
	struct model *m;
	unsigned int i;
	bool blocked;

	h->pauses = 0;

	for (i = 0; i < h->n; i++) {
		m = h->order[i];
		if (m->err)
			fail(h, m, "failed");
		if (!m->parked)
			continue;
		blocked = model_blocked(h, i);
		if (m->waits && !blocked && !nr_works)
			fail(h, m, "lost wake-up");
		if (m->waits)
			continue;
		if (blocked)
			fail(h, m, "granted too early");
		m->parked = false;
		h->granted++;
	}
}

/* Counts the newest request. Return: the value that zcblk_range_lock() must return for it */
static int model_lock(struct history *h)
{
	h->taken++;
	if (!model_blocked(h, h->n - 1))
		return 0;
	h->contended++;
	if (h->overlap == ZCBLK_OVERLAP_DETECT)
		return 0;
	if (h->cancelled)
		return -ECANCELED;
	if (h->order[h->n - 1]->range.nowait || h->overlap == ZCBLK_OVERLAP_REJECT) {
		h->refused++;
		return -EAGAIN;
	}
	h->parked++;
	return -EINPROGRESS;
}

static void take(struct history *h, u64 start, u64 last, unsigned int kind,
		 bool nowait)
{
	struct model *m = calloc(1, sizeof(*m));
	int err, expected;

	/* The memory of a new range may have any content, so fill it with garbage */
	memset(&m->range, 0xa5, sizeof(m->range));
	zcblk_range_init(&m->range, start, last, kind, nowait, granted);
	h->order[h->n++] = m;
	expected = model_lock(h);
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

/* Return: the index of a held range, the first from @which % h->n on; or h->n if none is held */
static unsigned int find_held(const struct history *h, unsigned int which)
{
	unsigned int i, at;

	for (i = 0; i < h->n; i++) {
		at = (i + which) % h->n;
		if (!h->order[at]->parked)
			return at;
	}
	return h->n;
}

static void release(struct history *h, unsigned int which)
{
	unsigned int i = find_held(h, which);

	if (i == h->n && nr_works) {
		run_works(h);
		check_grants(h);
		i = find_held(h, which);
	}
	if (!h->n)
		return;
	if (i == h->n)
		fail(h, h->order[0], "all wait");
	zcblk_range_unlock(h->ranges, &h->order[i]->range);
	model_remove(h, i);
}

/*
 * Cancels the lock, and checks that each parked range was either granted or cancelled. Removes
 * the cancelled requests from the model.
 */
static void cancel(struct history *h)
{
	unsigned int i;

	h->cancelled = true;
	h->no_takes = true;
	pausing = h;
	zcblk_ranges_cancel(h->ranges);
	pausing = NULL;
	h->no_takes = false;
	for (i = h->n; i--;) {
		if (h->order[i]->waits)
			fail(h, h->order[i], "not cancelled");
		if (h->order[i]->err && h->order[i]->err != -ECANCELED)
			fail(h, h->order[i], "wrong error");
		if (h->order[i]->err)
			model_remove(h, i);
	}
}

static void saw(struct zcblk_range *range, void *data)
{
	struct model *m = container_of(range, struct model, range);

	if (m->seen)
		fail(data, m, "visited twice");
	if (range->waits != m->waits)
		fail(data, m, "wrong in what it says about waiting");
	m->seen = true;
}

static void check_for_each(struct history *h)
{
	unsigned int i;

	for (i = 0; i < h->n; i++) {
		h->order[i]->there = true;
		h->order[i]->seen = false;
	}
	pausing = h;
	h->ranges->ops->for_each(h->ranges, saw, h);
	pausing = NULL;
	for (i = 0; i < h->n; i++)
		if (h->order[i]->there && !h->order[i]->seen)
			fail(h, h->order[i], "not visited");
}

/*
 * Locks a range that the bytes of a step encode. Many ranges overlap. Many begin or end near the
 * borders of regions and groups of slots (slot.c), and of units (bucket.c).
 */
static void take_bytes(struct history *h, const uint8_t *b)
{
	static const u64 places[] = { 0, 0, 15360, 128, 256, 512, 1024, 8192, 16384, 2048,
				      4096, 1 << 24, 1ULL << 31, 128 * 127, 1 << 20, 640 };
	static const u64 lengths[] = { 1, 8, 8, 8, 16, 32, 64, 128, 129, 250, 256, 257, 512, 1024,
				       8192, 1 << 24 };
	static const u8 kinds[] = { ZCBLK_RANGE_READ, ZCBLK_RANGE_WRITE,
				    ZCBLK_RANGE_WRITE, ZCBLK_RANGE_READ };
	unsigned int place = h->flags & HISTORY_HOT ? b[1] >> 4 & 8 : b[1] >> 4;
	unsigned int length = h->flags & HISTORY_HOT && b[3] & 0xc0 ? 1 : b[2] >> 4;
	u64 offset = b[2] & 1 ? 0 : (b[1] & 15) * 8 + (b[1] & 1);
	u64 start = (place == 8 ? 124 : places[place]) + offset;
	u64 last = start + lengths[length] - 1 + (b[2] >> 1 & 1);
	unsigned int kind = kinds[b[3] & 3];

	if (h->flags & HISTORY_READS && b[2] & 12)
		kind = ZCBLK_RANGE_READ;
	if (b[3] >> 2 == 1)
		start = 0;
	if (b[3] >> 2 <= 2)
		last = U64_MAX;
	take(h, start, last, kind, (b[3] >> 2 & 15) == 7);
}

/* cond_resched() calls this. Does a random step, or none, as another thread might do meanwhile. */
static void resched(void)
{
	struct history *h = pausing;
	uint8_t b[HISTORY_STEP];
	unsigned int i;

	if (!h || h->busy || h->pauses++ >= MAX_PAUSES)
		return;
	h->busy = true;
	h->random = test_random(&h->random);
	memcpy(b, &h->random, sizeof(b));
	i = find_held(h, b[1]);
	if (!(b[0] & 12))
		run_works(h);
	else if (b[0] & 1 && i < h->n)
		release(h, i);
	else if (b[0] & 2 && h->n < MAX_ACTIVE && !h->no_takes)
		take_bytes(h, b);
	h->busy = false;
}

static void step(struct history *h, const uint8_t *b)
{
	unsigned int op = b[0];

	if (op == 255)
		cancel(h);
	else if (op >= 246)
		check_for_each(h);
	else if (op >= 244)
		h->overlap = b[1] % 3;
	else if (op >= 240)
		h->overlap = ZCBLK_OVERLAP_SERIALIZE;
	else if (op >= 230)
		run_works(h);
	else if (h->n >= h->limit || op < (h->flags & HISTORY_PILE ? 30 : 100))
		release(h, b[1] | b[2] << 8);
	else
		take_bytes(h, b);
	if (!(h->flags & HISTORY_LATER))
		run_works(h);
	check_grants(h);
	WRITE_ONCE(history_steps, history_steps + 1);
}

static void check_count(const struct history *h, const char *what, u64 is, u64 should)
{
	if (is == should)
		return;
	fprintf(stderr, "%s: %llu %s, should be %llu\n", h->ranges->ops->name, is, what,
		should);
	abort();
}

static void check_counts(const struct history *h)
{
	unsigned int bucket;
	u64 waits = 0;

	check_count(h, "taken", test_stat(h->ranges, taken), h->taken);
	check_count(h, "contended", test_stat(h->ranges, contended), h->contended);
	check_count(h, "parked", test_stat(h->ranges, parked), h->parked);
	check_count(h, "refused", test_stat(h->ranges, refused), h->refused);
	for (bucket = 0; bucket < ZCBLK_RANGE_BUCKETS; bucket++)
		waits += test_stat(h->ranges, waits[bucket]);
	check_count(h, "granted", waits, h->granted);
}

static void drain(struct history *h)
{
	unsigned int which = 0;

	h->no_takes = true;
	while (h->n) {
		release(h, which += 7);
		WRITE_ONCE(history_steps, history_steps + 1);
		if (!(h->flags & HISTORY_LATER) || which % 5 == 0)
			run_works(h);
		check_grants(h);
	}
	run_works(h);
}

void history_run(const struct zcblk_range_ops *ops, const uint8_t *bytes, size_t size)
{
	struct history h = { };

	if (size < HISTORY_STEP)
		return;
	h.flags = bytes[0];
	h.random = 1 + bytes[2];
	test_resched = resched;
	h.limit = 8 + 2 * bytes[1];
	h.ranges = zcblk_ranges_create(ops, &h.overlap, NULL);
	if (!h.ranges)
		exit(2);
	while ((size -= HISTORY_STEP) >= HISTORY_STEP) {
		bytes += HISTORY_STEP;
		step(&h, bytes);
	}
	drain(&h);
	check_for_each(&h);
	check_counts(&h);
	zcblk_ranges_destroy(h.ranges);
}
