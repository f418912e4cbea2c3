/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * zcblk: disk I/O straight from kernel buffers, without copying them.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _LINUX_ZCBLK_H
#define _LINUX_ZCBLK_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/blk_types.h>
#include <linux/bvec.h>
#include <linux/mm.h>
#include <linux/types.h>
#include <linux/uio.h>

struct zcblk_buf;
struct zcblk_client;
struct zcblk_stable;

/**
 * DOC: Buffers
 *
 * A buffer is any memory that the kernel can address in one piece: of kmalloc()
 * in every size, the page allocator, vmalloc(), vmalloc_huge(), kvmalloc(),
 * beginning anywhere in it. Its pages go to the device where they may. Where
 * they may not, the data is copied, and the reason is reported and counted.
 *
 * The data of an I/O is in one buffer, or in segments: an array of kvecs, each of
 * which is a buffer, or an array of bio_vecs, each of which is a run of pages. Segments
 * may have any length but 0. They go to the device as they are if each is aligned for
 * its DMA, and if no logical block has more segments, or gaps between them, than it can
 * have. Else all of the data is copied.
 */

/**
 * DOC: Lifetimes
 *
 * From submission until done() is called, the struct, the memory, the array of segments
 * and the registration belong to zcblk. I/O cannot be cancelled: the block layer has no
 * way to get a bio back from a device, which may access the memory until the bio ends. To
 * end an I/O for its submitter only, and leave the memory to the device, would be a use
 * after free. A device that does not answer has a timeout, in its driver.
 */

/**
 * enum zcblk_reason - the way that a buffer goes, and why
 * @ZCBLK_MAPPED: its pages went to the device
 * @ZCBLK_MAPPED_REGISTERED: so they did, from the table of a registered buffer
 * @ZCBLK_MAPPED_UNREFERENCED: so they did, and one of them has no reference count of
 *	its own: a network driver below may copy it, or fail
 * @ZCBLK_COPIED_FORCED: copied, for ZCBLK_BUFIO_COPY was asked for
 * @ZCBLK_COPIED_ALIGNMENT: copied, for the device's DMA wants another alignment
 * @ZCBLK_COPIED_STACK: copied, for it is on the stack of the task that submits
 * @ZCBLK_COPIED_IMAGE: copied, for it is in the image of a module
 * @ZCBLK_COPIED_UNREFERENCED: copied, for one of its pages has no reference count of
 *	its own
 * @ZCBLK_COPIED_SEGMENTS: copied, for a logical block has more segments than the device
 *	can have, or a gap between two that it cannot have
 * @ZCBLK_REFUSED_UNMAPPED: refused (-EFAULT), for there is no memory, or it is
 *	not within @reg: also a NULL pointer or one of user space, segments that are empty
 *	or shorter than the I/O, and more than one form of data
 * @ZCBLK_REFUSED_LENGTH: refused (-EINVAL), for the length is no multiple of the
 *	device's logical block, or 0 and nothing to flush
 * @ZCBLK_REFUSED_SECTOR: refused (-EINVAL), for no logical block begins there
 * @ZCBLK_REFUSED_OP: refused (-EINVAL), for it is neither REQ_OP_READ nor
 *	REQ_OP_WRITE, or a read with REQ_FUA or REQ_PREFLUSH
 * @ZCBLK_REFUSED_READ_ONLY: refused (-EROFS), for it writes to a device that is
 *	read-only
 * @ZCBLK_REFUSED_COPY: refused (-EOPNOTSUPP), for it would have to be copied, and that
 *	was ruled out by ZCBLK_BUFIO_MAP_ONLY, or it is inside a disk's ->submit_bio()
 * @ZCBLK_REFUSED_CLIENT: refused (-EINVAL), for it is no client's
 * @ZCBLK_REFUSED_ATOMIC: refused (-EINVAL), for it has REQ_ATOMIC, and the device has no
 *	atomic write of this length, or it needs more than one bio
 * @ZCBLK_NR_REASONS: how many there are
 */
