// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contains a few bugs, and runs one of them on purpose. The checks of a debug kernel must detect
 * the bug, and the run of the tests must then fail. Use: insmod zcblk-seed.ko fault=...
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

static char *fault = "none";
module_param(fault, charp, 0444);
MODULE_PARM_DESC(fault, "none, use_after_free, lock_inversion, leak, data_race or lockup");

static unsigned int seconds = 150;
module_param(seconds, uint, 0444);
MODULE_PARM_DESC(seconds, "how long a lockup lasts (default: 150)");

static int seed_none(void)
{
	return 0;
}

static int seed_use_after_free(void)
{
	u8 *buf = kmalloc(64, GFP_KERNEL);

	if (!buf)
		return -ENOMEM;
	OPTIMIZER_HIDE_VAR(buf);
	kfree(buf);
	return READ_ONCE(buf[13]) == 0xff ? -EIO : 0;
}

static DEFINE_MUTEX(seed_lock_a);
static DEFINE_MUTEX(seed_lock_b);

static void seed_lock_both(struct mutex *first, struct mutex *second)
{
	mutex_lock(first);
	mutex_lock(second);
	mutex_unlock(second);
	mutex_unlock(first);
}

static int seed_lock_inversion(void)
{
	seed_lock_both(&seed_lock_a, &seed_lock_b);
	seed_lock_both(&seed_lock_b, &seed_lock_a);
	return 0;
}

static int seed_leak(void)
{
	int i;

	/* kmemleak ignores memory whose pointer is still on a stack, so one leak is not enough */
	for (i = 0; i < 16; i++)
		if (!kmalloc(1000, GFP_KERNEL))
			return -ENOMEM;
	return 0;
}

static int seed_shared;

static int seed_racer(void *unused)
{
	while (!kthread_should_stop()) {
		seed_shared++;
		cond_resched();
	}
	return 0;
}

static int seed_data_race(void)
{
	struct task_struct *racer = kthread_run(seed_racer, NULL, "zcblk-seed");
	unsigned long end = jiffies + 5 * HZ;

	if (IS_ERR(racer))
		return PTR_ERR(racer);
	while (time_before(jiffies, end)) {
		seed_shared++;
		cond_resched();
	}
	return kthread_stop(racer);
}

/* Spins without preemption, for a longer time than the watchdogs of scripts/vm allow */
static int seed_lockup(void)
{
	u64 end = ktime_get_ns() + (u64)seconds * NSEC_PER_SEC;

	preempt_disable();
	while (ktime_get_ns() < end)
		cpu_relax();
	preempt_enable();
	return 0;
}

static const struct {
	const char *name;
	int (*make)(void);
} seeds[] = {
	{ "none", seed_none },
	{ "use_after_free", seed_use_after_free },
	{ "lock_inversion", seed_lock_inversion },
	{ "leak", seed_leak },
	{ "data_race", seed_data_race },
	{ "lockup", seed_lockup },
};

static int __init seed_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(seeds); i++)
		if (!strcmp(fault, seeds[i].name))
			return seeds[i].make();
	return -EINVAL;
}

static void __exit seed_exit(void)
{
}

module_init(seed_init);
module_exit(seed_exit);

MODULE_DESCRIPTION("Faults for zcblk's tests of its tests");
MODULE_AUTHOR("The zcblk authors");
MODULE_LICENSE("GPL");
