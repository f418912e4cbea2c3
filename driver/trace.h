/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Defines the tracepoints of the trace system zcblk. zcblk_submit and zcblk_complete are for bios.
 * zcblk_unstable is for bios and for the I/O of the kernel API. zcblk_range_wait,
 * zcblk_range_grant and zcblk_range_release are for range locks.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM zcblk

#if !defined(_ZCBLK_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _ZCBLK_TRACE_H

#include <linux/blkdev.h>
#include <linux/tracepoint.h>

#include "stable.h"

TRACE_DEFINE_ENUM(ZCBLK_PATH_ZEROCOPY);
TRACE_DEFINE_ENUM(ZCBLK_PATH_COPY);
TRACE_DEFINE_ENUM(ZCBLK_OP_READ);
TRACE_DEFINE_ENUM(ZCBLK_OP_WRITE);
TRACE_DEFINE_ENUM(ZCBLK_OP_FLUSH);
TRACE_DEFINE_ENUM(ZCBLK_OP_DISCARD);
TRACE_DEFINE_ENUM(ZCBLK_OP_SECURE_ERASE);
TRACE_DEFINE_ENUM(ZCBLK_OP_WRITE_ZEROES);
TRACE_DEFINE_ENUM(ZCBLK_OP_OTHER);

#define zcblk_show_path(path)						\
	__print_symbolic(path,						\
			 { ZCBLK_PATH_ZEROCOPY, "zerocopy" },		\
			 { ZCBLK_PATH_COPY, "copy" })

#define zcblk_show_op(op)						\
	__print_symbolic(op,						\
			 { ZCBLK_OP_READ, "read" },			\
			 { ZCBLK_OP_WRITE, "write" },			\
			 { ZCBLK_OP_FLUSH, "flush" },			\
			 { ZCBLK_OP_DISCARD, "discard" },		\
			 { ZCBLK_OP_SECURE_ERASE, "secure_erase" },	\
			 { ZCBLK_OP_WRITE_ZEROES, "write_zeroes" },	\
			 { ZCBLK_OP_OTHER, "other" })

TRACE_EVENT(zcblk_submit,
	    TP_PROTO(struct bio *bio, unsigned int path, unsigned int op),
	    TP_ARGS(bio, path, op),
	    TP_STRUCT__entry(__field(dev_t, dev)
			     __field(sector_t, sector)
			     __field(unsigned int, bytes)
			     __field(unsigned int, path)
			     __field(unsigned int, op)),
	    TP_fast_assign(__entry->dev = disk_devt(bio->bi_bdev->bd_disk);
			   __entry->sector = bio->bi_iter.bi_sector;
			   __entry->bytes = bio->bi_iter.bi_size;
			   __entry->path = path;
			   __entry->op = op;),
	    TP_printk("%d,%d %s %s sector %llu bytes %u",
		      MAJOR(__entry->dev), MINOR(__entry->dev),
		      zcblk_show_path(__entry->path), zcblk_show_op(__entry->op),
		      (unsigned long long)__entry->sector, __entry->bytes));

TRACE_EVENT(zcblk_complete,
	    TP_PROTO(struct bio *bio, unsigned int path, unsigned int op,
		     blk_status_t status, u64 latency_ns),
	    TP_ARGS(bio, path, op, status, latency_ns),
	    TP_STRUCT__entry(__field(dev_t, dev)
			     __field(sector_t, sector)
			     __field(unsigned int, bytes)
			     __field(unsigned int, path)
			     __field(unsigned int, op)
			     __field(int, error)
			     __field(u64, latency_ns)),
	    TP_fast_assign(__entry->dev = disk_devt(bio->bi_bdev->bd_disk);
			   __entry->sector = bio->bi_iter.bi_sector;
			   __entry->bytes = bio->bi_iter.bi_size;
			   __entry->path = path;
			   __entry->op = op;
			   __entry->error = blk_status_to_errno(status);
			   __entry->latency_ns = latency_ns;),
	    TP_printk("%d,%d %s %s sector %llu bytes %u error %d latency_ns %llu",
		      MAJOR(__entry->dev), MINOR(__entry->dev),
		      zcblk_show_path(__entry->path), zcblk_show_op(__entry->op),
		      (unsigned long long)__entry->sector, __entry->bytes,
		      __entry->error, __entry->latency_ns));

