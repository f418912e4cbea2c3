// SPDX-License-Identifier: GPL-2.0-only
#include <linux/blkdev.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/zcblk.h>

static char *device;
module_param(device, charp, 0444);

/* Copies the device's first MiB to its second */
static int __init example_init(void)
{
	struct file *file = filp_open(device, O_RDWR, 0);
	void *buf = kvmalloc(SZ_1M, GFP_KERNEL);
	int err = PTR_ERR_OR_ZERO(file) ?: buf ? 0 : -ENOMEM;

	if (!err)
		err = zcblk_bufio_rw(I_BDEV(file->f_mapping->host), 0,
				     buf, SZ_1M, REQ_OP_READ);
	if (!err)
		err = zcblk_bufio_rw(I_BDEV(file->f_mapping->host), SZ_1M >> 9,
				     buf, SZ_1M, REQ_OP_WRITE | REQ_FUA);
	kvfree(buf);
	if (!IS_ERR(file))
		fput(file);
	return err;
}

static void __exit example_exit(void) { }

module_init(example_init);
module_exit(example_exit);

MODULE_DESCRIPTION("The example of zcblk's documentation");
MODULE_LICENSE("GPL");
