// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory model of the explorer: TSO, as on x86, or weak memory.
 *
 * TSO
 *	A thread's stores wait in its store buffer, and reach memory later, in order. Full
 *	barriers and all atomic updates wait until the buffer is empty.
 *
 * Weak
 *	A location keeps a message for each value that was stored to it, in order. A thread
 *	has a view, which is the oldest message of each location that it may still read. A
 *	load may return this message or any newer one, and moves the view to the message. A
 *	store with release copies the thread's view to the message, and a load with acquire
 *	joins the message's view with the thread's. An update reads the newest message, and
 *	copies its view to the new message. Full barriers exchange views with each other.
 *	Relacy and Loom use the same method. The models of GenMC have the same results for
 *	programs that GenMC and the explorer support.
 *
 * Both
 *	A thread or a message also knows which accesses to each location, and which ends of
 *	requests, happened before. Release and acquire copy this knowledge as they copy views.
 *	If a thread does not know of an earlier access that conflicts with its own, the two
 *	accesses race. The race is an error if one of the accesses is plain.
 *
 * Reduction
 *	A location is private at first. It becomes shared when a second thread accesses it,
 *	and racy when marked accesses race. After each such change, the search starts over.
 *	Only racy locations have buffered stores or messages. The explorer switches threads
 *	only at accesses to racy locations, because the order of other accesses does not
 *	matter.
 *
 * Limits
 *	- A load does not return the value of a later store (no load buffering). The order in
 *	  which stores are executed is their modification order, as in Relacy and Loom.
 *	- The model assumes a control dependency from every relaxed load to all later
 *	  stores. Address dependencies do not order loads.
 *	- Plain accesses are checked in weak mode only. An access of up to 8 bytes is checked by
 *	  its first address only.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include "explorer.h"

#define MAX_LOCATIONS	4096

enum class { PRIVATE, SHARED, RACY };
enum access { PLAIN_READ, PLAIN_WRITE, MARKED_READ, MARKED_WRITE };

/* What the search knows about a location. It keeps this when it returns to an earlier state. */
struct location {
	const void *p;
	enum class class;
	unsigned int threads;	/* a bit for each thread that accesses the location */
	unsigned int writers;	/* a bit for each thread that writes the location */
	unsigned int fact;
	unsigned int racy;
	bool plain;		/* some accesses are plain */
	bool no_lock;		/* a thread wrote the location while another had set bit 0 */
};

static struct location locations[MAX_LOCATIONS];
static unsigned int nr_locations, nr_facts, nr_racy;

/* Forgets all locations, before another scenario is searched */
void memory_forget(void)
{
	memset(locations, 0, sizeof(locations));
	nr_locations = 0;
	nr_facts = 0;
	nr_racy = 0;
}

static u64 memory_read(const void *p, size_t size)
{
	u64 value = 0;

	memcpy(&value, p, size);
	return value;
}

/* Return: the value of the thread's newest store to @p in its buffer, or else of memory */
static u64 visible(const struct thread *thread, const void *p, size_t size)
{
	unsigned int i;

	for (i = thread->nr_stores; i--;)
		if (thread->stores[i].p == p)
			return thread->stores[i].value;
	return memory_read(p, size);
}

static struct location *location_find(const void *p)
{
	unsigned int i = (uintptr_t)p * 0x9e3779b97f4a7c15ULL >> 52;

	while (locations[i].p && locations[i].p != p)
		i = (i + 1) % MAX_LOCATIONS;
	return &locations[i];
}

static void promote(struct location *loc, enum class class)
{
	loc->class = class;
	if (class == SHARED) {
		if (nr_facts == MAX_FACTS)
			too_many("shared locations");
		loc->fact = nr_facts++;
	} else {
		if (nr_racy == MAX_RACY)
			too_many("racy locations");
		loc->racy = nr_racy++;
	}
	search_again();
}

/*
 * Records that the current thread uses @p. The search starts over if an assumption about the
 * location was wrong. Return: the location, or NULL if it is private
 */
