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
 * A buffer is kernel memory with contiguous addresses, and may begin at any address.
 * kmalloc(), vmalloc(), vmalloc_huge(), kvmalloc() and the page allocator provide such
 * memory. zcblk sends the buffer's pages to the device. If the device cannot use them,
 * zcblk copies the data. It reports the reason in struct zcblk_bufio, and counts it in the
 * statistics of the I/O's client, see zcblk_client_create().
 *
 * The data of an I/O is in one buffer, or in an array of segments. A segment is a buffer
 * (struct kvec) or a run of pages (struct bio_vec), of any length but 0. All of the data
 * is copied if a segment is not aligned for DMA, is on the stack, or is in a module's
 * image. All of the data is also copied if the device cannot transfer the
 * segments of a logical block. Either the block has too many segments, or there is a gap
 * between two segments that the device does not support, see queue_virt_boundary().
 */

/**
 * DOC: Lifetimes
 *
 * From submission until done() is called, the struct zcblk_bufio, the memory, the array of
 * segments and the registered buffer (struct zcblk_buf) belong to zcblk. I/O in flight cannot be
 * cancelled, because the block layer cannot get a bio back from a device. The device may access the
 * memory until the bio ends. If zcblk ended the I/O earlier, the device could access memory
 * that the submitter has freed. If a device does not answer, its driver's timeout ends the
 * I/O.
 */

/**
 * enum zcblk_reason - whether an I/O is mapped, copied or refused, and why
 * @ZCBLK_MAPPED: mapped, so that the device accesses the buffer's own pages
 * @ZCBLK_MAPPED_REGISTERED: mapped with the bio_vec table of a registered buffer
 * @ZCBLK_MAPPED_UNREFERENCED: mapped, although a page has no reference count of its
 *	own. A network driver below may copy such a page, fail the write, or free the page
 *	while it is in use.
 * @ZCBLK_COPIED_FORCED: copied, because ZCBLK_BUFIO_COPY is set
 * @ZCBLK_COPIED_ALIGNMENT: copied, because the data is not aligned for the device's DMA
 * @ZCBLK_COPIED_STACK: copied, because the data is on the stack of the task that submits
 * @ZCBLK_COPIED_IMAGE: copied, because the data is in the image of a module
 * @ZCBLK_COPIED_UNREFERENCED: copied, because a page has no reference count of its own
 * @ZCBLK_COPIED_SEGMENTS: copied, because a logical block has more segments than the
 *	device can transfer, or a gap between two segments that the device does not support
 * @ZCBLK_REFUSED_UNMAPPED: refused (-EFAULT), because the memory of the data is not valid.
 *	For example, the address is NULL or in user space, or the buffer is not within the
 *	registered buffer. Or a segment is empty, or all segments together are shorter than
 *	the I/O. Or more than one of @buf, @kvecs and @bvecs of &struct zcblk_bufio is set.
 * @ZCBLK_REFUSED_LENGTH: refused (-EINVAL), because the length is not a multiple of the
 *	device's logical block, or is 0 although the I/O is no flush
 * @ZCBLK_REFUSED_SECTOR: refused (-EINVAL), because no logical block begins at the sector,
 *	or the end of the I/O does not fit into sector_t
 * @ZCBLK_REFUSED_OP: refused (-EINVAL), because the operation is neither REQ_OP_READ nor
 *	REQ_OP_WRITE, or because a read has REQ_FUA, REQ_PREFLUSH or REQ_ATOMIC. A call of
 *	zcblk_bufio_submit_to() with a read, or without places, is also refused.
 * @ZCBLK_REFUSED_READ_ONLY: refused (-EROFS), because the I/O writes to a read-only device
 * @ZCBLK_REFUSED_COPY: refused (-EOPNOTSUPP), because the I/O needs a copy, which is not
 *	allowed with ZCBLK_BUFIO_MAP_ONLY, or inside a disk's ->submit_bio()
 * @ZCBLK_REFUSED_CLIENT: refused (-EINVAL), because the I/O has no client
 * @ZCBLK_REFUSED_ATOMIC: refused (-EINVAL), because the device does not support atomic
 *	writes, or because a write with REQ_ATOMIC is too long for the device. Or the write
 *	needs more than one bio. A copy needs more than one bio if it is longer than 128 KiB.
 * @ZCBLK_NR_REASONS: the number of reasons
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
 * zcblk_reason_name() - return the name that statistics use for a reason
 * @reason: the reason
 *
 * Context: any.
 * Return: a word such as "mapped", "copied-alignment" or "refused-unmapped"; or "unknown" if
 * @reason is not a reason.
 */
