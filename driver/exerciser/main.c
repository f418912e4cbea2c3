// SPDX-License-Identifier: GPL-2.0-only
/*
 * Module init and exit.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/module.h>

#include "../version.h"
#include "exerciser.h"

static struct exerciser_engine *const exerciser_engines[] = {
	&exerciser_engine_map,
	&exerciser_engine_registered,
	&exerciser_engine_copy,
	&exerciser_engine_rw_virt,
	&exerciser_engine_rq_map_kern,
};

struct zcblk_client *exerciser_client;

static void exerciser_unregister(size_t nr)
{
	while (nr--)
		exerciser_engine_unregister(exerciser_engines[nr]);
}

static int __init exerciser_init(void)
{
	size_t i;
	int err = 0;

	exerciser_client = zcblk_client_create("exerciser", 0);
	if (IS_ERR(exerciser_client))
		return PTR_ERR(exerciser_client);
	for (i = 0; i < ARRAY_SIZE(exerciser_engines); i++) {
		err = exerciser_engine_register(exerciser_engines[i]);
		if (err)
			break;
	}
	if (!err)
		err = exerciser_configfs_init();
	if (err) {
		exerciser_unregister(i);
		zcblk_client_destroy(exerciser_client);
	}
	return err;
}

static void __exit exerciser_exit(void)
{
	exerciser_configfs_exit();
	exerciser_unregister(ARRAY_SIZE(exerciser_engines));
	zcblk_client_destroy(exerciser_client);
}

module_init(exerciser_init);
module_exit(exerciser_exit);

MODULE_DESCRIPTION("Load generator for disk I/O from kernel buffers");
MODULE_VERSION(ZCBLK_VERSION);
MODULE_AUTHOR("The zcblk authors");
MODULE_LICENSE("GPL");