static struct location *location_of(const void *p)
{
	struct location *loc = location_find(p);

	if (!loc->p) {
		if (++nr_locations > MAX_LOCATIONS / 2)
			too_many("locations");
		loc->p = p;
	}
	if (loc->threads & 1U << current)
		return loc->class == PRIVATE ? NULL : loc;
	loc->threads |= 1U << current;
	if (loc->class == PRIVATE && loc->threads & (loc->threads - 1))
		promote(loc, SHARED);
	if (loc->class == RACY)
		search_again();
	return loc->class == PRIVATE ? NULL : loc;
}

/* Records a marked write. The search starts over if an assumption about the location was wrong. */
static void note_write(struct location *loc)
{
	u8 owner = world.owner[loc->racy];

	if (loc->class == RACY && owner && owner != current + 1 && !loc->no_lock &&
	    *(char *)loc->p & 1) {
		loc->no_lock = true;
		search_again();
	}
	if (loc->writers & 1U << current)
		return;
	loc->writers |= 1U << current;
	if (loc->class == RACY)
		search_again();
}

/* True if each thread in @threads except @t has ended, with an empty store buffer */
static bool is_alone(unsigned int threads, unsigned int t)
{
	unsigned int other;

	for (other = 0; other < MAX_THREADS; other++)
		if (other != t && threads & 1U << other &&
		    (world.thread[other].wants != W_NOTHING ||
		     world.thread[other].nr_stores))
			return false;
	return true;
}

/* True if @t holds the lock bit of @loc (bit 0), so that no other thread writes @loc */
static bool is_owned(const struct location *loc, unsigned int t)
{
	return !loc->no_lock && world.owner[loc->racy] == t + 1 &&
	       memory_read(loc->p, 1) & 1 && visible(&world.thread[t], loc->p, 1) & 1;
}

/*
 * Return: true if the thread's next access neither affects other threads nor is affected by
 * them. Then the search runs this thread first, and does not try the other threads before it.
 * In weak memory, a store can be such an access even if other threads load the location. These
 * threads may still read the older value.
 */
bool memory_goes_first(unsigned int t)
{
	const struct thread *thread = &world.thread[t];
	struct location *loc;

	if (thread->wants < W_LOAD || thread->wants == W_FENCE)
		return false;
	loc = location_find(thread->p);
	if (loc->class != RACY || is_alone(loc->threads, t))
		return true;
	if (thread->wants != W_LOAD && thread->wants != W_STORE)
		return false;
	return is_alone(loc->writers, t) || is_owned(loc, t);
}

static bool is_racy(const void *p)
{
	struct location *loc = location_of(p);

	return loc && loc->class == RACY;
}

/* Knowledge */

/* Return: the number of bytes of a struct know that are in use, from its start */
size_t memory_know_size(void)
{
	return offsetof(struct know, missing[(nr_facts + 63) / 64]);
}

static void know_join(struct know *know, const struct know *other)
{
	unsigned int i, n = (nr_facts + 63) / 64 * GROUPS;
	const u64 *from = &other->missing[0][0];
	u64 *to = &know->missing[0][0];

	for (i = 0; i < n; i++)
		to[i] &= from[i];
	know->ended &= other->ended;
	for (i = 0; weak && i < MAX_RACY; i++)
		know->view[i] = max(know->view[i], other->view[i]);
}

static struct know *know_next_buffered(unsigned int i)
{
	unsigned int t = i / BUFFER;

	for (i %= BUFFER; t < MAX_THREADS; t++, i = 0)
		if (i < world.thread[t].nr_stores)
			return &world.buffered[t][i];
	return NULL;
}

/*
 * Iterates over every struct know of the state: those of threads that have not ended, KNOW_SC and
 * KNOW_DONE, those of messages, and those of buffered stores, in this order. Return: the one after
 * @know, or the first one if @know is NULL; NULL after the last one
 */
