// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the table of the exerciser's results: its columns, and a row for each engine in a cell.
 */
#include "exercise.h"
#include "figures.h"
#include "ratio.h"

#include <stdlib.h>
#include <string.h>

enum {
	OP, BUFFER, SIZE, ENGINE, IOS, BYTES, NS, MBPS, RATIO, LOW, HIGH, NOTE, COPIED,
	REASON, ERRORS, CHECKED, BAD, P50_US, P99_US,
	COLUMNS
};

static const struct column columns[COLUMNS] = {
	[OP] = { "OP", SCOLS_JSON_STRING, "read, write or mixed" },
	[BUFFER] = { "BUFFER", SCOLS_JSON_STRING, "where the memory is from" },
	[SIZE] = { "SIZE", SCOLS_JSON_NUMBER, "of one I/O" },
	[ENGINE] = { "ENGINE", SCOLS_JSON_STRING,
		     "engine; 'again' is the baseline once more" },
	[IOS] = { "IOS", SCOLS_JSON_NUMBER, "I/Os in all legs" },
	[BYTES] = { "BYTES", SCOLS_JSON_NUMBER, "bytes that they moved" },
	[NS] = { "NS", SCOLS_JSON_NUMBER, "ns for one I/O: mean of the legs" },
	[MBPS] = { "MBPS", SCOLS_JSON_NUMBER, "10^6 bytes a second, from NS" },
	[RATIO] = { "RATIO", SCOLS_JSON_NUMBER,
		    "NS divided by the baseline's: geometric mean over the pairs, trimmed" },
	[LOW] = { "LOW", SCOLS_JSON_NUMBER, "lower end of RATIO's 95 % confidence interval" },
	[HIGH] = { "HIGH", SCOLS_JSON_NUMBER, "upper end of it" },
	[NOTE] = { "NOTE", SCOLS_JSON_STRING,
		   "baseline, control, refused; 'same?': within the control's interval" },
	[COPIED] = { "COPIED", SCOLS_JSON_NUMBER, "I/Os whose data zcblk copied" },
	[REASON] = { "REASON", SCOLS_JSON_STRING,
		     "whether zcblk mapped or copied the data, and why" },
	[ERRORS] = { "ERRORS", SCOLS_JSON_NUMBER, "I/Os that failed" },
	[CHECKED] = { "CHECKED", SCOLS_JSON_NUMBER, "sectors verified" },
	[BAD] = { "BAD", SCOLS_JSON_NUMBER,
		  "sectors with wrong data, and buffers that were overrun" },
	[P50_US] = { "P50_US", SCOLS_JSON_NUMBER, "median latency in us" },
	[P99_US] = { "P99_US", SCOLS_JSON_NUMBER, "99th percentile of the latency in us" },
};

static const char shown[] = "OP,BUFFER,SIZE,ENGINE,IOS,NS,MBPS,RATIO,LOW,HIGH,NOTE,REASON";
static const char shown_verified[] = ",CHECKED,BAD";
static const char shown_latency[] = ",P50_US,P99_US";

void exercise_table_help(void)
{
	table_help(columns, COLUMNS);
}

int exercise_table_check(const struct table_options *options)
{
	return table_check(options, columns, COLUMNS);
}

static bool is_set(const struct exercise *exercise, const char *attribute)
{
	for (unsigned int i = 0; i < exercise->nr_fixed; i++)
		if (!strcmp(exercise->fixed[i].attribute, attribute))
			return true;
	return false;
}

void exercise_table_begin(struct table *table, const struct exercise *exercise)
{
	char list[sizeof(shown) + sizeof(shown_verified) + sizeof(shown_latency)];

	snprintf(list, sizeof(list), "%s%s%s", shown,
		 is_set(exercise, "verify") ? shown_verified : "",
		 is_set(exercise, "latency") ? shown_latency : "");
	table_begin(table, &exercise->table, columns, COLUMNS, list);
}

static u64 copied(const struct job_result *result)
{
	u64 count = 0;

	for (unsigned int i = 0; i < result->reasons; i++)
		if (!strncmp(result->reason[i].name, "copied", strlen("copied")))
			count += result->reason[i].count;
	return count;
}