const char *zcblk_reason_name(enum zcblk_reason reason);

/*
 * Flags of an I/O. A flag that is marked (client) can also be set for a client. It then applies to
 * all I/O of the client.
 */
#define ZCBLK_BUFIO_COPY	BIT(0)		/* always copy */
#define ZCBLK_BUFIO_STABLE	BIT(1)		/* detect that a write's buffer changes in flight */
#define ZCBLK_BUFIO_MAP_ONLY	BIT(2)		/* refuse an I/O that needs a copy (client) */
#define ZCBLK_BUFIO_NOWAIT	BIT(3)		/* set REQ_NOWAIT in @opf (client) */

/* Version of this API. zcblk_client_create() fails if the caller was built with another version. */
#define ZCBLK_API_VERSION	5

/* Size of a client's name, including the final NUL */
#define ZCBLK_CLIENT_NAME_LEN	32

/*
 * Number of entries of the bio_vec table in struct zcblk_bufio. A bio that needs more entries is
 * allocated from the client's bio_set.
 */
#define ZCBLK_BUFIO_VECS	4

/**
 * struct zcblk_bufio - an I/O between a buffer and a block device
 * @client: the client that the I/O belongs to; not NULL
 * @bdev: the block device, a zcblk disk or any other
 * @buf: start of the data if the data is one buffer; NULL if the data is an array, or for a
 *	flush without data
 * @kvecs: the data as an array of buffers, or NULL
 * @bvecs: the data as an array of runs of RAM pages, or NULL. zcblk_folio_bvec() makes an
 *	entry from a folio. If the pages have other mappings, the mappings stay coherent, as
 *	with any bio.
 * @nr_vecs: number of entries in the array; 0 without an array
 * @skip: number of bytes at the start of the array's first entry that are not used
 * @len: length of the data in bytes, a multiple of the logical block; 0 for a flush
 *	without data. If the array is longer, its end is not used.
 * @sector: first sector on the device, in units of 512 bytes
 * @opf: REQ_OP_READ or REQ_OP_WRITE, and flags such as REQ_NOWAIT, REQ_POLLED and REQ_SYNC.
 *	Only a write can have REQ_FUA and REQ_PREFLUSH. A flush without data is REQ_OP_WRITE
 *	with REQ_PREFLUSH. A write with REQ_ATOMIC (from Linux 6.11 on) is sent as one bio,
 *	or is refused, see ZCBLK_REFUSED_ATOMIC.
 * @ioprio: a value of IOPRIO_PRIO_VALUE(); with 0, the block layer chooses the priority
 * @write_hint: expected lifetime of the data, an &enum rw_hint; ignored before Linux 6.9
 * @flags: ZCBLK_BUFIO_*
 * @reg: the registered buffer that @buf lies in, or NULL
 * @done: called once, when zcblk and the device no longer access the buffer. It runs in
 *	any context that a bio ends in, so it must not sleep. It may free the struct, unless
 *	the I/O has REQ_POLLED, see zcblk_bufio_poll().
 * @private: for use by the caller
 * @reason: out: whether the I/O was mapped, copied or refused, and why; set before @done
 *	is called
 * @status: out: the status that @done gets
 * @bytes_done: out: number of bytes before the first part that failed; @len after success.
 *	A part is the data of one bio, and has up to 128 KiB if the I/O is copied. Several
 *	parts can be in flight at the same time. So after a failure, any of the data after
 *	@bytes_done may have been transferred or not.
 * @unstable: out, with ZCBLK_BUFIO_STABLE: true if the buffer changed while the write was in
 *	flight
 *
 * The caller sets the members that are not marked "out". The initial values of the other
 * members do not matter. From zcblk_bufio_submit() until @done is called, the struct, the
 * data, the array and @reg belong to zcblk. After that, the caller may submit the struct
 * again. The struct may be on a stack.
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
	u8 kind;			/* kind of memory, an enum zcblk_buf_kind */
	atomic_t pending;		/* parts in flight, and 1 during submission */
	struct zcblk_stable *stable;
	struct bio *polled;		/* with REQ_POLLED: the polled bio in flight, or NULL */
	struct bio_vec vecs[ZCBLK_BUFIO_VECS];
	struct bio bio;			/* the first bio, unless @vecs is too small for it */
};

