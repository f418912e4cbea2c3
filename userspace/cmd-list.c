// SPDX-License-Identifier: GPL-2.0-only
/*
 * zcblk list: a line for each disk.
 */
#include "commands.h"
#include "disk.h"
#include "error.h"
#include "table.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const char usage[] =
	"Usage: zcblk list [OPTION...]\n"
	"\n"
	"Lists the zcblk disks.\n"
	"\n"
	"Options:\n"
	TABLE_USAGE;

enum { NAME, SIZE = 7, COLUMNS };

/* Those between NAME and SIZE show the attribute of the same place. */
static const struct column columns[COLUMNS] = {
	{ "NAME",	SCOLS_JSON_STRING,	"name of the disk" },
	{ "LOWER",	SCOLS_JSON_STRING,	"block device that it lies on" },
	{ "PATH",	SCOLS_JSON_STRING,	"way of the data" },
	{ "BOUNCE",	SCOLS_JSON_STRING,	"memory for path copy" },
	{ "STATS",	SCOLS_JSON_STRING,	"level of statistics" },
	{ "RO",		SCOLS_JSON_BOOLEAN,	"read-only" },
	{ "STATE",	SCOLS_JSON_STRING,	"off, live, or dead: the lower device went away" },
	{ "SIZE",	SCOLS_JSON_NUMBER,	"size, while it is up" },
};

static const char * const attributes[COLUMNS] = {
	NULL, "lower", "path", "bounce", "stats", "read_only", "state", NULL
};

static const char shown[] = "NAME,LOWER,PATH,BOUNCE,STATS,RO,STATE,SIZE";

static void add_disk(struct table *table, const char *disk)
{
	char value[VALUE_SIZE];
	u64 bytes;

	table_line(table);
	table_set(table, NAME, "%s", disk);
	for (int i = NAME + 1; i < SIZE; i++)
		if (!kernel_get(disk, attributes[i], value))
			table_set(table, i, "%s", value);
	if (!kernel_size(disk, &bytes))
		table_set_bytes(table, SIZE, bytes);
}

static int print_disks(const struct table_options *table_options)
{
	struct names disks;
	struct table table;
	int ret;

	if (disk_need_configfs())
		return STATUS_FAILED;
	ret = kernel_disks(&disks);
	if (ret) {
		error("cannot list disks: %s", strerror(-ret));
		return STATUS_FAILED;
	}
	table_begin(&table, table_options, columns, COLUMNS, shown);
	for (int i = 0; i < disks.count; i++)
		add_disk(&table, disks.entry[i]->d_name);
	table_end(&table);
	names_free(&disks);
	return STATUS_OK;
}

int cmd_list(int argc, char *argv[])
{
	struct table_options table_options = { 0 };
	int option, status;

	option = table_getopt(&table_options, argc, argv);
	if (option == 'h') {
		fputs(usage, stdout);
		table_help(columns, COLUMNS);
		return STATUS_OK;
	}
	if (option == '?')
		return error_usage("list");
	if (optind < argc) {
		error("'%s' is too much: all disks are listed; see 'zcblk show'",
		      argv[optind]);
		return error_usage("list");
	}
	status = table_check(&table_options, columns, COLUMNS);
	return status ? status : print_disks(&table_options);
}