struct know *know_next(struct know *know)
{
	size_t i = know ? know - world.know + 1 : 0;

	if (i < NR_KNOW) {
		while (i < KNOW_SC && world.thread[i / NR_KINDS].wants == W_NOTHING)
			i += NR_KINDS;
		return &world.know[i];
	}
	if (know >= &world.buffered[0][0])
		return know_next_buffered(know - &world.buffered[0][0] + 1);
	if (know == &world.know[NR_KNOW - 1])
		i = 0;
	else
		i = container_of(know, struct message, know) - world.message + 1;
	if (i < world.nr_messages)
		return &world.message[i].know;
	return know_next_buffered(0);
}

static bool is_missing(const struct know *know, unsigned int group, unsigned int fact)
{
	return know->missing[fact / 64][group] >> fact % 64 & 1;
}

static void conflict(struct location *loc, const struct know *know, unsigned int group,
		     unsigned int n, bool plain)
{
	for (; n--; group++) {
		if (!is_missing(know, group, loc->fact))
			continue;
		if (plain)
			violation("data race");
		if (loc->class != RACY)
			promote(loc, RACY);
	}
}

/* Records an access. At first, only the current thread knows of the access. */
static void record(struct location *loc, enum access access)
{
	static const unsigned int groups[] = { RP, WP, RM, WM };
	unsigned int group = groups[access] + (access == PLAIN_WRITE ? 0 : current);
	u64 *done = &world.done[current][access][loc->fact / 64];
	unsigned int word = loc->fact / 64, g;
	u64 bit = 1ULL << loc->fact % 64;
	struct know *know;

	if (*done & bit)
		return;
	*done |= bit;
	for_each_know(know) {
		/* This access is ordered after all earlier ones, which need no bits any more */
		if (access == PLAIN_WRITE || (access == MARKED_WRITE && loc->class != RACY))
			for (g = 0; g < GROUPS; g++)
				know->missing[word][g] &= ~bit;
		know->missing[word][group] |= bit;
	}
	know_of(current, KNOWN)->missing[word][group] &= ~bit;
	know_of(current, READ)->missing[word][group] &= ~bit;
}

static void account(struct location *loc, enum access access)
{
	bool plain = access == PLAIN_READ || access == PLAIN_WRITE;
	bool write = access == PLAIN_WRITE || access == MARKED_WRITE;
	const struct know *know = know_of(current, write ? READ : KNOWN);

	if (loc->class == RACY && !loc->plain) {
		if (!plain)
			return;
		loc->plain = true;
		search_again();
	}
	loc->plain |= plain;
	conflict(loc, know, WP, 1, true);
	conflict(loc, know, WM, MAX_THREADS, plain);
	if (write) {
		conflict(loc, know, RP, MAX_THREADS, true);
		conflict(loc, know, RM, MAX_THREADS, plain);
	}
	record(loc, access);
}

static void publish(void)
{
	memset(world.done[current], 0, sizeof(world.done[current]));
}

static void learn(const struct know *know, int order)
{
	if (order & ACQUIRE)
		know_join(know_of(current, KNOWN), know);
	know_join(know_of(current, READ), know);
}

static const struct know *tell(int order)
{
	if (!(order & RELEASE))
		return know_of(current, FENCE);
	publish();
	return know_of(current, KNOWN);
}

static void fence(void)
{
	struct know *known = know_of(current, KNOWN), *sc = &world.know[KNOW_SC];
	unsigned int i;

	know_join(known, know_of(current, READ));
	for (i = 0; weak && i < nr_racy; i++) {
		known->view[i] = max(known->view[i], sc->view[i]);
		sc->view[i] = known->view[i];
	}
	*know_of(current, READ) = *known;
	*know_of(current, FENCE) = *known;
	publish();
}

static void know_nothing(struct know *know)
{
	memset(know, 0xff, sizeof(*know));
	memset(know->view, 0, sizeof(know->view));
}

