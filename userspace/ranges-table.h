/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables of range locks that the commands `locks` and `show` print.
 */
#ifndef ZCBLK_RANGES_TABLE_H
#define ZCBLK_RANGES_TABLE_H

#include "kernel.h"
#include "table.h"

enum ranges_view {
	RANGES_HELD,			/* a row for each request that holds a range or waits */
	RANGES_COUNTERS,		/* a row for each disk */
	RANGES_WAITS,			/* a row for each bucket of the histogram */
	RANGES_HOT,			/* a row for each contended region */
};

void ranges_table_help(void);
int ranges_table_check(const struct table_options *options);
void ranges_table_begin(struct table *table, const struct table_options *options,
			enum ranges_view view);
void ranges_table_add(struct table *table, enum ranges_view view, const char *disk,
		      const struct ranges *ranges);

#endif
