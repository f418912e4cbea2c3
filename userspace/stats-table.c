// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the table of statistics: its columns and rows.
 */
#include "stats-table.h"
#include "figures.h"

enum {
	NAME, PATH, OP, IOS, BYTES, SEGS, MAPPED, COPIED,
	IOPS, MBPS, COPIED_MBPS,
	AVG_US, P50_US, P90_US, P99_US, P999_US,
	COLUMNS
};

static const struct column columns[COLUMNS] = {
	[NAME] = { "NAME", SCOLS_JSON_STRING, "name of the disk" },
	[PATH] = { "PATH", SCOLS_JSON_STRING, "path of the data" },
	[OP] = { "OP", SCOLS_JSON_STRING, "operation; 'all' is the path as a whole" },
	[IOS] = { "IOS", SCOLS_JSON_NUMBER, "I/Os" },
	[BYTES] = { "BYTES", SCOLS_JSON_NUMBER, "bytes that they moved" },
	[SEGS] = { "SEGS", SCOLS_JSON_NUMBER, "segments of memory in them" },
	[MAPPED] = { "MAPPED", SCOLS_JSON_NUMBER, "bytes mapped, so not copied (in 'all')" },
	[COPIED] = { "COPIED", SCOLS_JSON_NUMBER, "bytes copied (in 'all')" },
	[IOPS] = { "IOPS", SCOLS_JSON_NUMBER, "I/Os a second" },
	[MBPS] = { "MBPS", SCOLS_JSON_NUMBER, "10^6 bytes a second" },
	[COPIED_MBPS] = { "COPIED_MBPS", SCOLS_JSON_NUMBER, "the same of bytes copied" },
	[AVG_US] = { "AVG_US", SCOLS_JSON_NUMBER, "mean latency in us; estimated, as below" },
	[P50_US] = { "P50_US", SCOLS_JSON_NUMBER, "latency that 50 % of the I/Os keep below" },
	[P90_US] = { "P90_US", SCOLS_JSON_NUMBER, "90 %" },
	[P99_US] = { "P99_US", SCOLS_JSON_NUMBER, "99 %" },
	[P999_US] = { "P999_US", SCOLS_JSON_NUMBER, "99.9 %" },
};

void stats_table_help(void)
{
	table_help(columns, COLUMNS);
}

int stats_table_check(const struct table_options *options)
{
	return table_check(options, columns, COLUMNS);
}

void stats_table_begin(struct table *table, const struct table_options *options,
		       const char *shown)
{
	table_begin(table, options, columns, COLUMNS, shown);
}

static void set_latency(struct table *table, int column, double ns)
{
	if (ns >= 0)
		table_set(table, column, "%.1f", ns / 1000);
}

static void add_row(struct table *table, const char *disk, const char *path,
		    const struct op_stats *op, double seconds)
{
	table_line(table);
	table_set(table, NAME, "%s", disk);
	table_set(table, PATH, "%s", path);
	table_set(table, OP, "%s", op->name);
	table_set(table, IOS, "%llu", op->ios);
	table_set_bytes(table, BYTES, op->bytes);
	table_set(table, SEGS, "%llu", op->segments);
	if (seconds > 0) {
		table_set(table, IOPS, "%.0f", op->ios / seconds);
		table_set(table, MBPS, "%.1f", op->bytes / seconds / 1e6);
	}
	set_latency(table, AVG_US, latency_mean(op));
	set_latency(table, P50_US, latency_percentile(op, 50));
	set_latency(table, P90_US, latency_percentile(op, 90));
	set_latency(table, P99_US, latency_percentile(op, 99));
	set_latency(table, P999_US, latency_percentile(op, 99.9));
}

static void add_path(struct table *table, const char *disk,
		     const struct path_stats *path, double seconds)
{
	struct op_stats total;

	path_total(&total, path);
	add_row(table, disk, path->name, &total, seconds);
	table_set_bytes(table, MAPPED, path->mapped);
	table_set_bytes(table, COPIED, path->copied);
	if (seconds > 0)
		table_set(table, COPIED_MBPS, "%.1f",
			  path->copied / seconds / 1e6);
	for (unsigned int i = 0; i < path->ops; i++)
		if (path->op[i].ios)
			add_row(table, disk, path->name, &path->op[i], seconds);
}

void stats_table_add(struct table *table, const char *disk,
		     const struct stats *stats, double seconds)
{
	for (unsigned int i = 0; i < stats->paths; i++)
		add_path(table, disk, &stats->path[i], seconds);
}