static void set_reasons(struct table *table, const struct job_result *result)
{
	char text[MAX_REASONS * LABEL_SIZE] = "";
	size_t used = 0;

	for (unsigned int i = 0; i < result->reasons; i++)
		used += snprintf(text + used, sizeof(text) - used, "%s%s",
				 used ? "," : "", result->reason[i].name);
	if (!used)
		return;
	table_set(table, REASON, "%s", text);
	table_set(table, COPIED, "%llu", copied(result));
}

static void set_latency(struct table *table, int column, double ns)
{
	if (ns >= 0)
		table_set(table, column, "%.1f", ns / 1000);
}

/* Return: mean time of an I/O of this engine, in ns; negative if no leg completed an I/O */
static double mean_ns(const struct leg_sum *leg)
{
	unsigned int legs = 0;
	double sum = 0;

	for (unsigned int i = 0; i < MAX_PAIRS; i++) {
		sum += leg->ns[i];
		legs += leg->ns[i] > 0;
	}
	return legs ? sum / legs : -1;
}

static void set_figures(struct table *table, const struct leg_sum *leg)
{
	const struct job_result *result = &leg->result;
	const struct op_stats *total = &result->total;
	double ns = mean_ns(leg);

	table_set(table, IOS, "%llu", total->ios);
	table_set_bytes(table, BYTES, total->bytes);
	if (ns > 0) {
		table_set(table, NS, "%.1f", ns);
		table_set(table, MBPS, "%.1f", total->bytes * 1e3 / total->ios / ns);
	}
	table_set(table, ERRORS, "%llu", result->errors);
	table_set(table, CHECKED, "%llu", result->checked);
	table_set(table, BAD, "%llu", result->verify_errors + result->guard_errors);
	set_reasons(table, result);
	set_latency(table, P50_US, latency_percentile(total, 50));
	set_latency(table, P99_US, latency_percentile(total, 99));
}

static void set_ratio(struct table *table, const struct ratio *ratio,
		      const struct ratio *control)
{
	if (!ratio->pairs)
		return;
	table_set(table, RATIO, "%.4f", ratio->mean);
	if (ratio->pairs < 2)
		return;
	table_set(table, LOW, "%.4f", ratio->low);
	table_set(table, HIGH, "%.4f", ratio->high);
	if (ratio == control)
		table_set(table, NOTE, "control");
	else if (!ratio_apart(ratio, control))
		table_set(table, NOTE, "same?");
}

static void add_engine(struct table *table, const struct exercise *exercise,
		       const struct cell *cell, unsigned int engine,
		       const struct ratio *control)
{
	const struct leg_sum *leg = &cell->leg[engine];
	unsigned int baseline = exercise_baseline(exercise);
	struct ratio ratio;

	if (leg->refused) {
		table_set(table, NOTE, "refused");
		return;
	}
	set_figures(table, leg);
	if (engine == exercise->engine.count) {
		set_ratio(table, control, control);
		table_set(table, NOTE, "control");
	} else if (engine != baseline) {
		ratio_of(&ratio, cell->leg[baseline].ns, leg->ns, exercise->pairs);
		set_ratio(table, &ratio, control);
	} else if (exercise_has_control(exercise)) {
		table_set(table, NOTE, "baseline");
	}
}

void exercise_table_add(struct table *table, const struct exercise *exercise,
			const struct cell *cell)
{
	unsigned int count = exercise->engine.count, i;
	struct ratio control;

	ratio_of(&control, cell->leg[exercise_baseline(exercise)].ns,
		 cell->leg[count].ns, exercise->pairs);
	for (i = 0; i < count + exercise_has_control(exercise); i++) {
		table_line(table);
		table_set(table, OP, "%s", cell->op);
		table_set(table, BUFFER, "%s", cell->buffer);
		table_set_bytes(table, SIZE, strtoull(cell->size, NULL, 10));
		table_set(table, ENGINE, "%s",
			  i < count ? exercise->engine.value[i] : "again");
		add_engine(table, exercise, cell, i, &control);
	}
}
