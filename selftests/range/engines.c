// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of the engines that the tests run.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include "test.h"

const struct zcblk_range_ops *const test_engines[] = {
	&zcblk_range_list_ops,
	&zcblk_range_tree_ops,
	&zcblk_range_slot_ops,
	&zcblk_range_bucket_ops,
	&zcblk_range_combine_ops,
	NULL
};

const struct zcblk_range_ops *test_engine(const char *name)
{
	unsigned int i;

	for (i = 0; test_engines[i]; i++)
		if (!strcmp(test_engines[i]->name, name))
			break;
	return test_engines[i];
}
