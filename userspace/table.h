/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables and JSON, as lsblk prints them: a list of columns, of which some are
 * shown.
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
	int json;			/* SCOLS_JSON_*; numbers go right */
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
	int place[MAX_COLUMNS];		/* of a column in the table, or -1 */
};

/*
 * For commands that have other options as well: copies those of TABLE_USAGE, and
 * the end of the list, to @options; handles one of them that was found, except help,
 * or returns false when it is another.
 */
void table_long_options(struct option options[TABLE_LONG_OPTIONS + 1]);
bool table_option(struct table_options *options, int option, char *value);
/* Reads the options of TABLE_USAGE: -1 at their end, 'h' for help, '?' if bad. */
int table_getopt(struct table_options *options, int argc, char *argv[]);
void table_help(const struct column *columns, int count);
/* Prints what is wrong with options->output. */
int table_check(const struct table_options *options,
		const struct column *columns, int count);

/*
 * @shown are names as in options->output, which goes before. Running out of
 * memory ends the program.
 */
void table_begin(struct table *table, const struct table_options *options,
		 const struct column *columns, int count, const char *shown);
void table_line(struct table *table);
void table_set(struct table *table, int column, const char *fmt, ...) __printf(3, 4);
void table_set_bytes(struct table *table, int column, u64 bytes);
void table_end(struct table *table);	/* prints it */

/* 1536 is 1.5K; returns @text. */
const char *format_bytes(char text[BYTES_SIZE], u64 bytes);

#endif
