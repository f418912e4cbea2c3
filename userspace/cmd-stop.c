// SPDX-License-Identifier: GPL-2.0-only
/*
 * zcblk stop: shuts disks down and removes them. If a disk is stacked on another disk, the upper
 * one is first.
 */
#include "commands.h"
#include "disk.h"
#include "error.h"
#include "stack.h"

#include <unistd.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
	"Usage: zcblk stop [OPTION...] [NAME...]\n"
	"\n"
	"Shuts disks down and removes them: those named, or all. A disk on top of another,\n"
	"through LVM, md or a loop device, is first. Their lines in the table stay.\n"
	"\n"
	"Options:\n"
	"  -n, --dry-run    print the names of the disks in order, and do nothing\n"
	"  -h, --help       this help\n";

/*
 * Compares two disks for qsort(). The disk with more levels of devices below it is first. If the
 * levels are equal, the order of the names is reversed.
 */
static int compare(const void *a, const void *b)
{
	const char *one = *(char * const *)a, *other = *(char * const *)b;
	unsigned int d = stack_depth(one), e = stack_depth(other);

	if (d != e)
		return d < e ? 1 : -1;
	return strverscmp(other, one);
}

/*
 * Shuts down and removes @disks, which exist, in their order. If @dry_run is true, only prints
 * their names.
 */
static int stop(char *disks[], int count, bool dry_run)
{
	char **arguments = calloc(count + 2, sizeof(*arguments));
	int status;

	if (!arguments)
		error_memory();
	for (int i = 0; dry_run && i < count; i++)
		puts(disks[i]);
	arguments[0] = "zcblk";
	memcpy(arguments + 1, disks, count * sizeof(*disks));
	optind = 0;
	status = dry_run || !count ? STATUS_OK : cmd_del(count + 1, arguments);
	free(arguments);
	return status;
}

static int stop_all(bool dry_run)
{
	struct names names = { 0 };
	char **disks;
	int status;

	if (!kernel_has_configfs() || kernel_disks(&names))
		return STATUS_OK;
	disks = calloc(names.count + 1, sizeof(*disks));
	if (!disks)
		error_memory();
	for (int i = 0; i < names.count; i++)
		disks[i] = names.entry[i]->d_name;
	qsort(disks, names.count, sizeof(*disks), compare);
	status = stop(disks, names.count, dry_run);
	free(disks);
	names_free(&names);
	return status;
}

/*
 * Stops the named disks that exist. A name without a disk is no failure, because systemd may stop
 * the unit of a disk that was removed before.
 */
static int stop_named(char *disks[], int count, bool dry_run)
{
	int left = 0;

	if (disk_names(count, disks))
		return STATUS_USAGE;
	for (int i = 0; i < count; i++) {
		if (kernel_has_disk(disks[i]))
			disks[left++] = disks[i];
		else
			error("unknown disk %s: nothing to stop", disks[i]);
	}
	qsort(disks, left, sizeof(*disks), compare);
	return stop(disks, left, dry_run);
}

int cmd_stop(int argc, char *argv[])
{
	bool dry_run = false;

	if (command_dry_run(argc, argv, usage, &dry_run))
		return error_usage("stop");
	if (optind == argc)
		return stop_all(dry_run);
	return stop_named(argv + optind, argc - optind, dry_run);
}
