// SPDX-License-Identifier: GPL-2.0-only
/*
 * Acquires a lock in a kernel function that every I/O enters, and holds the lock for some time. A
 * profile must then report this lock. Use: insmod zcblk-hotlock.ko place=zcblk_io_begin
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/spinlock.h>

static char *place;
module_param(place, charp, 0444);
MODULE_PARM_DESC(place, "the function at whose beginning the lock is acquired");

static unsigned int hold_us = 50;
module_param(hold_us, uint, 0444);
MODULE_PARM_DESC(hold_us, "how long the lock is held each time, microseconds (default: 50)");

static DEFINE_SPINLOCK(hotlock);

static int hotlock_take(struct kprobe *probe, struct pt_regs *regs)
{
	unsigned long flags;

	spin_lock_irqsave(&hotlock, flags);
	udelay(hold_us);
	spin_unlock_irqrestore(&hotlock, flags);
	return 0;
}

static struct kprobe hotlock_probe = { .pre_handler = hotlock_take };

static int __init hotlock_init(void)
{
	hotlock_probe.symbol_name = place;
	return register_kprobe(&hotlock_probe);
}

static void __exit hotlock_exit(void)
{
	unregister_kprobe(&hotlock_probe);
}

module_init(hotlock_init);
module_exit(hotlock_exit);

MODULE_DESCRIPTION("A hot lock for the test of the profile");
MODULE_AUTHOR("The zcblk authors");
MODULE_LICENSE("GPL");
