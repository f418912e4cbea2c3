// SPDX-License-Identifier: GPL-2.0-only
#include <linux/blkdev.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/zcblk.h>

static char *device;
module_param(device, charp, 0444);

/* Copies the device's first MiB to its second: OVERWRITES what is there */
static int __init example_init(void)
{
	struct block_device *bdev;
	struct file *file;
	int err = -ENOMEM;
	void *buf;

	/* With O_EXCL none that is in use */
	file = filp_open(device ?: "", O_RDWR | O_EXCL, 0);
	if (IS_ERR(file))
		return PTR_ERR(file);
	if (!S_ISBLK(file_inode(file)->i_mode)) {
		fput(file);
		return -ENOTBLK;
	}
	bdev = I_BDEV(file->f_mapping->host);
	buf = kvmalloc(SZ_1M, GFP_KERNEL);
	if (buf)
		err = zcblk_bufio_rw(bdev, 0, buf, SZ_1M, REQ_OP_READ) ?:
		      zcblk_bufio_rw(bdev, SZ_1M >> 9, buf, SZ_1M,
				     REQ_OP_WRITE | REQ_FUA);
	kvfree(buf);
	fput(file);
	return err;
}

static void __exit example_exit(void) { }

module_init(example_init);
module_exit(example_exit);

MODULE_DESCRIPTION("The example of zcblk's documentation");
MODULE_LICENSE("GPL");
