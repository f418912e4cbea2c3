// SPDX-License-Identifier: GPL-2.0-only
/*
 * zcblk locks: prints the requests that hold ranges, the requests that wait, and counters.
 */
#include "commands.h"
#include "disk.h"
#include "error.h"
#include "ranges-table.h"
#include "repeat.h"

#include <getopt.h>
#include <string.h>

static const char usage[] =
	"Usage: zcblk locks [OPTION...] [NAME...] [INTERVAL [COUNT]]\n"
	"\n"
	"Shows the range locks of disks (default: of all that have one): the requests that\n"
	"hold sectors, and those that wait for sectors. Prints once, or every INTERVAL\n"
	"seconds, COUNT times. NAME is as in zcblk0 or /dev/zcblk0. Needs root.\n"
	"\n"
	"Options:\n"
	"  -c, --counters     one line for each disk: requests that came, waited, failed\n"
	"  -w, --waits        histogram of waits\n"
	"  -H, --hot          regions where most requests overlapped\n"
	TABLE_USAGE
	"\n"
	"Counters, waits and regions count from when the disk came up, or from\n"
	"'zcblk set NAME reset_stats=1'.\n";

struct request {
	struct table_options table;
	struct repeat repeat;
	enum ranges_view view;
};

static int add_disk(struct table *table, const struct request *request,
		    const char *disk)
{
	bool named = request->repeat.count;
	struct ranges ranges;
	int ret = disk_ranges(disk, &ranges);

	if (ret < 0)
		return STATUS_FAILED;
	if (ret && named)
		error("%s is down, so it has no range locks; run 'zcblk set %s power=1'",
		      disk, disk);
	if (ret)
		return named ? STATUS_FAILED : STATUS_OK;
	if (strcmp(ranges.engine, "off")) {
		ranges_table_add(table, request->view, disk, &ranges);
		if (ranges.more && request->view == RANGES_HELD)
			hint("%s: %llu more are not listed", disk, ranges.more);
	} else if (named) {
		error("%s has no range lock", disk);
		hint("to add one, run 'zcblk set %s power=0 range_lock=on power=1'", disk);
		ret = STATUS_FAILED;
	}
	ranges_free(&ranges);
	return ret;
}

static int add_named(struct table *table, const struct request *request)
{
	for (int i = 0; i < request->repeat.count; i++)
		if (disk_need(request->repeat.names[i]) ||
		    add_disk(table, request, request->repeat.names[i]))
			return STATUS_FAILED;
	return STATUS_OK;
}

static int add_all(struct table *table, const struct request *request)
{
	struct names disks;
	int status = STATUS_OK, ret;

	if (disk_need_configfs())
		return STATUS_FAILED;
	ret = kernel_disks(&disks);
	if (ret) {
		error("cannot list disks: %s", strerror(-ret));
		return STATUS_FAILED;
	}
	for (int i = 0; i < disks.count && !status; i++)
		status = add_disk(table, request, disks.entry[i]->d_name);
	names_free(&disks);
	return status;
}

static int print(const struct request *request)
{
	struct table table;
	int status;

	ranges_table_begin(&table, &request->table, request->view);
	status = request->repeat.count ? add_named(&table, request) :
		add_all(&table, request);
	if (!status)
		table_end(&table);
	fflush(stdout);
	return status;
}

static int watch(const struct request *request)
{
	const struct repeat *repeat = &request->repeat;
	struct timespec deadline;
	int status = STATUS_OK;

	clock_gettime(CLOCK_MONOTONIC, &deadline);
	for (unsigned long i = 0; !status; i++) {
		if (repeat->rounds && i == repeat->rounds)
			break;
		if (i)
			repeat_wait(&deadline, repeat->interval);
		if (i && !request->table.json && !request->table.noheadings)
			putchar('\n');
		status = print(request);
	}
	return status;
}

static int parse_options(struct request *request, int argc, char *argv[])
{
	static const struct option own[] = {
		{ "counters",	no_argument,	NULL, 'c' },
		{ "waits",	no_argument,	NULL, 'w' },
		{ "hot",	no_argument,	NULL, 'H' },
	};
	struct option options[ARRAY_SIZE(own) + TABLE_LONG_OPTIONS + 1];
	int option;

	memcpy(options, own, sizeof(own));
	table_long_options(options + ARRAY_SIZE(own));
	while ((option = getopt_long(argc, argv, TABLE_SHORT_OPTIONS "cwH", options,
				     NULL)) != -1) {
		if (option == 'c')
			request->view = RANGES_COUNTERS;
		else if (option == 'w')
			request->view = RANGES_WAITS;
		else if (option == 'H')
			request->view = RANGES_HOT;
		else if (!table_option(&request->table, option, optarg))
			break;
	}
	return option;
}

int cmd_locks(int argc, char *argv[])
{
	struct request request = { 0 };
	int option, status;

	option = parse_options(&request, argc, argv);
	if (option == 'h') {
		fputs(usage, stdout);
		ranges_table_help();
		return STATUS_OK;
	}
	if (option == '?')
		return error_usage("locks");
	status = repeat_parse(&request.repeat, argc - optind, argv + optind);
	if (!status)
		status = ranges_table_check(&request.table);
	if (status)
		return status;
	return request.repeat.interval ? watch(&request) : print(&request);
}
