// SPDX-License-Identifier: GPL-2.0-only
/*
 * zcblk set: writes attributes of a disk.
 */
#include "commands.h"
#include "disk.h"
#include "error.h"

#include <getopt.h>
#include <stdlib.h>

static const char usage[] =
	"Usage: zcblk set NAME ATTR=VALUE...\n"
	"\n"
	"Changes attributes of a disk, in the order given. Stops at the first one that\n"
	"fails. NAME is as in zcblk0 or /dev/zcblk0.\n"
	"\n"
	"Attributes ('zcblk show NAME' lists all; see zcblk(8)):\n"
	"  lower=DEVICE     lower device, a block device (while the disk is down)\n"
	"  path=PATH        way of the data: zerocopy, copy, ab\n"
	"  bounce=KIND      memory for path copy: page, kmalloc, vmalloc\n"
	"  stats=LEVEL      statistics: off, counters, latency\n"
	"  stable=0|1       look for writes whose data changes while in flight\n"
	"  unreferenced=WHAT  writes of pages without a reference count: map, detect, copy;\n"
	"                   auto sets map or copy by the devices below\n"
	"  range_lock=LOCK  order requests that overlap: off, on, or an engine (while the\n"
	"                   disk is down)\n"
	"  overlap=WHAT     with range_lock: serialize, reject, detect\n"
	"  read_only=0|1    refuse writes (while the disk is down)\n"
	"  power=0|1|force|deferred  shut down; bring up; shut down while open, or at the\n"
	"                   last close\n"
	"  reset_stats=1    reset the statistics to zero\n"
	"\n"
	"Options:\n"
	"  -h, --help       this help\n";

static const struct option options[] = {
	{ "help",	no_argument,	NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

/*
 * Splits all arguments into attribute and value. If an argument does not have the form ATTR=VALUE,
 * this function fails, after a message, and the caller writes no setting. The values are checked
 * later, when each setting is written.
 */
static int parse(struct setting *settings, int count, char *arguments[])
{
	for (int i = 0; i < count; i++) {
		int status = setting_parse(&settings[i], arguments[i]);

		if (status)
			return status;
	}
	return STATUS_OK;
}

static int set(const char *disk, const struct setting *settings, int count)
{
	if (disk_need(disk))
		return STATUS_FAILED;
	for (int i = 0; i < count; i++)
		if (disk_need_attribute(disk, settings[i].attribute))
			return STATUS_FAILED;
	for (int i = 0; i < count; i++)
		if (disk_set(disk, &settings[i]))
			return STATUS_FAILED;
	return STATUS_OK;
}

int cmd_set(int argc, char *argv[])
{
	int option = getopt_long(argc, argv, "h", options, NULL);
	struct setting *settings;
	int count, status;

	if (option == 'h')
		command_help(usage);
	if (option != -1)
		return error_usage("set");
	count = argc - optind - 1;
	if (count < 1) {
		error("missing arguments: the name of a disk, and ATTR=VALUE");
		return error_usage("set");
	}
	status = disk_names(1, argv + optind);
	if (status)
		return status;
	settings = calloc(count, sizeof(*settings));
	if (!settings)
		error_memory();
	status = parse(settings, count, argv + optind + 1);
	if (!status)
		status = set(argv[optind], settings, count);
	free(settings);
	return status;
}
