/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of statistics that the commands `stat` and `show` print. It has a row for the total of
 * each path, and a row for each operation on the path.
 */
#ifndef ZCBLK_STATS_TABLE_H
#define ZCBLK_STATS_TABLE_H

#include "kernel.h"
#include "table.h"

#define STATS_TOTALS "NAME,PATH,OP,IOS,BYTES,SEGS,MAPPED,COPIED,AVG_US,P50_US,P99_US,P999_US"
#define STATS_RATES "NAME,PATH,OP,IOPS,MBPS,COPIED_MBPS,AVG_US,P50_US,P90_US,P99_US,P999_US"

void stats_table_help(void);
int stats_table_check(const struct table_options *options);
void stats_table_begin(struct table *table, const struct table_options *options,
		       const char *shown);
/* Adds the rows of a disk. @seconds is the time in which @stats were counted, or 0 if unknown. */
void stats_table_add(struct table *table, const char *disk,
		     const struct stats *stats, double seconds);

#endif