struct zcblk_client *zcblk_client_create_version(const char *name, unsigned int flags,
						 unsigned int version, size_t size);

/**
 * zcblk_client_create() - create a client, to which I/O can belong
 * @name: unique name of the client, for statistics; 1 to 31 characters without a slash
 * @flags: any of ZCBLK_BUFIO_MAP_ONLY and ZCBLK_BUFIO_NOWAIT, or 0; a flag applies to all I/O
 *	of the client
 *
 * A client has its own reserve of memory. So at least one I/O at a time completes, even
 * if the kernel has no free memory. If the devices of a driver may be stacked on each
 * other, create one client for each device.
 *
 * Context: process. Sleeps.
 * Return: the client; ERR_PTR(-EPROTO) if the caller was built with another version of
 * this header; ERR_PTR(-EEXIST) if the name is in use; ERR_PTR(-EINVAL) if the name or a
 * flag is not allowed; or ERR_PTR(-ENOMEM).
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
 * enum zcblk_unreferenced - policy for writes of pages without a reference count
 * @ZCBLK_UNREFERENCED_MAP: map the write, and do not check its pages
 * @ZCBLK_UNREFERENCED_DETECT: map the write, with the reason ZCBLK_MAPPED_UNREFERENCED
 * @ZCBLK_UNREFERENCED_COPY: copy the write, with the reason ZCBLK_COPIED_UNREFERENCED
 * @ZCBLK_NR_UNREFERENCED: the number of policies
 *
 * Only drivers that send pages over a network by reference need the reference count. Slab
 * pages do not have one. In newer kernels, pages of a kmalloc() above 8 KiB do not have one
 * either. If several pages are allocated without __GFP_COMP, only the first page has a
 * reference count. Pages of vmalloc(), alloc_page() and alloc_pages_exact() always have one.
 */
enum zcblk_unreferenced {
	ZCBLK_UNREFERENCED_MAP,
	ZCBLK_UNREFERENCED_DETECT,
	ZCBLK_UNREFERENCED_COPY,
	ZCBLK_NR_UNREFERENCED,
};

/**
 * zcblk_client_set_unreferenced() - set a client's policy for writes of pages without a
 *	reference count
 * @client: the client
 * @what: the policy; initially ZCBLK_UNREFERENCED_MAP
 *
 * The policy applies to I/O that is submitted afterwards. A registered buffer is checked
 * only when it is registered. If one of its pages has no reference count, the policy applies
 * to writes of any part of the buffer.
 *
 * Context: any.
 */
void zcblk_client_set_unreferenced(struct zcblk_client *client, enum zcblk_unreferenced what);

