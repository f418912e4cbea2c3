// SPDX-License-Identifier: GPL-2.0-only
/*
 * zcblk list: prints a line for each disk.
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
	"Lists the zcblk disks, and those that were removed and are still open.\n"
	"\n"
	"Options:\n"
	TABLE_USAGE;

enum { NAME, LOWER, STATE = 6, SIZE, HOLDER, COLUMNS };

/* The columns between NAME and SIZE show the attribute at the same index in attributes[]. */
static const struct column columns[COLUMNS] = {
	{ "NAME",	SCOLS_JSON_STRING,	"name of the disk" },
	{ "LOWER",	SCOLS_JSON_STRING,	"lower device" },
	{ "PATH",	SCOLS_JSON_STRING,	"way of the data" },
	{ "BOUNCE",	SCOLS_JSON_STRING,	"memory for path copy" },
	{ "STATS",	SCOLS_JSON_STRING,	"level of statistics" },
	{ "RO",		SCOLS_JSON_BOOLEAN,	"read-only" },
	{ "STATE",	SCOLS_JSON_STRING,	"off, live, dead, deferred, removing, removed" },
	{ "SIZE",	SCOLS_JSON_NUMBER,	"size, while it is up" },
	{ "HOLDER",	SCOLS_JSON_STRING,	"mount or process that has a removed disk open" },
};

static const char * const attributes[COLUMNS] = {
	NULL, "lower", "path", "bounce", "stats", "read_only", "state", NULL, NULL
};

/*
 * The columns that are shown by default. HOLDER is among them only if a disk was removed while it
 * was open, or will be removed at its last close.
 */
static const char shown[] = "NAME,LOWER,PATH,BOUNCE,STATS,RO,STATE,SIZE";
static const char shown_removed[] = "NAME,LOWER,PATH,BOUNCE,STATS,RO,STATE,SIZE,HOLDER";

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

/*
 * True if the directory in configfs is still that of the removed disk, so that add_disk() has added
 * its row. If the state is off or live, the directory is that of a new disk with the same name.
 */
static bool is_listed(const struct removed *disk)
{
	char state[VALUE_SIZE];

	return !kernel_get(disk->name, "state", state) && strcmp(state, "off") &&
	       strcmp(state, "live");
}

static void add_removed(struct table *table, const struct removed *disk)
{
	char holder[VALUE_SIZE];

	if (!is_listed(disk)) {
		table_line(table);
		table_set(table, NAME, "%s", disk->name);
		table_set(table, LOWER, "/dev/%s", disk->lower_name);
		table_set(table, STATE, "%s", disk->state);
	}
	kernel_removed_holder(disk, holder);
	table_set(table, HOLDER, "%s", holder);
}

static void add_disks(struct table *table, const struct names *disks,
		      const struct removed *removed, int count)
{
	for (int i = 0; i < disks->count; i++) {
		const char *disk = disks->entry[i]->d_name;

		add_disk(table, disk);
		for (int j = 0; j < count; j++)
			if (!strcmp(removed[j].name, disk))
				add_removed(table, &removed[j]);
	}
	for (int j = 0; j < count; j++)
		if (!kernel_has_disk(removed[j].name))
			add_removed(table, &removed[j]);
}

static int print_disks(const struct table_options *table_options)
{
	struct removed removed[MAX_REMOVED];
	struct names disks;
	struct table table;
	int ret, count;

	if (disk_need_configfs())
		return STATUS_FAILED;
	ret = kernel_disks(&disks);
	if (ret) {
		error("cannot list disks: %s", strerror(-ret));
		return STATUS_FAILED;
	}
	count = kernel_removed(removed);
	table_begin(&table, table_options, columns, COLUMNS,
		    count ? shown_removed : shown);
	add_disks(&table, &disks, removed, count);
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
		error("unexpected argument '%s': list shows all disks; see 'zcblk show'",
		      argv[optind]);
		return error_usage("list");
	}
	status = table_check(&table_options, columns, COLUMNS);
	return status ? status : print_disks(&table_options);
}
