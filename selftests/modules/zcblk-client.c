// SPDX-License-Identifier: GPL-2.0-only
/*
 * Creates a client of zcblk's kernel API. By parameters, it can pass another version or structure
 * size, like a module that was built with another version of the header.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/zcblk.h>

static char *name = "";
module_param(name, charp, 0444);
MODULE_PARM_DESC(name, "name of the client");

static uint flags;
module_param(flags, uint, 0444);
MODULE_PARM_DESC(flags, "flags of the client");

static uint version;
module_param(version, uint, 0444);
MODULE_PARM_DESC(version, "version of the header (default: the one that it was built with)");

static ulong size;
module_param(size, ulong, 0444);
MODULE_PARM_DESC(size, "size of struct zcblk_bufio (default: its real size)");

static int err;
module_param(err, int, 0444);
MODULE_PARM_DESC(err, "result: the error, or 0");

static int __init client_init(void)
{
	struct zcblk_client *client =
		zcblk_client_create_version(name, flags, version ?: ZCBLK_API_VERSION,
					    size ?: sizeof(struct zcblk_bufio));

	err = PTR_ERR_OR_ZERO(client);
	zcblk_client_destroy(client);
	return 0;
}

static void __exit client_exit(void)
{
}

module_init(client_init);
module_exit(client_exit);

MODULE_DESCRIPTION("Creates a client of zcblk's kernel API");
MODULE_AUTHOR("The zcblk authors");
MODULE_LICENSE("GPL");