void memory_reset(void)
{
	unsigned int t;

	for (t = 0; t < MAX_THREADS; t++)
		know_nothing(know_of(t, WAKE));
	know_nothing(&world.know[KNOW_DONE]);
}

/* Copies the knowledge of the current thread to @know, for memory_learn() in another thread */
void memory_tell(struct know *know)
{
	*know = *know_of(current, KNOWN);
	publish();
}

void memory_learn(struct know *know)
{
	learn(know, ACQUIRE);
	know_nothing(know);
}

void memory_end(unsigned int request)
{
	struct know *know;

	for_each_know(know)
		know->ended |= 1ULL << request;
	know_of(current, KNOWN)->ended &= ~(1ULL << request);
	know_of(current, READ)->ended &= ~(1ULL << request);
}

bool memory_knows_end(unsigned int request)
{
	return !(know_of(current, KNOWN)->ended >> request & 1);
}

/* Messages */

/*
 * Return: the oldest message of a location, or the place for it if there is none. Sets *n to the
 * number of messages. In TSO, a location has at most one message.
 */
static struct message *message_first(unsigned int racy, unsigned int *n)
{
	struct message *first = world.message;
	unsigned int i;

	for (i = 0; i < racy; i++)
		first += world.of_racy[i];
	*n = world.of_racy[racy];
	return first;
}

static struct message *message_insert(struct message *at, unsigned int racy, u64 value)
{
	if (world.nr_messages == MAX_MESSAGES)
		too_many("messages");
	memmove(at + 1, at, (world.message + world.nr_messages - at) * sizeof(*at));
	world.nr_messages++;
	world.of_racy[racy]++;
	at->value = value;
	return at;
}

static void message_delete(struct message *first, unsigned int racy, unsigned int n)
{
	struct message *end = world.message + world.nr_messages;

	world.of_racy[racy] -= n;
	memmove(first, first + n, (end - first - n) * sizeof(*first));
	world.nr_messages -= n;
}

/*
 * Return: the oldest message of a location. If the location has none, a message with the value in
 * memory is made. It contains no knowledge, because no marked store wrote the value. Sets *n to
 * the number of messages.
 */
static struct message *messages(const struct location *loc, size_t size, unsigned int *n)
{
	struct message *first = message_first(loc->racy, n);

	if (*n)
		return first;
	*n = 1;
	first = message_insert(first, loc->racy, memory_read(loc->p, size));
	know_nothing(&first->know);
	return first;
}

static void set_view(struct know *know, unsigned int racy, unsigned int i)
{
	know->view[racy] = max(know->view[racy], i);
}

/*
 * Return: the message that the load reads in this step. In weak memory, the search chooses it, and
 * the thread's view moves to it.
 */
static struct message *message_read(const struct location *loc, size_t size)
{
	unsigned int n, i;
	struct message *first = messages(loc, size, &n);

	if (!weak)
		return first;
	i = n - 1 - choice_which;
	set_view(know_of(current, KNOWN), loc->racy, i);
	set_view(know_of(current, READ), loc->racy, i);
	return first + i;
}

/*
 * Stores a value to memory, and @know to a message. In weak memory, the message is a new one, and
 * the thread's view moves to it.
 */
static void message_write(const struct location *loc, size_t size, u64 value,
			  const struct know *know)
{
	unsigned int n;
	struct message *m = messages(loc, size, &n);
	struct know copy = *know;

	world.owner[loc->racy] = current + 1;
	if (weak) {
		m = message_insert(m + n, loc->racy, value);
		copy.view[loc->racy] = n;
		set_view(know_of(current, KNOWN), loc->racy, n);
		set_view(know_of(current, READ), loc->racy, n);
	}
	m->know = copy;
	memcpy((void *)loc->p, &value, size);
}

/* Deletes all messages of a location after a plain write. A load of one of them would race. */
static void messages_drop(const struct location *loc)
{
	struct know *know;
	unsigned int n;
	struct message *first = message_first(loc->racy, &n);

	message_delete(first, loc->racy, n);
	for_each_know(know)
		know->view[loc->racy] = 0;
}