enum zcblk_reason {
	ZCBLK_MAPPED,
	ZCBLK_MAPPED_REGISTERED,
	ZCBLK_MAPPED_UNREFERENCED,
	ZCBLK_COPIED_FORCED,
	ZCBLK_COPIED_ALIGNMENT,
	ZCBLK_COPIED_STACK,
	ZCBLK_COPIED_IMAGE,
	ZCBLK_COPIED_UNREFERENCED,
	ZCBLK_COPIED_SEGMENTS,
	ZCBLK_REFUSED_UNMAPPED,
	ZCBLK_REFUSED_LENGTH,
	ZCBLK_REFUSED_SECTOR,
	ZCBLK_REFUSED_OP,
	ZCBLK_REFUSED_READ_ONLY,
	ZCBLK_REFUSED_COPY,
	ZCBLK_REFUSED_CLIENT,
	ZCBLK_REFUSED_ATOMIC,
	ZCBLK_NR_REASONS,
};

static inline bool zcblk_reason_is_copied(enum zcblk_reason reason)
{
	return reason >= ZCBLK_COPIED_FORCED && reason <= ZCBLK_COPIED_SEGMENTS;
}

static inline bool zcblk_reason_is_refused(enum zcblk_reason reason)
{
	return reason >= ZCBLK_REFUSED_UNMAPPED;
}

/**
 * zcblk_reason_name() - what a reason is called in statistics
 * @reason: the reason
 *
 * Context: any.
 * Return: a word such as "mapped", "copied-alignment" or "refused-unmapped".
 */
const char *zcblk_reason_name(enum zcblk_reason reason);

/* Flags of an I/O; those with (client) may be a client's, too */
#define ZCBLK_BUFIO_COPY	BIT(0)		/* copy, whatever the buffer is */
#define ZCBLK_BUFIO_STABLE	BIT(1)		/* watch a write's buffer for changes */
#define ZCBLK_BUFIO_MAP_ONLY	BIT(2)		/* refuse what must be copied (client) */
#define ZCBLK_BUFIO_NOWAIT	BIT(3)		/* sets REQ_NOWAIT in @opf (client) */

/* Of the structs and functions below: another one is refused */
#define ZCBLK_API_VERSION	3

/* Length of a client's name, with its end */
#define ZCBLK_CLIENT_NAME_LEN	32

/* Pages that need no table from an allocator */
#define ZCBLK_BUFIO_VECS	4

/**
 * struct zcblk_bufio - an I/O between a buffer and a block device
 * @client: whose I/O it is
 * @bdev: the device: a zcblk disk, or any other
 * @buf: the data: start of a buffer; NULL for another form, and for a flush alone
 * @kvecs: the data: an array of buffers, or NULL
 * @bvecs: the data: an array of runs of pages of RAM, or NULL; for one of a folio see
 *	zcblk_folio_bvec(); pages that are also mapped elsewhere are kept coherent as
 *	for any bio
 * @nr_vecs: entries in the array, of which those behind the data are not looked at; 0
 *	without one
 * @skip: bytes of the array's first entry before the data
 * @len: length of the data in bytes, a multiple of the logical block; 0 for a flush
 *	alone; what the array has beyond it is not used
 * @sector: where on the device, in units of 512 bytes
 * @opf: REQ_OP_READ or REQ_OP_WRITE, and flags: REQ_FUA and REQ_PREFLUSH (of
 *	writes), REQ_NOWAIT, REQ_POLLED, REQ_SYNC and so on; a flush alone is
 *	REQ_OP_WRITE with REQ_PREFLUSH; a write with REQ_ATOMIC (from Linux 6.11 on) is one
 *	bio, or refused
 * @ioprio: as of IOPRIO_PRIO_VALUE(); 0 leaves it to the block layer
 * @write_hint: how long the data will live, as &enum rw_hint; for the device, from Linux
 *	6.9 on
 * @flags: ZCBLK_BUFIO_*
 * @reg: the registered buffer that @buf lies in, or NULL
 * @done: called once, in any context that a bio ends in, when nothing touches
 *	the buffer any more; may free the struct, and may not sleep
 * @private: the caller's
 * @reason: out: how it went, or why it did not; set before @done is called
 * @status: out: as @done gets it
 * @bytes_done: out: bytes that were read or written, from the start on: @len, or, after an
 *	error, less. What is behind them may have been read or written, too, or in part: parts
 *	of an I/O are in flight at the same time, and end in any order. A part of which the
 *	device did a portion counts as not done. A part is a bio, or 128 KiB of a copied I/O;
 *	an I/O of one part that fails has 0.
 * @unstable: out, with ZCBLK_BUFIO_STABLE: the buffer changed while in flight
 *
 * The caller fills in what is above and leaves the rest alone: whatever is there
 * before does not matter. From zcblk_bufio_submit() until @done is called the
 * struct, the data, the array and @reg belong to zcblk. The struct may then be used again
 * as it is. It may live on a stack.
 */
