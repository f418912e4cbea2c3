// SPDX-License-Identifier: GPL-2.0-only
#include <linux/blkdev.h>
#include <linux/completion.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/zcblk.h>

static char *device;
module_param(device, charp, 0444);

struct example_wait {
	struct completion ended;
	blk_status_t status;
};

static void example_done(struct zcblk_bufio *io, blk_status_t status)
{
	struct example_wait *wait = io->private;

	wait->status = status;
	complete(&wait->ended);
}

/*
 * Does one I/O, and waits for its end, to keep the example short. A real driver returns after the
 * submission, and continues in done(). A driver that waits calls zcblk_bufio_submit_wait().
 */
static int example_io(struct zcblk_client *client, struct block_device *bdev,
		      sector_t sector, void *buf, blk_opf_t opf)
{
	struct example_wait wait;
	struct zcblk_bufio io = {
		.client = client,
		.bdev = bdev,
		.sector = sector,
		.buf = buf,
		.len = SZ_1M,
		.opf = opf,
		.done = example_done,
		.private = &wait,
	};

	init_completion(&wait.ended);
	zcblk_bufio_submit(&io);
	wait_for_completion(&wait.ended);
	return blk_status_to_errno(wait.status);
}

static int example_copy(struct zcblk_client *client, struct block_device *bdev)
{
	void *buf = kvmalloc(SZ_1M, GFP_KERNEL);
	int err = -ENOMEM;

	if (buf)
		err = example_io(client, bdev, 0, buf, REQ_OP_READ) ?:
		      example_io(client, bdev, SZ_1M >> 9, buf, REQ_OP_WRITE | REQ_FUA);
	kvfree(buf);
	return err;
}

/* Copies the device's first MiB to its second MiB. OVERWRITES the second MiB. */
static int __init example_init(void)
{
	struct zcblk_client *client;
	struct file *file;
	int err;

	/* With O_EXCL, filp_open() fails if the device is in use, for example mounted */
	file = filp_open(device ?: "", O_RDWR | O_EXCL, 0);
	if (IS_ERR(file))
		return PTR_ERR(file);
	err = -ENOTBLK;
	if (!S_ISBLK(file_inode(file)->i_mode))
		goto close_file;

	client = zcblk_client_create("example", 0);
	err = PTR_ERR_OR_ZERO(client) ?:
	      example_copy(client, I_BDEV(file->f_mapping->host));
	zcblk_client_destroy(client);
close_file:
	fput(file);
	return err;
}

static void __exit example_exit(void) { }

module_init(example_init);
module_exit(example_exit);

MODULE_DESCRIPTION("The example of zcblk's documentation");
MODULE_LICENSE("GPL");