/**
 * zcblk_folio_bvec() - make a segment from a part of a folio
 * @folio: the folio
 * @offset: offset of the part in the folio, in bytes
 * @len: length of the part in bytes
 *
 * The segment is an entry for @bvecs of &struct zcblk_bufio. From Linux 6.3 on,
 * bvec_set_folio() does the same.
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
 * This checks all of the data, so it is too slow for the I/O path. If @io has a client, the
 * client's policy for pages without a reference count applies. With ZCBLK_BUFIO_MAP_ONLY, or
 * inside ->submit_bio(), zcblk_bufio_submit() refuses an I/O that this reports as copied.
 *
 * Context: any; detects a buffer on a stack only if the stack is the current task's.
 * Return: the reason that the I/O would be counted under, if it had a client and copies were
 * allowed.
 */
enum zcblk_reason zcblk_bufio_explain(struct zcblk_bufio *io);

/**
 * zcblk_bufio_submit() - begin an I/O between memory and a block device
 * @io: the I/O
 *
 * An I/O that is too large for one bio is sent as several bios. A copied I/O has one bio for
 * each 128 KiB, and up to 8 of them are in flight. The bios of an I/O complete in any order,
 * so each bio has all flags of the I/O, including REQ_PREFLUSH. With REQ_NOWAIT, an I/O that
 * needs more than one bio fails with BLK_STS_AGAIN, before any bio is sent.
 *
 * After a read that failed, the content of the buffer is undefined.
 *
 * With REQ_POLLED, call zcblk_bufio_poll() until @io is done. If @io has several bios, this
 * function polls for each bio before it sends the next. A task that has other polled I/O in
 * flight must set REQ_NOWAIT. Otherwise, the task could wait for a request that only its own
 * polling frees. Polling is not possible, and an interrupt completes the bio, in these cases:
 *
 * - The device has no queue for polled I/O, or is bio-based, but is no zcblk disk.
 * - The bio has REQ_PREFLUSH, or is submitted inside a disk's ->submit_bio().
 * - Memory is short, or the block layer splits the bio.
 *
 * Context: process. May sleep until other I/O frees memory, but not with REQ_NOWAIT.
 * Inside a disk's ->submit_bio(), an I/O that needs a copy is refused. It could wait for
 * memory that its earlier bios hold, but the block layer delays these bios until
 * ->submit_bio() returns.
 * Return: nothing; @io->done is always called, possibly before this returns. @io->status is
 * the status of the device, or BLK_STS_AGAIN if an I/O with REQ_NOWAIT would wait. The status of a
 * refused I/O is BLK_STS_IOERR (no memory at the address, or a read-only device),
 * BLK_STS_NOTSUPP (it needs a copy) or BLK_STS_INVAL (the other reasons; BLK_STS_IOERR before
 * Linux 6.11). zcblk_reason_is_refused(@io->reason) distinguishes a refusal from an error of the
 * device.
 */
void zcblk_bufio_submit(struct zcblk_bufio *io);

/**
 * zcblk_bufio_poll() - poll once for the completion of an I/O with REQ_POLLED
 * @io: the I/O, which was submitted; it must not be freed before this returns
 *
 * This may call @io->done, which therefore must not free @io.
 *
 * Context: process. May sleep if the caller has a plug.
 */
void zcblk_bufio_poll(struct zcblk_bufio *io);

/**
 * zcblk_bufio_submit_to() - begin to write the same data to several places
 * @io: the write, or flush; @bdev and @sector are not used
 * @places: array with an I/O for each place. The caller sets only @bdev and @sector of each
 *	I/O. This function copies the other members from @io.
 * @nr: number of places
 *
 * Each place is a separate I/O, which is mapped or copied as its device requires. The
 * client's statistics count each place. A place has its own @status, @reason, @bytes_done
 * and @unstable. The places complete in any order, and if one fails, the others continue.
 * @io gets the status of a place that failed, and the smallest @bytes_done of all places. Of
 * their reasons, @io gets the one that is last in &enum zcblk_reason. @unstable of @io is true if
 * it is true for any place.
 *
 * A read is refused as ZCBLK_REFUSED_OP. With REQ_POLLED, this polls for each place before it
 * submits the next. Then call zcblk_bufio_poll() for the last place until @io is done.
 *
 * Context: as zcblk_bufio_submit().
 * Return: nothing; @io->done is called once, when all places are done, possibly before
 * this returns. @places belong to zcblk until then. If @nr is 0, @io is refused as
 * ZCBLK_REFUSED_OP.
 */