/*
 * Return: the number of messages that the thread's next access may read, whatever their values are;
 * 1 if the access has no choice
 */
unsigned int memory_depth(const struct thread *thread)
{
	struct location *loc;
	unsigned int n;

	if (!weak || (thread->wants != W_LOAD && thread->wants != W_CHANGE &&
		      thread->wants != W_COMPARE))
		return 1;
	loc = location_find(thread->p);
	if (loc->class != RACY)
		return 1;
	messages(loc, thread->size, &n);
	return n - know_of(thread - world.thread, KNOWN)->view[loc->racy];
}

/* True if a thread may continue with the message number @which, counted from the newest (0) */
static bool memory_may_load(const struct thread *thread, unsigned int which)
{
	struct location *loc = location_find(thread->p);
	struct message *first;
	unsigned int n;

	if (!weak || loc->class != RACY)
		return thread->wants != W_CHANGE ||
		       visible(thread, thread->p, thread->size) != thread->value;
	if (thread->wants == W_LOAD || (thread->wants == W_COMPARE && !which))
		return true;
	first = messages(loc, thread->size, &n);
	return first[n - 1 - which].value != thread->value;
}

bool memory_may(const struct thread *thread, unsigned int which)
{
	switch (thread->wants) {
	case W_LOAD:
	case W_CHANGE:
		return memory_may_load(thread, which);
	case W_COMPARE:
		return weak ? memory_may_load(thread, which) : !thread->nr_stores;
	case W_LOCK:
		return !thread->nr_stores && !memory_read(thread->p, thread->size);
	case W_UPDATE:
	case W_FENCE:
		return !thread->nr_stores;
	default:
		return true;
	}
}

/* True if @t can continue, so that memory_normalise() must keep what @t does not know */
static bool is_live(unsigned int t)
{
	const struct thread *thread = &world.thread[t];

	return thread->wants != W_NOTHING &&
	       (thread->wants != W_WAIT || thread->ready(thread->p));
}

static void messages_shift(unsigned int racy, unsigned int drop)
{
	struct know *know;
	unsigned int n;
	struct message *first = message_first(racy, &n);

	if (drop >= n)
		return;
	message_delete(first, racy, drop);
	for_each_know(know)
		know->view[racy] -= min(know->view[racy], (u8)drop);
}

void memory_normalise(void)
{
	unsigned int t, i, n = (nr_facts + 63) / 64 * GROUPS;
	struct know all = { 0 }, *know;
	u64 *to = &all.missing[0][0];
	const u64 *from;

	memset(all.view, 0xff, sizeof(all.view));
	for (t = 0; t < MAX_THREADS; t++) {
		if (!is_live(t))
			continue;
		know = know_of(t, KNOWN);
		from = &know->missing[0][0];
		for (i = 0; i < n; i++)
			to[i] |= from[i];
		all.ended |= know->ended;
		for (i = 0; i < nr_racy; i++)
			all.view[i] = min(all.view[i], know->view[i]);
	}
	for (i = 0; i < MAX_RACY; i++)
		if (all.view[i] == 0xff)
			all.view[i] = 0;
	for_each_know(know)
		know_join(know, &all);
	for (i = 0; weak && i < nr_racy; i++)
		if (all.view[i])
			messages_shift(i, all.view[i]);
}

/* True, in TSO, if no other thread uses the location of the oldest buffered store of @t */
bool memory_flush_goes_first(unsigned int t)
{
	return is_alone(location_find(world.thread[t].stores[0].p)->threads, t);
}

