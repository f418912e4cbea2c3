// SPDX-License-Identifier: GPL-2.0-only
/*
 * zcblk show: prints the attributes, statistics and range locks of a disk.
 */
#include "commands.h"
#include "disk.h"
#include "error.h"
#include "ranges-table.h"
#include "stats-table.h"

#include <getopt.h>
#include <string.h>

static const char usage[] =
	"Usage: zcblk show NAME...\n"
	"\n"
	"Shows all attributes and statistics of disks, with their histograms of\n"
	"latency. NAME is as in zcblk0 or /dev/zcblk0. Statistics need root.\n"
	"\n"
	"Options:\n"
	"  -h, --help       this help\n";

static const struct option options[] = {
	{ "help",	no_argument,	NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

enum { PATH, OP, LOW_NS, HIGH_NS, COUNT, COLUMNS };

static const struct column columns[COLUMNS] = {
	[PATH] = { "PATH", SCOLS_JSON_STRING, NULL },
	[OP] = { "OP", SCOLS_JSON_STRING, NULL },
	[LOW_NS] = { "LOW_NS", SCOLS_JSON_NUMBER, NULL },
	[HIGH_NS] = { "HIGH_NS", SCOLS_JSON_NUMBER, NULL },
	[COUNT] = { "COUNT", SCOLS_JSON_NUMBER, NULL },
};

static int show_attributes(const char *disk)
{
	struct names attributes;
	int ret = kernel_attributes(disk, &attributes);

	if (ret)
		return ret;
	printf("/dev/%s\n", disk);
	for (int i = 0; i < attributes.count; i++) {
		const char *name = attributes.entry[i]->d_name;
		char value[VALUE_SIZE];

		if (!kernel_get(disk, name, value))
			printf("  %-12s %s\n", name, value);
	}
	names_free(&attributes);
	return 0;
}

static void show_size(const char *disk)
{
	char text[BYTES_SIZE];
	u64 bytes;

	if (kernel_size(disk, &bytes))
		return;
	format_bytes(text, bytes);
	printf("  %-12s %s (%llu bytes)\n", "size", text, bytes);
}

static void add_buckets(struct table *table, const char *path,
			const struct op_stats *op)
{
	for (int i = 0; i < MAX_BUCKETS; i++) {
		const struct bucket *bucket = &op->bucket[i];

		if (!bucket->count)
			continue;
		table_line(table);
		table_set(table, PATH, "%s", path);
		table_set(table, OP, "%s", op->name);
		table_set(table, LOW_NS, "%llu", bucket->low_ns);
		table_set(table, HIGH_NS, "%llu", bucket->high_ns);
		table_set(table, COUNT, "%llu", bucket->count);
	}
}

static void show_histograms(const struct stats *stats)
{
	static const struct table_options plain;
	struct table table;

	table_begin(&table, &plain, columns, COLUMNS,
		    "PATH,OP,LOW_NS,HIGH_NS,COUNT");
	for (unsigned int i = 0; i < stats->paths; i++)
		for (unsigned int j = 0; j < stats->path[i].ops; j++)
			add_buckets(&table, stats->path[i].name,
				    &stats->path[i].op[j]);
	puts("");
	table_end(&table);
}

static void show_stats(const char *disk, const struct stats *stats)
{
	static const struct table_options plain;
	struct table table;

	for (unsigned int i = 0; i < stats->paths; i++)
		if (stats->path[i].unreferenced)
			printf("  %-12s %s %llu\n", "unreferenced",
			       stats->path[i].name, stats->path[i].unreferenced);
	printf("  %-12s %llu\n", "splits", stats->splits);
	printf("  %-12s %llu\n", "unstable", stats->unstable);
	printf("  %-12s %llu\n", "inflight", stats->inflight);
	for (unsigned int i = 0; i < stats->errors; i++)
		printf("  %-12s %s %llu\n", "error",
		       stats->error[i].name, stats->error[i].count);
	puts("");
	stats_table_begin(&table, &plain, STATS_TOTALS);
	stats_table_add(&table, disk, stats, 0);
	table_end(&table);
	show_histograms(stats);
}

static void show_ranges_view(const char *disk, const struct ranges *ranges,
			     enum ranges_view view)
{
	static const struct table_options plain;
	struct table table;

	puts("");
	ranges_table_begin(&table, &plain, view);
	ranges_table_add(&table, view, disk, ranges);
	table_end(&table);
}

static void show_ranges(const char *disk)
{
	struct ranges ranges;

	if (kernel_ranges(disk, &ranges))
		return;
	if (strcmp(ranges.engine, "off"))
		show_ranges_view(disk, &ranges, RANGES_COUNTERS);
	if (ranges.parked) {
		show_ranges_view(disk, &ranges, RANGES_WAITS);
		show_ranges_view(disk, &ranges, RANGES_HOT);
	}
	ranges_free(&ranges);
}

/*
 * Prints a disk that was removed and is still open. Return: false if there is no such disk, or if
 * its name has a directory in configfs
 */
static bool show_removed(const char *disk)
{
	struct removed removed;
	char holder[VALUE_SIZE];

	if (kernel_has_disk(disk) || !kernel_removed_find(&removed, disk, 0))
		return false;
	kernel_removed_holder(&removed, holder);
	printf("/dev/%s\n  %-12s /dev/%s\n  %-12s %s\n  %-12s %s\n", disk,
	       "lower", removed.lower_name, "state", removed.state, "holder", holder);
	return true;
}

static int show(const char *disk)
{
	struct stats stats;
	int ret;

	if (show_removed(disk))
		return STATUS_OK;
	if (disk_need(disk))
		return STATUS_FAILED;
	ret = show_attributes(disk);
	if (ret) {
		error("cannot read the attributes of %s: %s", disk,
		      strerror(-ret));
		return STATUS_FAILED;
	}
	show_size(disk);
	ret = disk_stats(disk, &stats);
	if (!ret) {
		show_stats(disk, &stats);
		show_ranges(disk);
	}
	return ret < 0 ? STATUS_FAILED : STATUS_OK;
}

int cmd_show(int argc, char *argv[])
{
	int option = getopt_long(argc, argv, "h", options, NULL);
	int status;

	if (option == 'h')
		command_help(usage);
	if (option != -1)
		return error_usage("show");
	if (optind == argc) {
		error("missing argument: the name of a disk; see 'zcblk list'");
		return error_usage("show");
	}
	status = disk_names(argc - optind, argv + optind);
	if (status)
		return status;
	for (int i = optind; i < argc; i++) {
		if (i > optind)
			puts("");
		if (show(argv[i]))
			status = STATUS_FAILED;
	}
	return status;
}
