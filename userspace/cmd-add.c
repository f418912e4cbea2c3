// SPDX-License-Identifier: GPL-2.0-only
/*
 * zcblk add: loads the module if necessary, makes a disk and brings it up. If a step fails,
 * removes the disk again.
 */
#include "commands.h"
#include "disk.h"
#include "error.h"
#include "lvm.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
	"Usage: zcblk add --lower DEVICE [OPTION...] [ATTR=VALUE...]\n"
	"\n"
	"Makes a disk on the block device DEVICE, which must not be in use. Brings the\n"
	"disk up and prints its path. Loads the module if needed.\n"
	"\n"
	"Options:\n"
	"  --lower DEVICE   lower device: the block device below the disk\n"
	"  --name NAME      name of the disk (default: the first free of zcblk0, zcblk1...)\n"
	"  --path PATH      way of the data: zerocopy (default), copy, ab\n"
	"  --bounce KIND    memory for path copy: page (default), kmalloc, vmalloc\n"
	"  --stats LEVEL    statistics: latency (default), counters, off\n"
	"  --range-lock LOCK  order requests that overlap: off (default), on, or an engine\n"
	"  --overlap WHAT   with --range-lock: serialize (default), reject, detect\n"
	"  --read-only      refuse writes\n"
	"  --module FILE    file to load the module from (default: modprobe finds it)\n"
	"  -h, --help       this help\n"
	"\n"
	"ATTR=VALUE sets an attribute of 'zcblk set' before the disk comes up. Use\n"
	"unreferenced=auto if the lower device is on a network.\n"
	"\n"
	"If LVM would find a physical volume on both DEVICE and the disk, prints the setting\n"
	"that prevents this. See IDENTITY, LVM and SECURE BOOT in zcblk(8).\n";

