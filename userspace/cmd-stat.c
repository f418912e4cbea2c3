// SPDX-License-Identifier: GPL-2.0-only
/*
 * zcblk stat: prints totals once, or rates every few seconds.
 */
#include "commands.h"
#include "disk.h"
#include "error.h"
#include "figures.h"
#include "repeat.h"
#include "stats-table.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
	"Usage: zcblk stat [OPTION...] [NAME...] [INTERVAL [COUNT]]\n"
	"\n"
	"Shows the statistics of disks (default: of all). Without INTERVAL: the totals since\n"
	"each disk came up or was reset. With it: the rates of the last INTERVAL seconds,\n"
	"COUNT times. NAME is as in zcblk0 or /dev/zcblk0. Needs root.\n"
	"\n"
	"Options:\n"
	TABLE_USAGE;

struct request {
	struct table_options table;
	struct repeat repeat;		/* an interval of 0 means to print totals once */
};

struct sample {
	char disk[NAME_MAX + 1];
	struct stats stats;
};

struct snapshot {
	struct sample *sample;
	int count;
	struct timespec time;
};

/* Adds the disk's statistics to the snapshot. A disk that is down has none, and is skipped. */
static int take_disk(struct snapshot *snapshot, const char *disk)
{
	struct sample *sample = &snapshot->sample[snapshot->count];
	int ret = disk_stats(disk, &sample->stats);

	if (ret < 0)
		return STATUS_FAILED;
	if (ret)
		return STATUS_OK;
	snprintf(sample->disk, sizeof(sample->disk), "%s", disk);
	snapshot->count++;
	return STATUS_OK;
}

static int take_named(struct snapshot *snapshot, const struct request *request)
{
	for (int i = 0; i < request->repeat.count; i++) {
		int before = snapshot->count;

		if (disk_need(request->repeat.names[i]) ||
		    take_disk(snapshot, request->repeat.names[i]))
			return STATUS_FAILED;
		if (snapshot->count > before)
			continue;
		error("%s is down, so it has no statistics; run 'zcblk set %s power=1'",
		      request->repeat.names[i], request->repeat.names[i]);
		return STATUS_FAILED;
	}
	return STATUS_OK;
}

static int take_all(struct snapshot *snapshot, const struct names *disks)
{
	for (int i = 0; i < disks->count; i++)
		if (take_disk(snapshot, disks->entry[i]->d_name))
			return STATUS_FAILED;
	return STATUS_OK;
}

/* Reads the statistics of the requested disks. The caller frees the samples, also after an error */
static int take(struct snapshot *snapshot, const struct request *request)
{
	struct names disks = { 0 };
	int count, status;

	snapshot->count = 0;
	snapshot->sample = NULL;
	if (disk_need_configfs())
		return STATUS_FAILED;
	if (!request->repeat.count && kernel_disks(&disks)) {
		error("cannot list disks");
		return STATUS_FAILED;
	}
	count = request->repeat.count + disks.count;
	snapshot->sample = calloc(count ? count : 1, sizeof(struct sample));
	if (!snapshot->sample)
		error_memory();
	clock_gettime(CLOCK_MONOTONIC, &snapshot->time);
	if (request->repeat.count)
		status = take_named(snapshot, request);
	else
		status = take_all(snapshot, &disks);
	names_free(&disks);
	return status;
}

static int print_totals(const struct request *request)
{
	struct snapshot snapshot;
	struct table table;
	int status = take(&snapshot, request);

	if (!status) {
		stats_table_begin(&table, &request->table, STATS_TOTALS);
		for (int i = 0; i < snapshot.count; i++)
			stats_table_add(&table, snapshot.sample[i].disk,
					&snapshot.sample[i].stats, 0);
		table_end(&table);
	}
	free(snapshot.sample);
	return status;
}

static void add_rates(struct table *table, const struct snapshot *before,
		      const struct sample *now, double seconds)
{
	struct stats stats = now->stats;

	for (int i = 0; i < before->count; i++) {
		if (strcmp(before->sample[i].disk, now->disk))
			continue;
		stats_since(&stats, &before->sample[i].stats);
		stats_table_add(table, now->disk, &stats, seconds);
	}
}

static void print_rates(const struct request *request,
			const struct snapshot *before,
			const struct snapshot *now)
{
	double seconds = now->time.tv_sec - before->time.tv_sec +
			 (now->time.tv_nsec - before->time.tv_nsec) / 1e9;
	struct table table;

	stats_table_begin(&table, &request->table, STATS_RATES);
	for (int i = 0; i < now->count; i++)
		add_rates(&table, before, &now->sample[i], seconds);
	table_end(&table);
	fflush(stdout);
}

static int watch(const struct request *request)
{
	struct snapshot before, now;
	struct timespec deadline;
	int status = take(&before, request);

	deadline = before.time;
	for (unsigned long i = 0; !status; i++) {
		if (request->repeat.rounds && i == request->repeat.rounds)
			break;
		repeat_wait(&deadline, request->repeat.interval);
		status = take(&now, request);
		if (!status && i && !request->table.json &&
		    !request->table.noheadings)
			putchar('\n');
		if (!status)
			print_rates(request, &before, &now);
		free(before.sample);
		before = now;
	}
	free(before.sample);
	return status;
}

int cmd_stat(int argc, char *argv[])
{
	struct request request = { 0 };
	int option, status;

	option = table_getopt(&request.table, argc, argv);
	if (option == 'h') {
		fputs(usage, stdout);
		stats_table_help();
		return STATUS_OK;
	}
	if (option == '?')
		return error_usage("stat");
	status = repeat_parse(&request.repeat, argc - optind, argv + optind);
	if (!status)
		status = stats_table_check(&request.table);
	if (status)
		return status;
	return request.repeat.interval ? watch(&request) : print_totals(&request);
}
