// SPDX-License-Identifier: GPL-2.0-only
/*
 * zcblk: makes, changes and watches zcblk disks.
 */
#include "../driver/version.h"
#include "commands.h"
#include "error.h"

#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct command {
	const char *name;
	int (*run)(int argc, char *argv[]);
	const char *summary;
} commands[] = {
	{ "add",  cmd_add,  "Make a disk on a block device and bring it up" },
	{ "del",  cmd_del,  "Shut disks down and remove them" },
	{ "set",  cmd_set,  "Change attributes of a disk" },
	{ "list", cmd_list, "List disks" },
	{ "show", cmd_show, "Show attributes and statistics of disks in full" },
	{ "stat", cmd_stat, "Show statistics: totals, or rates every few seconds" },
	{ "locks", cmd_locks, "Show requests that hold or wait for sectors of a disk" },
	{ "save", cmd_save, "Write the disks that are up to /etc/zcblktab" },
	{ "restore", cmd_restore, "Bring up the disks of /etc/zcblktab" },
	{ "stop", cmd_stop, "Shut disks down, those on top first" },
	{ "exercise", cmd_exercise, "Load a device from kernel buffers, and compare engines" },
};

static void print_usage(FILE *file)
{
	fputs("Usage: zcblk COMMAND [ARGUMENT...]\n\nCommands:\n", file);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(file, "  %-10s%s\n", commands[i].name,
			commands[i].summary);
	fputs("\nSee 'zcblk COMMAND --help' and zcblk(8).\n"
	      "'zcblk --version' prints the version.\n", file);
}

static int run(int argc, char *argv[])
{
	const char *name = argc > 1 ? argv[1] : "";

	if (!strcmp(name, "--help") || !strcmp(name, "-h")) {
		print_usage(stdout);
		return STATUS_OK;
	}
	if (!strcmp(name, "--version") || !strcmp(name, "-V")) {
		puts("zcblk " ZCBLK_VERSION);
		return STATUS_OK;
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i].name, name))
			continue;
		argv[1] = "zcblk";	/* getopt's error messages begin with argv[0] */
		return commands[i].run(argc - 1, argv + 1);
	}
	if (argc < 2) {
		print_usage(stderr);
		return STATUS_USAGE;
	}
	error("unknown command '%s'", name);
	return error_usage("");
}

/*
 * Writes what standard output has buffered.
 * Return: @status; STATUS_FAILED, after a message, if output was not written, as on a full disk
 */
static int finish(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	error("cannot write to standard output: %s", strerror(errno));
	return STATUS_FAILED;
}

__noreturn void command_help(const char *usage)
{
	fputs(usage, stdout);
	exit(finish(STATUS_OK));
}

int command_dry_run(int argc, char *argv[], const char *usage, bool *dry_run)
{
	static const struct option options[] = {
		{ "dry-run",	no_argument,	NULL, 'n' },
		{ "help",	no_argument,	NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	int option;

	while ((option = getopt_long(argc, argv, "nh", options, NULL)) != -1) {
		if (option == 'h')
			command_help(usage);
		if (option != 'n')
			return STATUS_USAGE;
		*dry_run = true;
	}
	return STATUS_OK;
}

int main(int argc, char *argv[])
{
	setlocale(LC_CTYPE, "");	/* LC_NUMERIC stays C, because JSON needs decimal points */
	return finish(run(argc, argv));
}
