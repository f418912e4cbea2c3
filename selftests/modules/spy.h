/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls a callback for each bio that is passed to a function of the block layer. A kprobe calls the
 * callback, so a kernel without kprobes never calls it. @symbol of spy_start() names the function:
 * submit_bio(), or submit_bio_noacct() for the bios of stacked drivers. When the block layer splits
 * a bio, older kernels pass the rest of the bio to submit_bio_noacct() again.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _SPY_H
#define _SPY_H

#include <linux/bio.h>
#include <linux/kprobes.h>

#ifdef CONFIG_KPROBES

static void (*spy_note)(struct bio *bio);

static int spy_pre(struct kprobe *p, struct pt_regs *regs)
{
	spy_note((struct bio *)regs_get_kernel_argument(regs, 0));
	return 0;
}

static struct kprobe spy_probe;

static inline void spy_start(void (*note)(struct bio *bio), const char *symbol)
{
	spy_note = note;
	spy_probe = (struct kprobe){
		.symbol_name = symbol,
		.pre_handler = spy_pre,
	};
	WARN_ON(register_kprobe(&spy_probe));
}

static inline void spy_stop(void)
{
	unregister_kprobe(&spy_probe);
}

#else

static inline void spy_start(void (*note)(struct bio *bio), const char *symbol)
{
}

static inline void spy_stop(void)
{
}

#endif

#endif /* _SPY_H */
