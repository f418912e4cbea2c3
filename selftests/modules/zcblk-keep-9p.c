// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps virtio-9p running while all other devices are suspended. The virtual machine runs from file
 * systems on virtio-9p, but the driver of virtio-9p cannot resume. virtio_device_freeze() and
 * virtio_device_restore() would stop and reset the device. For virtio-9p, the module makes them
 * return 0 at once.
 *
 * Copyright (C) The zcblk authors
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/virtio.h>
#include <linux/virtio_ids.h>

static int zcblk_do_nothing(struct virtio_device *vdev)
{
	return 0;
}

static int zcblk_skip_9p(struct kprobe *probe, struct pt_regs *regs)
{
	struct virtio_device *vdev = (void *)regs_get_kernel_argument(regs, 0);

	if (vdev->id.device != VIRTIO_ID_9P)
		return 0;

	instruction_pointer_set(regs, (unsigned long)zcblk_do_nothing);
	return 1;
}

/* Does nothing. A probe may change the instruction pointer only if it has a post_handler. */
static void zcblk_after(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe freeze = {
	.symbol_name = "virtio_device_freeze",
	.pre_handler = zcblk_skip_9p,
	.post_handler = zcblk_after,
};

static struct kprobe restore = {
	.symbol_name = "virtio_device_restore",
	.pre_handler = zcblk_skip_9p,
	.post_handler = zcblk_after,
};

static struct kprobe *probes[] = { &freeze, &restore };

static int __init zcblk_keep_9p_init(void)
{
	return register_kprobes(probes, ARRAY_SIZE(probes));
}
module_init(zcblk_keep_9p_init);

static void __exit zcblk_keep_9p_exit(void)
{
	unregister_kprobes(probes, ARRAY_SIZE(probes));
}
module_exit(zcblk_keep_9p_exit);

MODULE_AUTHOR("The zcblk authors");
MODULE_DESCRIPTION("Keeps virtio-9p awake while the system is suspended");
MODULE_LICENSE("GPL");