/*
 * The event contains the submitter's stack, with the innermost caller first. Unused entries are
 * 0.
 */
TRACE_EVENT(zcblk_unstable,
	    TP_PROTO(dev_t dev, sector_t sector, size_t bytes, u32 sum,
		     const struct zcblk_stable *stable),
	    TP_ARGS(dev, sector, bytes, sum, stable),
	    TP_STRUCT__entry(__field(dev_t, dev)
			     __field(sector_t, sector)
			     __field(size_t, bytes)
			     __field(u32, before)
			     __field(u32, after)
			     __array(unsigned long, stack, ZCBLK_STABLE_STACK)),
	    TP_fast_assign(__entry->dev = dev;
			   __entry->sector = sector;
			   __entry->bytes = bytes;
			   __entry->before = stable->sum;
			   __entry->after = sum;
			   memset(__entry->stack, 0, sizeof(__entry->stack));
			   memcpy(__entry->stack, stable->stack,
				  stable->nr * sizeof(*stable->stack));),
	    TP_printk("%d,%d sector %llu bytes %zu crc32c %08x then %08x by %pS < %pS < %pS < %pS < %pS < %pS < %pS < %pS",
		      MAJOR(__entry->dev), MINOR(__entry->dev),
		      (unsigned long long)__entry->sector, __entry->bytes,
		      __entry->before, __entry->after,
		      (void *)__entry->stack[0], (void *)__entry->stack[1],
		      (void *)__entry->stack[2], (void *)__entry->stack[3],
		      (void *)__entry->stack[4], (void *)__entry->stack[5],
		      (void *)__entry->stack[6], (void *)__entry->stack[7]));

TRACE_DEFINE_ENUM(ZCBLK_RANGE_READ);
TRACE_DEFINE_ENUM(ZCBLK_RANGE_WRITE);

#define zcblk_show_kind(kind)						\
	__print_symbolic(kind,						\
			 { ZCBLK_RANGE_READ, "read" },			\
			 { ZCBLK_RANGE_WRITE, "write" })

/* Defines an event for a range, with a u64 field that has the name @_what and the value @_value */
#define ZCBLK_RANGE_EVENT(_name, _what, _proto, _args, _value)		\
TRACE_EVENT(_name, TP_PROTO _proto, TP_ARGS _args,			\
	    TP_STRUCT__entry(__field(dev_t, dev)			\
			     __field(u64, start)			\
			     __field(u64, last)				\
			     __field(unsigned int, kind)		\
			     __field(u64, _what)),			\
	    TP_fast_assign(__entry->dev = disk_devt((struct gendisk *)ranges->gd); \
			   __entry->start = range->start;		\
			   __entry->last = range->last;			\
			   __entry->kind = range->kind;			\
			   __entry->_what = _value;),			\
	    TP_printk("%d,%d %s sectors %llu to %llu " #_what " %llu",	\
		      MAJOR(__entry->dev), MINOR(__entry->dev),		\
		      zcblk_show_kind(__entry->kind), __entry->start,	\
		      __entry->last, __entry->_what))

/*
 * @range conflicts with @blocker, an earlier range that overlaps @range. Depending on REQ_NOWAIT
 * and on the setting overlap, @range then waits, is refused or is granted. The field for_sector is
 * the first sector of @blocker.
 */
ZCBLK_RANGE_EVENT(zcblk_range_wait, for_sector,
		  (struct zcblk_ranges *ranges, struct zcblk_range *range,
		   const struct zcblk_range *blocker),
		  (ranges, range, blocker), blocker->start);

ZCBLK_RANGE_EVENT(zcblk_range_grant, wait_ns,
		  (struct zcblk_ranges *ranges, struct zcblk_range *range, u64 ns),
		  (ranges, range, ns), ns);

ZCBLK_RANGE_EVENT(zcblk_range_release, held_ms,
		  (struct zcblk_ranges *ranges, struct zcblk_range *range),
		  (ranges, range), jiffies_to_msecs(jiffies - range->since));

#endif /* _ZCBLK_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