struct zcblk_bufio {
	struct zcblk_client *client;
	struct block_device *bdev;
	void *buf;
	const struct kvec *kvecs;
	const struct bio_vec *bvecs;
	unsigned int nr_vecs;
	unsigned int skip;
	size_t len;
	sector_t sector;
	blk_opf_t opf;
	u16 ioprio;
	u8 write_hint;
	unsigned int flags;
	const struct zcblk_buf *reg;
	void (*done)(struct zcblk_bufio *io, blk_status_t status);
	void *private;
	enum zcblk_reason reason;
	blk_status_t status;
	size_t bytes_done;
	bool unstable;

	/* private: */
	u8 kind;			/* of memory */
	atomic_t pending;		/* parts in flight, and the submission */
	struct zcblk_stable *stable;
	struct bio *polled;		/* what there is to poll for, or NULL */
	struct bio_vec vecs[ZCBLK_BUFIO_VECS];
	struct bio bio;			/* of an I/O that needs no other */
};

struct zcblk_client *zcblk_client_create_version(const char *name, unsigned int flags,
						 unsigned int version, size_t size);

/**
 * zcblk_client_create() - make a client, which I/O is submitted for
 * @name: its name, for statistics: up to 31 characters, no slash, and no other
 *	client's
 * @flags: ZCBLK_BUFIO_MAP_ONLY and ZCBLK_BUFIO_NOWAIT, for all of its I/O
 *
 * A client has memory of its own, from which one I/O after the other can always be
 * done. Create one for each device of your driver that may be stacked on another
 * of them.
 *
 * Context: process. Sleeps.
 * Return: the client; ERR_PTR(-EPROTO) for a caller that was built with another
 * version of this header, ERR_PTR(-EEXIST) for a name in use, ERR_PTR(-EINVAL) for
 * another name or flag that is not allowed, ERR_PTR(-ENOMEM).
 */
static inline struct zcblk_client *zcblk_client_create(const char *name, unsigned int flags)
{
	return zcblk_client_create_version(name, flags, ZCBLK_API_VERSION,
					   sizeof(struct zcblk_bufio));
}

/**
 * zcblk_client_destroy() - undo zcblk_client_create()
 * @client: the client, with no I/O in flight; or NULL or an ERR_PTR()
 *
 * Context: process. Sleeps.
 */
void zcblk_client_destroy(struct zcblk_client *client);

/**
 * enum zcblk_unreferenced - what becomes of writes of pages without a reference count
 * @ZCBLK_UNREFERENCED_MAP: they are mapped; no page is looked at
 * @ZCBLK_UNREFERENCED_DETECT: they are mapped, and counted
 * @ZCBLK_UNREFERENCED_COPY: they are copied, and counted
 * @ZCBLK_NR_UNREFERENCED: how many there are
 *
 * Pages of slab have no reference count of their own. Nor have those of kmalloc() above
 * 8 KiB in newer kernels, and those behind the first of an allocation of several pages
 * without __GFP_COMP. Only drivers that send pages over a network by reference have a use
 * for the count. Memory of vmalloc(), alloc_page() and alloc_pages_exact() always has it.
 */