/* Moves the oldest store from the buffer of @t to memory, in TSO */
void memory_flush(unsigned int t)
{
	struct thread *thread = &world.thread[t];
	struct store *store = &thread->stores[0];
	struct location *loc = location_find(store->p);
	unsigned int n = --thread->nr_stores;

	current = t;
	note_write(loc);
	message_write(loc, store->size, store->value, &world.buffered[t][0]);
	memmove(store, store + 1, n * sizeof(*store));
	memmove(&world.buffered[t][0], &world.buffered[t][1], n * sizeof(struct know));
	memset(&thread->stores[n], 0, sizeof(*store));
}

/* Accesses */

u64 explore_load(const void *p, size_t size, int order)
{
	struct location *loc;
	struct message *m;
	u64 value;

	if (!in_thread)
		return memory_read(p, size);
	if (is_racy(p))
		stop(W_LOAD, p, size, 0);
	loc = location_of(p);
	if (loc)
		account(loc, MARKED_READ);
	if (!loc || loc->class != RACY)
		return memory_read(p, size);
	m = message_read(loc, size);
	value = weak ? m->value : visible(&world.thread[current], p, size);
	learn(&m->know, order);
	return value;
}

static void store_racy(struct location *loc, size_t size, u64 value, int order)
{
	struct thread *thread = &world.thread[current];
	unsigned int n = thread->nr_stores;

	note_write(loc);
	if (weak) {
		stop(W_STORE, loc->p, size, value);
		note_write(loc);
		account(loc, MARKED_WRITE);
		message_write(loc, size, value, tell(order));
		return;
	}
	account(loc, MARKED_WRITE);
	if (n == BUFFER)
		too_many("stores");
	must_stop();
	world.buffered[current][n] = *tell(order);
	thread->stores[n] = (struct store){ (void *)loc->p, size, value };
	thread->nr_stores++;
}

void explore_store(void *p, size_t size, u64 value, int order)
{
	struct location *loc = in_thread ? location_of(p) : NULL;

	if (loc && loc->class == RACY) {
		store_racy(loc, size, value, order);
		return;
	}
	if (loc) {
		note_write(loc);
		account(loc, MARKED_WRITE);
	}
	memcpy(p, &value, size);
}

/* Updates a racy location. Before this call, the current thread has stopped and continued. */
static void update(struct location *loc, size_t size, u64 value, int order)
{
	struct know know;

	if (order == FULL)
		fence();
	note_write(loc);
	account(loc, MARKED_WRITE);
	choice_which = 0;
	know = message_read(loc, size)->know;
	learn(&know, order);
	know_join(&know, tell(order));
	message_write(loc, size, value, &know);
	if (order == FULL)
		fence();
}

u64 explore_cmpxchg(void *p, size_t size, u64 old, u64 new, int order)
{
	struct location *loc = NULL;
	struct message *m;
	u64 value;

	if (in_thread && is_racy(p))
		stop(W_COMPARE, p, size, old);
	if (in_thread)
		loc = location_of(p);
	if (loc && loc->class == RACY) {
		m = message_read(loc, size);
		value = weak ? m->value : memory_read(p, size);
		if (value == old) {
			update(loc, size, new, order);
		} else {
			account(loc, MARKED_READ);
			learn(&m->know, RELAXED);
		}
		return value;
	}
	value = memory_read(p, size);
	if (loc && value == old)
		note_write(loc);
	if (loc)
		account(loc, value == old ? MARKED_WRITE : MARKED_READ);
	if (value == old)
		memcpy(p, &new, size);
	if (value == old && order == FULL)
		explore_mb();
	return value;
}

/* Stores @new, or if @plus, the sum of @new and the old value. Return: the old value. */
static u64 exchange(enum wants wants, void *p, size_t size, bool plus, u64 new, int order)
{
	struct location *loc = NULL;
	u64 value;

	if (wants == W_LOCK && !in_thread && memory_read(p, size))
		violation("a lock stays locked");
	if (in_thread && is_racy(p))
		stop(wants, p, size, 0);
	if (in_thread)
		loc = location_of(p);
	value = memory_read(p, size);
	/* Another thread holds the lock, which did not look racy before */
	if (wants == W_LOCK && loc && loc->class != RACY && value)
		promote(loc, RACY);
	if (plus)
		new += value;
	if (loc && loc->class == RACY) {
		update(loc, size, new, order);
		return value;
	}
	if (loc) {
		note_write(loc);
		account(loc, MARKED_WRITE);
	}
	memcpy(p, &new, size);
	if (order == FULL)
		explore_mb();
	return value;
}