void zcblk_bufio_submit_to(struct zcblk_bufio *io, struct zcblk_bufio *places,
			   unsigned int nr);

/**
 * zcblk_bufio_submit_wait() - submit an I/O, and wait until it is done
 * @io: the I/O, with a client; this sets @done, @private, and REQ_SYNC in @opf
 *
 * Otherwise, this is the same as zcblk_bufio_submit(). With REQ_POLLED, this polls.
 *
 * Context: process. Sleeps.
 * Return: 0; -EFAULT if there is no memory at the address; -EROFS for a write to a
 * read-only device; -EOPNOTSUPP for a copy that is not allowed; -EINVAL for the other
 * reasons to refuse an I/O, see &enum zcblk_reason; -EAGAIN if an I/O with REQ_NOWAIT would
 * wait, or needs more than one bio; or the device's error.
 * @io->bytes_done is always set.
 */
int zcblk_bufio_submit_wait(struct zcblk_bufio *io);

/**
 * zcblk_bufio_rw() - read or write a buffer, and wait until the I/O is done
 * @bdev: the device
 * @sector: first sector on the device, in units of 512 bytes
 * @buf: start of the buffer; NULL for a flush without data
 * @len: its length in bytes, a multiple of the logical block; 0 for a flush without data
 * @opf: operation and flags, as in &struct zcblk_bufio
 *
 * The I/O belongs to the client "default".
 *
 * Context: process. Sleeps.
 * Return: as zcblk_bufio_submit_wait().
 */
int zcblk_bufio_rw(struct block_device *bdev, sector_t sector, void *buf,
		   size_t len, blk_opf_t opf);

/**
 * zcblk_buf_register() - look up a buffer's pages once, for many I/Os
 * @buf: start of the buffer, at any alignment
 * @len: its length in bytes
 * @gfp: flags for the allocation of the table of its pages
 *
 * I/O on any part of the buffer then looks up no pages. If an I/O fits one bio (256 runs of
 * pages), it allocates no memory, and costs the same at any length. The memory must stay
 * allocated until the buffer is unregistered. Any number of devices and I/Os can use one
 * registration at the same time.
 *
 * Context: process; sleeps if @gfp allows it.
 * Return: the registration; ERR_PTR(-EFAULT) if there is no memory at the address;
 * ERR_PTR(-EINVAL) if the length is 0, or needs more than 32 bits for a page number;
 * ERR_PTR(-EINVAL) if the memory must not be mapped (the stack, a module's image); or
 * ERR_PTR(-ENOMEM).
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
 * @bio: the bio, with room in its bio_vec table; its operation is set
 * @buf: start of the buffer, at any alignment: memory of the page allocator,
 *       kmalloc() or vmalloc()
 * @len: its length in bytes
 *
 * Contiguous memory, such as a buffer of kmalloc(), becomes one bvec. For CPU caches
 * that are indexed by virtual address, this flushes a buffer of vmalloc(). After a read,
 * the caller must call invalidate_kernel_vmap_range() for such a buffer. The caller must not
 * free or change the buffer until the bio has ended. A buffer must not be on a stack or in a
 * module's image.
 *
 * Context: any.
 * Return: the number of bytes added, from the start of @buf. The number is less than @len if
 * the bio is full or a page is missing, and 0 if the memory must not be mapped.
 */
unsigned int zcblk_bio_add_buf(struct bio *bio, void *buf, unsigned int len);

#endif /* _LINUX_ZCBLK_H */