static const struct option options[] = {
	{ "lower",	required_argument,	NULL, 'l' },
	{ "name",	required_argument,	NULL, 'n' },
	{ "path",	required_argument,	NULL, 'p' },
	{ "bounce",	required_argument,	NULL, 'b' },
	{ "stats",	required_argument,	NULL, 's' },
	{ "range-lock",	required_argument,	NULL, 'R' },
	{ "overlap",	required_argument,	NULL, 'o' },
	{ "read-only",	no_argument,		NULL, 'r' },
	{ "module",	required_argument,	NULL, 'm' },
	{ "help",	no_argument,		NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

struct request {
	const char *name;
	const char *module;
	const char *lower;
	struct setting *settings;
	int count;
};

static void add_setting(struct request *request, const char *attribute,
			const char *value)
{
	struct setting *setting = &request->settings[request->count++];

	setting->attribute = attribute;
	setting->value = value;
}

static int add_lower(struct request *request, const char *device)
{
	if (!*device) {
		error("invalid lower device '': the path is empty");
		return STATUS_USAGE;
	}
	request->lower = device;
	return STATUS_OK;
}

static int parse_option(struct request *request, int option, char *value)
{
	switch (option) {
	case 'n':
		request->name = disk_name(value);
		return request->name ? STATUS_OK : STATUS_USAGE;
	case 'l':
		return add_lower(request, value);
	case 'p':
		add_setting(request, "path", value);
		return STATUS_OK;
	case 'b':
		add_setting(request, "bounce", value);
		return STATUS_OK;
	case 's':
		add_setting(request, "stats", value);
		return STATUS_OK;
	case 'R':
		add_setting(request, "range_lock", value);
		return STATUS_OK;
	case 'o':
		add_setting(request, "overlap", value);
		return STATUS_OK;
	case 'r':
		add_setting(request, "read_only", "1");
		return STATUS_OK;
	case 'm':
		request->module = value;
		return STATUS_OK;
	case 'h':
		command_help(usage);
	default:
		return error_usage("add");
	}
}

static int parse_operand(struct request *request, char *argument)
{
	struct setting setting;
	int status = setting_parse(&setting, argument);

	if (status)
		return status;
	if (!strcmp(setting.attribute, "lower"))
		return add_lower(request, setting.value);
	add_setting(request, setting.attribute, setting.value);
	return STATUS_OK;
}

static int load_module(const char *file)
{
	if (!kernel_has_module("zcblk") && !kernel_has_configfs() &&
	    kernel_load_module("zcblk", "configfs", file))
		return STATUS_FAILED;
	return disk_need_configfs();
}

/*
 * Makes a disk with the first free name of zcblk0, zcblk1, ... Stores the name in @free_name, and
 * sets request->name to it. Prints each name that is skipped because a file in /dev has this name.
 * Return: 0, or a negative errno
 */
static int make_free(struct request *request, char free_name[LABEL_SIZE])
{
	unsigned int i = 0;
	int ret;

	request->name = free_name;
	do {
		enum name_use use;

		snprintf(free_name, LABEL_SIZE, "zcblk%u", i++);
		use = kernel_has_disk(free_name) ? NAME_DEVICE : disk_name_use(free_name);
		ret = use == NAME_FREE ? kernel_make(free_name) : -EEXIST;
		if (use == NAME_FILE)
			error("/dev/%s is not a block device, so the name is skipped; remove it",
			      free_name);
	} while (ret == -EEXIST);
	return ret;
}

static int make_named(const char *name)
{
	enum name_use use = kernel_has_disk(name) ? NAME_FREE : disk_name_use(name);

	if (use == NAME_FREE)
		return kernel_make(name);
	if (use == NAME_FILE)
		error("cannot make %s: /dev/%s is not a block device; remove the file", name,
		      name);
	else
		error("cannot make %s: another block device has this name; see 'lsblk'",
		      name);
	return 1;
}

/* Makes the disk's directory in configfs. Without --name, the first free name is used. */
static int make(struct request *request, char free_name[LABEL_SIZE])
{
	int ret = request->name ? make_named(request->name) :
				  make_free(request, free_name);

	if (!ret)
		return STATUS_OK;
	if (ret < 0)
		error_action(ACTION_MAKE, ret, request->name, "", "make %s",
			     request->name);
	return STATUS_FAILED;
}

/* Writes the settings of @request: only range_lock if @lock, and only the others if not. */
static int set_all(const struct request *request, bool lock)
{
	for (int i = 0; i < request->count; i++) {
		const struct setting *setting = &request->settings[i];

		if (!strcmp(setting->attribute, "range_lock") == lock &&
		    disk_set(request->name, setting))
			return STATUS_FAILED;
	}
	return STATUS_OK;
}

static int bring_up(const struct request *request)
{
	static const struct setting power = { "power", "1" };
	const struct setting lower = { "lower", request->lower };

	/* Set `lower` first, because disk_set() looks below it to replace unreferenced=auto */
	if (disk_set(request->name, &lower))
		return STATUS_FAILED;
	/* A disk without a range lock refuses `overlap`, so set range_lock before all others */
	if (set_all(request, true) || set_all(request, false))
		return STATUS_FAILED;
	if (disk_set(request->name, &power))
		return STATUS_FAILED;
	if (!disk_need_node(request->name))
		return STATUS_OK;
	kernel_set(request->name, "power", "force");
	return STATUS_FAILED;
}

/*
 * Makes the disk, brings it up and prints its path. If LVM would see a physical volume on both the
 * lower device and the disk, prints a warning. lvm_sees() checks this before the disk comes up,
 * because LVM then hides one of two physical volumes with the same content. If the disk does not
 * come up, removes it.
 */
static int add(struct request *request)
{
	char free_name[LABEL_SIZE], filter[FILTER_SIZE];
	bool duplicates;
	int ret;

	if (load_module(request->module) || make(request, free_name))
		return STATUS_FAILED;
	duplicates = lvm_sees(request->lower, filter);
	if (!bring_up(request)) {
		printf("/dev/%s\n", request->name);
		if (duplicates)
			lvm_warn(request->name, request->lower, filter);
		return STATUS_OK;
	}
	ret = kernel_remove(request->name);
	if (ret)
		error_action(ACTION_REMOVE, ret, request->name, "", "remove %s",
			     request->name);
	return STATUS_FAILED;
}

static int parse(struct request *request, int argc, char *argv[])
{
	int option, status = STATUS_OK;

	optind = 1;
	while (!status &&
	       (option = getopt_long(argc, argv, "h", options, NULL)) != -1)
		status = parse_option(request, option, optarg);
	while (!status && optind < argc)
		status = parse_operand(request, argv[optind++]);
	if (!status && !request->lower) {
		error("missing option: --lower DEVICE");
		return error_usage("add");
	}
	return status;
}

int cmd_add(int argc, char *argv[])
{
	struct request request = { 0 };
	int status;

	request.settings = calloc(argc, sizeof(*request.settings));
	if (!request.settings)
		error_memory();
	status = parse(&request, argc, argv);
	if (!status)
		status = add(&request);
	free(request.settings);
	return status;
}
