/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The functions cmd_*(), which run the commands. Each has a file of its own, and returns an exit
 * status. argv[0] is "zcblk". main.c has the other functions.
 */
#ifndef ZCBLK_COMMANDS_H
#define ZCBLK_COMMANDS_H

#include "compiler.h"

#include <stdbool.h>

int cmd_add(int argc, char *argv[]);
int cmd_del(int argc, char *argv[]);
int cmd_set(int argc, char *argv[]);
int cmd_list(int argc, char *argv[]);
int cmd_show(int argc, char *argv[]);
int cmd_stat(int argc, char *argv[]);
int cmd_locks(int argc, char *argv[]);
int cmd_save(int argc, char *argv[]);
int cmd_restore(int argc, char *argv[]);
int cmd_stop(int argc, char *argv[]);
int cmd_exercise(int argc, char *argv[]);

/* Prints a command's usage for --help, and exits. */
__noreturn void command_help(const char *usage);

/*
 * Parses the options of a command whose only options are -n (--dry-run) and -h. -n sets *@dry_run.
 * -h prints @usage, and exits.
 * Return: STATUS_OK; STATUS_USAGE for an unknown option, after a message of getopt
 */
int command_dry_run(int argc, char *argv[], const char *usage, bool *dry_run);

#endif
