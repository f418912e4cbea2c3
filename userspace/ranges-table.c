// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the tables of range locks: their columns and rows.
 */
#include "ranges-table.h"
#include "figures.h"

#include <string.h>

enum {
	NAME, STATE, OP, START, LAST, AGE_MS, BLOCKER,
	ENGINE, OVERLAP, HELD, WAITING, MORE, TAKEN, CONTENDED, PARKED, REFUSED,
	COLLIDED, SLOW, P50_US, P99_US, LONGEST_US,
	LOW_NS, HIGH_NS, COUNT,
	COLUMNS
};

static const struct column columns[COLUMNS] = {
	[NAME] = { "NAME", SCOLS_JSON_STRING, "name of the disk" },
	[STATE] = { "STATE", SCOLS_JSON_STRING, "holds or waits" },
	[OP] = { "OP", SCOLS_JSON_STRING, "read, or write: all that changes data" },
	[START] = { "START", SCOLS_JSON_NUMBER, "first sector" },
	[LAST] = { "LAST", SCOLS_JSON_NUMBER, "last sector" },
	[AGE_MS] = { "AGE_MS", SCOLS_JSON_NUMBER, "how long it has held, or waited, in ms" },
	[BLOCKER] = { "FOR", SCOLS_JSON_STRING, "one that it waits for" },
	[ENGINE] = { "ENGINE", SCOLS_JSON_STRING, "the disk's range lock" },
	[OVERLAP] = { "OVERLAP", SCOLS_JSON_STRING, "what it does with requests that overlap" },
	[HELD] = { "HELD", SCOLS_JSON_NUMBER, "requests that hold now" },
	[WAITING] = { "WAITING", SCOLS_JSON_NUMBER, "requests that wait now" },
	[MORE] = { "MORE", SCOLS_JSON_NUMBER, "requests of either kind that the kernel left out" },
	[TAKEN] = { "TAKEN", SCOLS_JSON_NUMBER, "requests that came" },
	[CONTENDED] = { "CONTENDED", SCOLS_JSON_NUMBER, "of these, overlapped an earlier one" },
	[PARKED] = { "PARKED", SCOLS_JSON_NUMBER, "of these, waited" },
	[REFUSED] = { "REFUSED", SCOLS_JSON_NUMBER, "of these, failed" },
	[COLLIDED] = { "COLLIDED", SCOLS_JSON_NUMBER, "met one that they do not overlap" },
	[SLOW] = { "SLOW", SCOLS_JSON_NUMBER, "used the slow path: long, or near a long one" },
	[P50_US] = { "P50_US", SCOLS_JSON_NUMBER, "us that 50 % of those that waited keep below" },
	[P99_US] = { "P99_US", SCOLS_JSON_NUMBER, "99 %" },
	[LONGEST_US] = { "LONGEST_US", SCOLS_JSON_NUMBER, "the longest wait" },
	[LOW_NS] = { "LOW_NS", SCOLS_JSON_NUMBER, "waits from so many ns" },
	[HIGH_NS] = { "HIGH_NS", SCOLS_JSON_NUMBER, "to less than so many" },
	[COUNT] = { "COUNT", SCOLS_JSON_NUMBER, "how many there were" },
};

static const char * const shown[] = {
	[RANGES_HELD] = "NAME,STATE,OP,START,LAST,AGE_MS,FOR",
	[RANGES_COUNTERS] =
		"NAME,ENGINE,OVERLAP,HELD,WAITING,MORE,TAKEN,CONTENDED,PARKED,REFUSED,COLLIDED,SLOW,P50_US,P99_US,LONGEST_US",
	[RANGES_WAITS] = "NAME,LOW_NS,HIGH_NS,COUNT",
	[RANGES_HOT] = "NAME,START,LAST,COUNT",
};

void ranges_table_help(void)
{
	table_help(columns, COLUMNS);
}

int ranges_table_check(const struct table_options *options)
{
	return table_check(options, columns, COLUMNS);
}

void ranges_table_begin(struct table *table, const struct table_options *options,
			enum ranges_view view)
{
	table_begin(table, options, columns, COLUMNS, shown[view]);
}

static void add_line(struct table *table, const char *disk)
{
	table_line(table);
	table_set(table, NAME, "%s", disk);
}

static void add_held(struct table *table, const char *disk,
		     const struct ranges *ranges)
{
	for (unsigned int i = 0; i < ranges->count; i++) {
		const struct range *range = &ranges->range[i];

		add_line(table, disk);
		table_set(table, STATE, "%s", range->waits ? "waits" : "holds");
		table_set(table, OP, "%s", range->op);
		table_set(table, AGE_MS, "%llu", range->age_ms);
		if (range->blocker[0])
			table_set(table, BLOCKER, "%s", range->blocker);
		table_set(table, START, "%llu", range->start);
		table_set(table, LAST, "%llu", range->last);
	}
}

static void set_us(struct table *table, int column, double ns)
{
	if (ns >= 0)
		table_set(table, column, "%.1f", ns / 1000);
}

static void add_counters(struct table *table, const char *disk,
			 const struct ranges *ranges)
{
	unsigned int waiting = 0;

	for (unsigned int i = 0; i < ranges->count; i++)
		waiting += ranges->range[i].waits;
	add_line(table, disk);
	table_set(table, ENGINE, "%s", ranges->engine);
	table_set(table, OVERLAP, "%s", ranges->overlap);
	table_set(table, HELD, "%u", ranges->count - waiting);
	table_set(table, WAITING, "%u", waiting);
	table_set(table, MORE, "%llu", ranges->more);
	table_set(table, TAKEN, "%llu", ranges->taken);
	table_set(table, CONTENDED, "%llu", ranges->contended);
	table_set(table, PARKED, "%llu", ranges->parked);
	table_set(table, REFUSED, "%llu", ranges->refused);
	table_set(table, COLLIDED, "%llu", ranges->collided);
	table_set(table, SLOW, "%llu", ranges->slow);
	set_us(table, P50_US, latency_percentile(&ranges->waits, 50));
	set_us(table, P99_US, latency_percentile(&ranges->waits, 99));
	if (ranges->longest_ns)
		set_us(table, LONGEST_US, ranges->longest_ns);
}

static void add_waits(struct table *table, const char *disk,
		      const struct ranges *ranges)
{
	for (int i = 0; i < MAX_BUCKETS; i++) {
		const struct bucket *bucket = &ranges->waits.bucket[i];

		if (!bucket->count)
			continue;
		add_line(table, disk);
		table_set(table, LOW_NS, "%llu", bucket->low_ns);
		table_set(table, HIGH_NS, "%llu", bucket->high_ns);
		table_set(table, COUNT, "%llu", bucket->count);
	}
}

static void add_hot(struct table *table, const char *disk,
		    const struct ranges *ranges)
{
	for (unsigned int i = 0; i < ranges->hots; i++) {
		add_line(table, disk);
		table_set(table, START, "%llu", ranges->hot[i].start);
		table_set(table, LAST, "%llu", ranges->hot[i].last);
		table_set(table, COUNT, "%llu", ranges->hot[i].count);
	}
}

void ranges_table_add(struct table *table, enum ranges_view view, const char *disk,
		      const struct ranges *ranges)
{
	static void (* const add[])(struct table *table, const char *disk,
				    const struct ranges *ranges) = {
		[RANGES_HELD] = add_held,
		[RANGES_COUNTERS] = add_counters,
		[RANGES_WAITS] = add_waits,
		[RANGES_HOT] = add_hot,
	};

	add[view](table, disk, ranges);
}