enum zcblk_unreferenced {
	ZCBLK_UNREFERENCED_MAP,
	ZCBLK_UNREFERENCED_DETECT,
	ZCBLK_UNREFERENCED_COPY,
	ZCBLK_NR_UNREFERENCED,
};

/**
 * zcblk_client_set_unreferenced() - choose what becomes of a client's writes of pages
 *	without a reference count
 * @client: the client
 * @what: ZCBLK_UNREFERENCED_MAP is what it begins with
 *
 * It applies to I/O that is submitted afterwards. A registered buffer is looked at as a
 * whole, when it is registered.
 *
 * Context: any.
 */
void zcblk_client_set_unreferenced(struct zcblk_client *client, enum zcblk_unreferenced what);

/**
 * zcblk_folio_bvec() - a part of a folio as a segment
 * @folio: the folio
 * @offset: of the part in it, in bytes
 * @len: length of the part in bytes
 *
 * For @bvecs of &struct zcblk_bufio. bvec_set_folio() does the same, from Linux 6.3 on.
 *
 * Context: any.
 * Return: the segment.
 */
static inline struct bio_vec zcblk_folio_bvec(struct folio *folio, size_t offset, size_t len)
{
	return (struct bio_vec){
		folio_page(folio, offset / PAGE_SIZE), len, offset % PAGE_SIZE
	};
}

/**
 * zcblk_bufio_explain() - would an I/O be mapped or copied, and why?
 * @io: the I/O, as for zcblk_bufio_submit(), but not submitted
 *
 * Looks up the memory behind all of the data, so it is not for the I/O path. It does not
 * look at flags, which may forbid a copy. If @io has a client, its policy for pages without
 * a reference count applies.
 *
 * Context: any; a buffer on a stack is known only in the task that it belongs to.
 * Return: the reason that the I/O would be counted under, if copies are allowed.
 */
enum zcblk_reason zcblk_bufio_explain(struct zcblk_bufio *io);

/**
 * zcblk_bufio_submit() - begin an I/O between memory and a block device
 * @io: the I/O
 *
 * What is too large for one bio goes in several; a copied I/O in one for each 128 KiB,
 * of which up to 8 are in flight. All carry the flags of the whole, also REQ_PREFLUSH:
 * they are not ordered among each other, so that a flush ahead of one would not be
 * ahead of all. With
 * REQ_NOWAIT an I/O that needs more than one fails with BLK_STS_AGAIN, before any
 * of it is done.
 *
 * A read leaves what the device did not fill undefined when it fails.
 *
 * With REQ_POLLED, call zcblk_bufio_poll() until @io is done.
 *
 * Context: process. May sleep for memory, until other I/O frees some: not
 * with REQ_NOWAIT. Inside a disk's ->submit_bio() what would have to be copied is
 * refused: its memory would come from I/O that is not sent before that returns.
 * Return: nothing; @io->done is called in any case, and possibly before this
 * returns. The status is that of the device; for what was refused BLK_STS_IOERR
 * (no memory there, or the device is read-only), BLK_STS_NOTSUPP (it would have to be
 * copied) or BLK_STS_INVAL, which before Linux 6.11 is BLK_STS_IOERR.
 * zcblk_reason_is_refused(@io->reason) is true for a refusal only.
 */
void zcblk_bufio_submit(struct zcblk_bufio *io);

/**
 * zcblk_bufio_poll() - look for the completion of an I/O with REQ_POLLED
 * @io: the I/O, submitted; it must not be freed meanwhile
 *
 * Context: process.
 */
void zcblk_bufio_poll(struct zcblk_bufio *io);

/**
 * zcblk_bufio_submit_to() - begin to write the same data to several places
 * @io: the write, or flush; @bdev and @sector are not used
 * @places: an I/O for each place, with @bdev and @sector; all else is set from @io
 * @nr: how many places
 *
 * Each place is an I/O of its own, which is mapped or copied as its device requires. It has
 * its own @status, @reason, @bytes_done and @unstable when @io is done, and counts as one in
 * the statistics of the client. @io has the status of a place that failed, the lowest
 * @bytes_done, and the last of the reasons in the order of &enum zcblk_reason. The places
 * are not ordered among each other, and one that fails does not stop the others.
 *
 * A read is refused. With REQ_POLLED, call zcblk_bufio_poll() for each place until @io is
 * done.
 *
 * Context: as zcblk_bufio_submit().
 * Return: nothing; @io->done is called once, after the last place; possibly before this
 * returns. @places belongs to zcblk until then.
 */
