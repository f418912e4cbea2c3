// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parses the range locks in debugfs: holders, waiters and counters. The first word of a line
 * states its kind. Lines of unknown kinds are ignored.
 */
#include "error.h"
#include "kernel.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *word;
	size_t offset;
} numbers[] = {
	{ "taken",	offsetof(struct ranges, taken) },
	{ "contended",	offsetof(struct ranges, contended) },
	{ "parked",	offsetof(struct ranges, parked) },
	{ "refused",	offsetof(struct ranges, refused) },
	{ "collided",	offsetof(struct ranges, collided) },
	{ "slow",	offsetof(struct ranges, slow) },
	{ "longest_ns",	offsetof(struct ranges, longest_ns) },
	{ "more",	offsetof(struct ranges, more) },
};

static int parse_number(struct ranges *ranges, const char *word, const char *rest)
{
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		u64 *number = (u64 *)((char *)ranges + numbers[i].offset);

		if (!strcmp(word, numbers[i].word))
			return sscanf(rest, "%llu", number) == 1 ? 0 : -EBADMSG;
	}
	return 0;
}

static int parse_label(char label[LABEL_SIZE], const char *rest)
{
	return sscanf(rest, "%31s", label) == 1 ? 0 : -EBADMSG;
}

static int parse_hot(struct ranges *ranges, const char *rest)
{
	struct hot_region *hot = &ranges->hot[ranges->hots];

	if (ranges->hots == MAX_HOT ||
	    sscanf(rest, "%llu %llu %llu", &hot->start, &hot->last,
		   &hot->count) != 3)
		return -EBADMSG;
	ranges->hots++;
	return 0;
}

/* Return: a new, zeroed entry of the array. If the array is full, its size is doubled first. */
static struct range *next_range(struct ranges *ranges)
{
	unsigned int count = ranges->count;
	struct range *more;

	if (!(count & (count - 1))) {
		more = realloc(ranges->range,
			       (count ? count * 2 : 1) * sizeof(*more));
		if (!more)
			error_memory();
		ranges->range = more;
	}
	return memset(&ranges->range[ranges->count++], 0, sizeof(*more));
}

static int parse_range(struct ranges *ranges, bool waits, char *rest)
{
	struct range *range = next_range(ranges);
	char *blocker = strstr(rest, " for ");

	range->waits = waits;
	if (blocker)
		snprintf(range->blocker, sizeof(range->blocker), "%.*s",
			 (int)strcspn(blocker + 5, "\n"), blocker + 5);
	return sscanf(rest, "%31s %llu %llu %llu", range->op, &range->start,
		      &range->last, &range->age_ms) == 4 ? 0 : -EBADMSG;
}

static int parse_line(void *data, const char *word, char *rest)
{
	struct ranges *ranges = data;

	if (!strcmp(word, "engine"))
		return parse_label(ranges->engine, rest);
	if (!strcmp(word, "overlap"))
		return parse_label(ranges->overlap, rest);
	if (!strcmp(word, "wait"))
		return kernel_parse_bucket(&ranges->waits, rest);
	if (!strcmp(word, "hot"))
		return parse_hot(ranges, rest);
	if (!strcmp(word, "holder") || !strcmp(word, "waiter"))
		return parse_range(ranges, *word == 'w', rest);
	return parse_number(ranges, word, rest);
}

int kernel_ranges(const char *disk, struct ranges *ranges)
{
	int ret;

	memset(ranges, 0, sizeof(*ranges));
	ret = kernel_parse(kernel_open("kernel/debug/zcblk/%s/range_locks", disk),
			   parse_line, ranges);
	if (ret)
		ranges_free(ranges);
	return ret;
}

void ranges_free(struct ranges *ranges)
{
	free(ranges->range);
}
