// SPDX-License-Identifier: GPL-2.0-only
/*
 * zcblk restore: brings up the disks of /etc/zcblktab.
 */
#include "commands.h"
#include "disk.h"
#include "error.h"
#include "zcblktab.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
	"Usage: zcblk restore [OPTION...] [NAME...]\n"
	"\n"
	"Brings up the disks of /etc/zcblktab: those named, or all without the option\n"
	"noauto. A disk that is up stays as it is. zcblktab(5) describes the table.\n"
	"\n"
	"Options:\n"
	"  -n, --dry-run    print the commands that make the disks, and do nothing\n"
	"  --module FILE    file to load the module from (default: modprobe finds it)\n"
	"  -h, --help       this help\n";

static const struct option options[] = {
	{ "dry-run",	no_argument,		NULL, 'n' },
	{ "module",	required_argument,	NULL, 'm' },
	{ "help",	no_argument,		NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

struct request {
	bool dry_run;
	char *module;
};

static void report(unsigned int line, const char *why)
{
	error("%s:%u: %s", tab_path(), line, why);
}

static void print_command(int count, char *arguments[])
{
	fputs("zcblk add", stdout);
	for (int i = 1; i < count; i++)
		printf(" %s", arguments[i]);
	putchar('\n');
}

/*
 * Stores the arguments of 'zcblk add' in @arguments. Splits @attributes in place.
 * Return: number of arguments
 */
static int arguments_of(const struct request *request, struct tab_disk *disk,
			char *attributes, char **arguments)
{
	char *rest = attributes, *word;
	int count = 0;

	arguments[count++] = "zcblk";
	arguments[count++] = "--lower";
	arguments[count++] = disk->lower;
	arguments[count++] = "--name";
	arguments[count++] = disk->name;
	if (request->module) {
		arguments[count++] = "--module";
		arguments[count++] = request->module;
	}
	while ((word = strsep(&rest, ",")))
		if (*word)
			arguments[count++] = word;
	arguments[count] = NULL;
	return count;
}

static int add(const struct request *request, struct tab_disk *disk)
{
	char *attributes = strdup(disk->attributes);
	char **arguments = calloc(strlen(disk->attributes) + 9, sizeof(*arguments));
	int count, status = STATUS_OK;

	if (!attributes || !arguments)
		error_memory();
	count = arguments_of(request, disk, attributes, arguments);
	if (request->dry_run)
		print_command(count, arguments);
	else
		status = cmd_add(count, arguments);
	free(arguments);
	free(attributes);
	return status;
}

static bool is_live(const char *disk)
{
	char state[VALUE_SIZE];

	return !kernel_get(disk, "state", state) && !strcmp(state, "live");
}

/*
 * Brings up the disk, unless it is live. If its directory exists, shuts the disk down and removes
 * the directory first. Such a disk is down, or its lower device has disappeared. With --dry-run,
 * only prints the command that would make the disk.
 */
static int bring_up(const struct request *request, struct tab_disk *disk)
{
	char *arguments[3] = { "zcblk", disk->name };
	int status = STATUS_OK;

	if (!request->dry_run && kernel_has_disk(disk->name)) {
		if (is_live(disk->name))
			return STATUS_OK;
		optind = 0;
		status = cmd_del(2, arguments);
	}
	if (!status)
		status = add(request, disk);
	if (status)
		report(disk->line, "this disk did not come up, as said above");
	return status ? STATUS_FAILED : STATUS_OK;
}

static int restore_all(const struct request *request, struct tab *tab)
{
	int status = tab->bad ? STATUS_FAILED : STATUS_OK;

	for (unsigned int i = 0; i < tab->count; i++)
		if (!tab->disk[i].noauto && bring_up(request, &tab->disk[i]))
			status = STATUS_FAILED;
	return status;
}

static int restore_named(const struct request *request, struct tab *tab,
			 const char *name)
{
	for (unsigned int i = 0; i < tab->count; i++)
		if (!strcmp(tab->disk[i].name, name))
			return bring_up(request, &tab->disk[i]);
	error("unknown disk %s in %s; add a line for it, or run 'zcblk save' while it is up",
	      name, tab_path());
	if (tab->bad)
		hint("%u of its lines are invalid; 'zcblk restore --dry-run' reports them",
		     tab->bad);
	return STATUS_FAILED;
}

static int restore(const struct request *request, char *names[], int count)
{
	FILE *file = fopen(tab_path(), "re");
	int ret = file ? 0 : -errno, status = STATUS_OK;
	struct tab tab;

	if (!ret || ret == -ENOENT)
		ret = tab_read(file, &tab, count ? NULL : report);
	if (file)
		fclose(file);
	if (ret) {
		error("cannot read %s: %s", tab_path(), strerror(-ret));
		return STATUS_FAILED;
	}
	if (!count)
		status = restore_all(request, &tab);
	for (int i = 0; i < count; i++)
		if (restore_named(request, &tab, names[i]))
			status = STATUS_FAILED;
	tab_free(&tab);
	return status;
}

int cmd_restore(int argc, char *argv[])
{
	struct request request = { 0 };
	int option;

	while ((option = getopt_long(argc, argv, "nh", options, NULL)) != -1) {
		if (option == 'h')
			command_help(usage);
		else if (option == 'n')
			request.dry_run = true;
		else if (option == 'm')
			request.module = optarg;
		else
			return error_usage("restore");
	}
	if (disk_names(argc - optind, argv + optind))
		return STATUS_USAGE;
	return restore(&request, argv + optind, argc - optind);
}
