// SPDX-License-Identifier: GPL-2.0-only
/*
 * Statistics are lines of words in debugfs. What a line begins with says what
 * it is; one that is not known is passed over.
 */
#include "kernel.h"

#include <errno.h>
#include <string.h>

/* Both find a row by name, or begin a new one; NULL where there is no room. */
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

static int parse_io(struct stats *stats, const char *line)
{
	char path[LABEL_SIZE], name[LABEL_SIZE];
	u64 ios, bytes, segments;
	struct op_stats *op;

	if (sscanf(line, "%*s %31s %31s %llu %llu %llu",
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

static int parse_bytes(struct stats *stats, const char *line)
{
	char what[LABEL_SIZE], name[LABEL_SIZE];
	struct path_stats *path;
	u64 bytes;

	if (sscanf(line, "%31s %31s %llu", what, name, &bytes) != 3)
		return -EBADMSG;
	path = path_row(stats, name);
	if (!path)
		return -EBADMSG;
	if (!strcmp(what, "copied"))
		path->copied = bytes;
	else
		path->mapped = bytes;
	return 0;
}

static int parse_number(struct stats *stats, const char *line)
{
	char what[LABEL_SIZE];
	u64 number;

	if (sscanf(line, "%31s %llu", what, &number) != 2)
		return -EBADMSG;
	if (!strcmp(what, "splits"))
		stats->splits = number;
	else if (!strcmp(what, "unstable"))
		stats->unstable = number;
	else
		stats->inflight = number;
	return 0;
}

static int parse_error(struct stats *stats, const char *line)
{
	struct error_stats *error = &stats->error[stats->errors];

	if (stats->errors == MAX_ERRORS)
		return -EBADMSG;
	if (sscanf(line, "%*s %31s %llu", error->name, &error->count) != 2)
		return -EBADMSG;
	stats->errors++;
	return 0;
}

/* A bucket's place is the number of bits of its lower end. */
unsigned int bucket_index(u64 low_ns)
{
	unsigned int bits = 0;

	for (; low_ns; low_ns >>= 1)
		bits++;
	return bits;
}

static int parse_latency(struct stats *stats, const char *line)
{
	char path[LABEL_SIZE], name[LABEL_SIZE];
	struct bucket bucket;
	struct op_stats *op;

	if (sscanf(line, "%*s %31s %31s %llu %llu %llu",
		   path, name, &bucket.low_ns, &bucket.high_ns,
		   &bucket.count) != 5)
		return -EBADMSG;
	op = op_row(stats, path, name);
	if (!op)
		return -EBADMSG;
	op->bucket[bucket_index(bucket.low_ns)] = bucket;
	return 0;
}

static const struct {
	const char *word;
	int (*parse)(struct stats *stats, const char *line);
} parsers[] = {
	{ "io",		parse_io },
	{ "mapped",	parse_bytes },
	{ "copied",	parse_bytes },
	{ "splits",	parse_number },
	{ "unstable",	parse_number },
	{ "inflight",	parse_number },
	{ "error",	parse_error },
	{ "latency",	parse_latency },
};

static int parse_line(void *data, char *line)
{
	size_t length = strcspn(line, "\n ");

	for (size_t i = 0; i < ARRAY_SIZE(parsers); i++)
		if (strlen(parsers[i].word) == length &&
		    !strncmp(parsers[i].word, line, length))
			return parsers[i].parse(data, line);
	return 0;
}

static int parse_file(struct stats *stats, const char *disk, const char *name)
{
	return kernel_read_lines(parse_line, stats, "kernel/debug/zcblk/%s/%s", disk,
				 name);
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
