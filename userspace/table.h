/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables and JSON in the style of lsblk. A table has a list of columns, and the user chooses the
 * columns that are shown.
 */
#ifndef ZCBLK_TABLE_H
#define ZCBLK_TABLE_H

#include "compiler.h"

#include <getopt.h>
#include <libsmartcols/libsmartcols.h>
#include <stdbool.h>

#define TABLE_USAGE \
	"  -b, --bytes        sizes in bytes\n" \
	"  -J, --json         JSON; sizes in bytes\n" \
	"  -n, --noheadings   no line with headings\n" \
	"  -o, --output LIST  these columns, separated by commas\n" \
	"  -h, --help         this help\n"

#define TABLE_SHORT_OPTIONS "bJno:h"
#define TABLE_LONG_OPTIONS 5

#define MAX_COLUMNS	32
#define BYTES_SIZE	16

struct column {
	const char *name;
	int json;			/* SCOLS_JSON_*; columns of numbers are right-aligned */
	const char *help;
};

struct table_options {
	bool json;
	bool noheadings;
	bool bytes;
	const char *output;
};

struct table {
	struct libscols_table *scols;
	struct libscols_line *line;
	bool bytes;
	int place[MAX_COLUMNS];		/* for each column: its index in the table; -1: not shown */
};

/*
 * These functions are for commands that have more options than TABLE_USAGE lists.
 * table_long_options() copies the options of TABLE_USAGE and a terminating entry to @options.
 * table_option() handles one option of TABLE_USAGE. It returns false for --help and for options
 * that TABLE_USAGE does not list.
 */
void table_long_options(struct option options[TABLE_LONG_OPTIONS + 1]);
bool table_option(struct table_options *options, int option, char *value);
/* Parses the options of TABLE_USAGE. Return: -1 at their end; 'h' for help; '?' for a bad option */
int table_getopt(struct table_options *options, int argc, char *argv[]);
void table_help(const struct column *columns, int count);
/* Prints an error if options->output contains an unknown column. Return: an exit status */
int table_check(const struct table_options *options,
		const struct column *columns, int count);

/*
 * Begins a table. options->output is a list of the columns to show. If it is NULL, @shown is used.
 * The program ends if it has no memory for a table.
 */
void table_begin(struct table *table, const struct table_options *options,
		 const struct column *columns, int count, const char *shown);
void table_line(struct table *table);
void table_set(struct table *table, int column, const char *fmt, ...) __printf(3, 4);
void table_set_bytes(struct table *table, int column, u64 bytes);
void table_end(struct table *table);	/* prints the table and frees its memory */

/* Formats a number of bytes with a unit, so 1536 is 1.5K. Return: @text */
const char *format_bytes(char text[BYTES_SIZE], u64 bytes);

#endif