void zcblk_bufio_submit_to(struct zcblk_bufio *io, struct zcblk_bufio *places,
			   unsigned int nr);

/**
 * zcblk_bufio_submit_wait() - do an I/O, and wait
 * @io: the I/O; @done and @private are not used; REQ_SYNC is set in @opf
 *
 * As zcblk_bufio_submit(). With REQ_POLLED, this polls.
 *
 * Context: process. Sleeps.
 * Return: 0; -EFAULT where there is no memory; -EROFS for a write to a device that is
 * read-only; -EOPNOTSUPP for what would have to be copied, and may not be; -EINVAL for a
 * length, sector or operation that the device cannot do, and without a client; or the
 * device's error. @io->bytes_done is set in any case.
 */
int zcblk_bufio_submit_wait(struct zcblk_bufio *io);

/**
 * zcblk_bufio_rw() - read or write a buffer, and wait
 * @bdev: the device
 * @sector: where on it, in units of 512 bytes
 * @buf: start of the buffer; NULL for a flush alone
 * @len: its length in bytes; 0 for a flush alone
 * @opf: operation and flags, as in &struct zcblk_bufio
 *
 * Context: process. Sleeps.
 * Return: 0; -EFAULT where there is no memory; -EROFS for a write to a device that is
 * read-only; -EINVAL for a length, sector or operation that the device cannot do;
 * or the device's error.
 */
int zcblk_bufio_rw(struct block_device *bdev, sector_t sector, void *buf,
		   size_t len, blk_opf_t opf);

/**
 * zcblk_buf_register() - look a buffer's pages up once, for many I/Os
 * @buf: start of the buffer, at any alignment
 * @len: its length in bytes
 * @gfp: how to allocate the table of its pages
 *
 * I/O on any part of the buffer then costs the same, whatever its length, and
 * allocates nothing. The memory must stay until the buffer is unregistered. One
 * registration serves any number of devices, and of I/Os at the same time.
 *
 * Context: as @gfp says.
 * Return: the registration; ERR_PTR(-EFAULT) where there is no memory,
 * ERR_PTR(-EINVAL) for a length of 0 and for memory that may not be mapped (the
 * stack, a module's image), ERR_PTR(-ENOMEM).
 */
struct zcblk_buf *zcblk_buf_register(void *buf, size_t len, gfp_t gfp);

/**
 * zcblk_buf_unregister() - undo zcblk_buf_register()
 * @reg: the registration, with no I/O in flight; or NULL or an ERR_PTR()
 *
 * Context: process.
 */
void zcblk_buf_unregister(struct zcblk_buf *reg);

/**
 * zcblk_bio_add_buf() - add a kernel buffer to a bio without copying it
 * @bio: bio with room in its table; its operation is set
 * @buf: start of the buffer, at any alignment: memory of the page allocator,
 *       kmalloc() or vmalloc()
 * @len: its length in bytes
 *
 * Memory that is contiguous becomes one bvec: a buffer of kmalloc() always
 * does. A buffer of vmalloc() is flushed here for caches that know addresses;
 * after a read the caller has to call invalidate_kernel_vmap_range() on it. The
 * buffer must stay as it is until the bio has ended. A buffer on a stack or in a
 * module's image must not be given.
 *
 * After an article of 2010 about a replication driver, which mapped with
 * is_vmalloc_addr(), vmalloc_to_page() and virt_to_page().
 *
 * Context: any.
 * Return: the number of bytes added, from the start of @buf: less than @len
 * when the bio is full, 0 when the memory has no pages that may be mapped.
 */
unsigned int zcblk_bio_add_buf(struct bio *bio, void *buf, unsigned int len);

#endif /* _LINUX_ZCBLK_H */
