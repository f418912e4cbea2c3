// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parses the statistics in debugfs, which are lines of words. The first word of a line states its
 * kind. Lines of unknown kinds are ignored.
 */
#include "kernel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* path_row() and op_row() return the row named @name, or a new row; NULL if no row is free. */
static struct path_stats *path_row(struct stats *stats, const char *name)
{
	struct path_stats *path = stats->path;

	for (; path < stats->path + stats->paths; path++)
		if (!strcmp(path->name, name))
			return path;
	if (stats->paths == MAX_PATHS)
		return NULL;
	stats->paths++;
	snprintf(path->name, sizeof(path->name), "%s", name);
	return path;
}

static struct op_stats *op_row(struct stats *stats, const char *path_name,
			       const char *name)
{
	struct path_stats *path = path_row(stats, path_name);
	struct op_stats *op;

	if (!path)
		return NULL;
	for (op = path->op; op < path->op + path->ops; op++)
		if (!strcmp(op->name, name))
			return op;
	if (path->ops == MAX_OPS)
		return NULL;
	path->ops++;
	snprintf(op->name, sizeof(op->name), "%s", name);
	return op;
}

static int parse_io(struct stats *stats, const char *word, const char *rest)
{
	char path[LABEL_SIZE], name[LABEL_SIZE];
	u64 ios, bytes, segments;
	struct op_stats *op;

	(void)word;
	if (sscanf(rest, "%31s %31s %llu %llu %llu",
		   path, name, &ios, &bytes, &segments) != 5)
		return -EBADMSG;
	op = op_row(stats, path, name);
	if (!op)
		return -EBADMSG;
	op->ios = ios;
	op->bytes = bytes;
	op->segments = segments;
	return 0;
}

static int parse_bytes(struct stats *stats, const char *word, const char *rest)
{
	struct path_stats *path;
	char name[LABEL_SIZE];
	u64 bytes;

	if (sscanf(rest, "%31s %llu", name, &bytes) != 2)
		return -EBADMSG;
	path = path_row(stats, name);
	if (!path)
		return -EBADMSG;
	if (!strcmp(word, "copied"))
		path->copied = bytes;
	else if (!strcmp(word, "unreferenced"))
		path->unreferenced = bytes;
	else
		path->mapped = bytes;
	return 0;
}

static int parse_number(struct stats *stats, const char *word, const char *rest)
{
	char *end;
	u64 number = strtoull(rest, &end, 10);

	if (end == rest)
		return -EBADMSG;
	if (!strcmp(word, "splits"))
		stats->splits = number;
	else if (!strcmp(word, "unstable"))
		stats->unstable = number;
	else
		stats->inflight = number;
	return 0;
}

static int parse_error(struct stats *stats, const char *word, const char *rest)
{
	struct error_stats *error = &stats->error[stats->errors];

	(void)word;
	if (stats->errors == MAX_ERRORS)
		return -EBADMSG;
	if (sscanf(rest, "%31s %llu", error->name, &error->count) != 2)
		return -EBADMSG;
	stats->errors++;
	return 0;
}

/* Return: index of the bucket, which is the number of significant bits of its lower bound */
static unsigned int bucket_index(u64 low_ns)
{
	unsigned int bits = 0;

	for (; low_ns; low_ns >>= 1)
		bits++;
	return bits;
}

int kernel_parse_bucket(struct op_stats *op, const char *rest)
{
	struct bucket bucket;

	if (sscanf(rest, "%llu %llu %llu", &bucket.low_ns, &bucket.high_ns,
		   &bucket.count) != 3)
		return -EBADMSG;
	op->bucket[bucket_index(bucket.low_ns)] = bucket;
	return 0;
}

static int parse_latency(struct stats *stats, const char *word, const char *rest)
{
	char path[LABEL_SIZE], name[LABEL_SIZE];
	struct op_stats *op;
	int used;

	(void)word;
	if (sscanf(rest, "%31s %31s %n", path, name, &used) != 2)
		return -EBADMSG;
	op = op_row(stats, path, name);
	return op ? kernel_parse_bucket(op, rest + used) : -EBADMSG;
}

static const struct {
	const char *word;
	int (*parse)(struct stats *stats, const char *word, const char *rest);
} parsers[] = {
	{ "io",		parse_io },
	{ "mapped",	parse_bytes },
	{ "copied",	parse_bytes },
	{ "unreferenced", parse_bytes },
	{ "splits",	parse_number },
	{ "unstable",	parse_number },
	{ "inflight",	parse_number },
	{ "error",	parse_error },
	{ "latency",	parse_latency },
};

static int parse_line(void *stats, const char *word, char *rest)
{
	for (size_t i = 0; i < ARRAY_SIZE(parsers); i++)
		if (!strcmp(parsers[i].word, word))
			return parsers[i].parse(stats, word, rest);
	return 0;
}

static int parse_file(struct stats *stats, const char *disk, const char *name)
{
	return kernel_parse(kernel_open("kernel/debug/zcblk/%s/%s", disk, name),
			    parse_line, stats);
}

int kernel_stats(const char *disk, struct stats *stats)
{
	int ret;

	memset(stats, 0, sizeof(*stats));
	ret = parse_file(stats, disk, "stats");
	if (ret)
		return ret;
	return parse_file(stats, disk, "latency");
}