u64 explore_xchg(void *p, size_t size, u64 new, int order)
{
	return exchange(W_UPDATE, p, size, false, new, order);
}

void explore_add(void *p, size_t size, s64 add)
{
	exchange(W_UPDATE, p, size, true, add, RELAXED);
}

void explore_lock(void *p, size_t size)
{
	exchange(W_LOCK, p, size, false, 1, ACQUIRE);
}

void explore_mb(void)
{
	if (!in_thread)
		return;
	if (weak || world.thread[current].nr_stores)
		stop(W_FENCE, NULL, 0, 0);
	fence();
}

void explore_relax(void)
{
	if (in_thread)
		stop(W_RELAX, NULL, 0, 0);
}

void explore_wait_change(const void *p, size_t size, u64 value)
{
	if (!in_thread)
		violation("a slot stays locked");
	stop(W_CHANGE, p, size, value);
}

/* The compiler adds a call of one of the functions __tsan_*() to each plain access */

static void plain(const void *p, enum access access)
{
	struct location *loc = location_of(p);

	if (!loc)
		return;
	account(loc, access);
	if (access == PLAIN_WRITE && loc->class == RACY)
		messages_drop(loc);
}

static void plain_range(const void *p, size_t size, enum access access)
{
	size_t i;

	if (!in_thread || !weak || !arena_tracks(p))
		return;
	plain(p, access);
	for (i = 1; size > sizeof(u64) && i < size; i++)
		if (i % sizeof(u64) == 0 || location_find((char *)p + i)->p)
			plain((char *)p + i, access);
}

/*
 * In weak mode, records a plain write to all known locations of an area, because the area is
 * allocated or freed
 */
void memory_overwrite(void *p, size_t size)
{
	size_t i;

	for (i = 0; weak && i < size; i++)
		if (location_find((char *)p + i)->p)
			plain((char *)p + i, PLAIN_WRITE);
}

#define HOOK(name, size, access)			\
void __tsan_##name(void *p);				\
void __tsan_##name(void *p)				\
{							\
	plain_range(p, size, access);			\
}

HOOK(read1, 1, PLAIN_READ)
HOOK(read2, 2, PLAIN_READ)
HOOK(read4, 4, PLAIN_READ)
HOOK(read8, 8, PLAIN_READ)
HOOK(read16, 16, PLAIN_READ)
HOOK(unaligned_read2, 2, PLAIN_READ)
HOOK(unaligned_read4, 4, PLAIN_READ)
HOOK(unaligned_read8, 8, PLAIN_READ)
HOOK(unaligned_read16, 16, PLAIN_READ)
HOOK(write1, 1, PLAIN_WRITE)
HOOK(write2, 2, PLAIN_WRITE)
HOOK(write4, 4, PLAIN_WRITE)
HOOK(write8, 8, PLAIN_WRITE)
HOOK(write16, 16, PLAIN_WRITE)
HOOK(unaligned_write2, 2, PLAIN_WRITE)
HOOK(unaligned_write4, 4, PLAIN_WRITE)
HOOK(unaligned_write8, 8, PLAIN_WRITE)
HOOK(unaligned_write16, 16, PLAIN_WRITE)

#define HOOK_RANGE(name, access)			\
void __tsan_##name(void *p, unsigned long size);	\
void __tsan_##name(void *p, unsigned long size)		\
{							\
	plain_range(p, size, access);			\
}

HOOK_RANGE(read_range, PLAIN_READ)
HOOK_RANGE(write_range, PLAIN_WRITE)

void __tsan_init(void);
void __tsan_init(void)
{
}
