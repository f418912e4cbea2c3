// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints tables and JSON by libsmartcols.
 */
#include "table.h"
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TABLE_NAME "zcblk"	/* name of the array in JSON */

static const struct option long_options[TABLE_LONG_OPTIONS + 1] = {
	{ "bytes",	no_argument,		NULL, 'b' },
	{ "json",	no_argument,		NULL, 'J' },
	{ "noheadings",	no_argument,		NULL, 'n' },
	{ "output",	required_argument,	NULL, 'o' },
	{ "help",	no_argument,		NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

void table_long_options(struct option options[TABLE_LONG_OPTIONS + 1])
{
	memcpy(options, long_options, sizeof(long_options));
}

bool table_option(struct table_options *options, int option, char *value)
{
	switch (option) {
	case 'J':
		options->json = true;
		options->bytes = true;
		return true;
	case 'b':
		options->bytes = true;
		return true;
	case 'n':
		options->noheadings = true;
		return true;
	case 'o':
		options->output = value;
		return true;
	default:
		return false;
	}
}

int table_getopt(struct table_options *options, int argc, char *argv[])
{
	int option;

	do
		option = getopt_long(argc, argv, TABLE_SHORT_OPTIONS, long_options,
				     NULL);
	while (table_option(options, option, optarg));
	return option;
}

void table_help(const struct column *columns, int count)
{
	puts("\nColumns:");
	for (int i = 0; i < count; i++)
		printf("  %-12s %s\n", columns[i].name, columns[i].help);
}

/*
 * Removes the first name from *@list, and stores its length in *@length.
 * Return: index of the column with that name, or -1
 */
static int next_column(const char **list, size_t *length,
		       const struct column *columns, int count)
{
	const char *name = *list;

	*length = strcspn(name, ",");
	*list += *length + (name[*length] == ',');
	for (int i = 0; i < count; i++)
		if (strlen(columns[i].name) == *length &&
		    !strncasecmp(columns[i].name, name, *length))
			return i;
	return -1;
}

int table_check(const struct table_options *options,
		const struct column *columns, int count)
{
	const char *rest = options->output, *name;
	size_t length;

	while ((name = rest)) {
		if (next_column(&rest, &length, columns, count) < 0) {
			error("unknown column '%.*s'; see --help",
			      (int)length, name);
			return STATUS_USAGE;
		}
		if (!*rest)
			break;
	}
	return STATUS_OK;
}

static void check_memory(int failed)
{
	if (failed)
		error_memory();
}

static void add_column(struct table *table, const struct column *column,
		       int index)
{
	bool number = column->json == SCOLS_JSON_NUMBER;
	struct libscols_column *scols;

	if (table->place[index] >= 0)
		return;
	scols = scols_table_new_column(table->scols, column->name, 0,
				       number ? SCOLS_FL_RIGHT : 0);
	check_memory(!scols);
	scols_column_set_json_type(scols, column->json);
	table->place[index] = scols_table_get_ncols(table->scols) - 1;
}

void table_begin(struct table *table, const struct table_options *options,
		 const struct column *columns, int count, const char *shown)
{
	const char *rest = options->output ? options->output : shown;
	size_t length;

	table->bytes = options->bytes;
	table->line = NULL;
	for (int i = 0; i < count; i++)
		table->place[i] = -1;
	table->scols = scols_new_table();
	check_memory(!table->scols);
	scols_table_set_name(table->scols, TABLE_NAME);
	scols_table_enable_json(table->scols, options->json);
	scols_table_enable_noheadings(table->scols, options->noheadings);
	while (*rest) {
		int index = next_column(&rest, &length, columns, count);

		if (index >= 0)
			add_column(table, &columns[index], index);
	}
}

void table_line(struct table *table)
{
	table->line = scols_table_new_line(table->scols, NULL);
	check_memory(!table->line);
}

void table_set(struct table *table, int column, const char *fmt, ...)
{
	va_list args;
	char *text;

	if (table->place[column] < 0)
		return;
	va_start(args, fmt);
	check_memory(vasprintf(&text, fmt, args) < 0);
	va_end(args);
	check_memory(scols_line_refer_data(table->line, table->place[column],
					   text));
}

void table_set_bytes(struct table *table, int column, u64 bytes)
{
	if (table->bytes) {
		table_set(table, column, "%llu", bytes);
	} else {
		char text[BYTES_SIZE];

		table_set(table, column, "%s", format_bytes(text, bytes));
	}
}

void table_end(struct table *table)
{
	check_memory(scols_print_table(table->scols));
	scols_unref_table(table->scols);
}

const char *format_bytes(char text[BYTES_SIZE], u64 bytes)
{
	static const char units[] = "BKMGTPE";
	double value = bytes;
	int unit = 0;
	char *tenths;

	while (value >= 1024) {
		value /= 1024;
		unit++;
	}
	snprintf(text, BYTES_SIZE, "%.1f", value);
	tenths = strstr(text, ".0");
	if (!tenths)
		tenths = text + strlen(text);
	tenths[0] = units[unit];
	tenths[1] = '\0';
	return text;
}
