# SPDX-License-Identifier: GPL-2.0-only
#
# Searches the headers of the target kernel for names that depend on its version.
# Only this file, compat.h and modules of the selftests use the results.

compat-has = $(shell grep -qsE '$(2)' $(srctree)/include/linux/$(1) && echo y)

# blk_opf_t exists since v6.0. An older kernel lacks many other names that zcblk uses.
ifneq ($(call compat-has,blk_types.h,\<blk_opf_t\>),y)
$(error zcblk needs Linux 6.1 or later)
endif

# v6.9 added bdev_file_open_by_path(), which opens a block device as a file. A kernel with this
# function also has ->freeze() and ->thaw() of a holder, which holder.c defines (since v6.8).
ifeq ($(call compat-has,blkdev.h,\<bdev_file_open_by_path\>),y)
ccflags-y += -DCOMPAT_HAVE_BDEV_FILE
zcblk-y += holder.o
endif

# v6.9 added bi_write_hint, the expected lifetime of a bio's data
ifeq ($(call compat-has,blk_types.h,\<bi_write_hint\>),y)
ccflags-y += -DCOMPAT_HAVE_WRITE_HINT
endif

# Since v6.5, the argument of ->open() is the gendisk, not the block device
ifeq ($(call compat-has,blkdev.h,\*open. ?.struct gendisk),y)
ccflags-y += -DCOMPAT_HAVE_GENDISK_OPEN
endif

# Since v6.18, the argument of ->getgeo() is the gendisk, not the block device
ifeq ($(call compat-has,blkdev.h,\*getgeo. ?.struct gendisk),y)
ccflags-y += -DCOMPAT_HAVE_GENDISK_GETGEO
endif

# v6.5 added operations that read persistent reservations
ifeq ($(call compat-has,pr.h,\<pr_read_keys\>),y)
ccflags-y += -DCOMPAT_HAVE_PR_READ
endif

# Before v6.2, bd_link_disk_holder() does not pin the holder directory. v6.2 fixed this, and
# also removed bd_register_pending_holders().
ifeq ($(call compat-has,blkdev.h,\<bd_register_pending_holders\>),y)
ccflags-y += -DCOMPAT_NEED_HOLDER_DIR_PIN
endif

# Before v6.15, bioset_integrity_create() allocates the integrity memory of a bio_set
ifeq ($(call compat-has,bio*.h,\<bioset_integrity_create\>),y)
ccflags-y += -DCOMPAT_HAVE_BIOSET_INTEGRITY_CREATE
endif

# Since v6.14, crc32c() needs no module of its own
ifeq ($(call compat-has,crc32.h,\<u32 crc32c\>),y)
ccflags-y += -DCOMPAT_HAVE_CRC32C
endif

# Since v6.11, limits and features of a disk are arguments of blk_alloc_disk()
ifeq ($(call compat-has,blkdev.h,\<BLK_FEAT_IO_STAT\>),y)
zcblk-y += limits.o
ccflags-y += -DCOMPAT_HAVE_DISK_LIMITS
else ifeq ($(call compat-has,blkdev.h,define blk_alloc_disk.lim),y)
$(error Linux 6.9 and 6.10 set limits in a way that is not known here)
else
zcblk-y += compat-limits.o
endif

# v7.1 replaced bdev_nonrot() with bdev_rot()
ifeq ($(call compat-has,blkdev.h,\<bdev_rot\>),y)
ccflags-y += -DCOMPAT_HAVE_BDEV_ROT
endif

# v6.17 added separate limits for write zeroes operations that unmap
ifeq ($(call compat-has,blkdev.h,\<max_hw_wzeroes_unmap_sectors\>),y)
ccflags-y += -DCOMPAT_HAVE_WZEROES_UNMAP
endif

# v6.16 added bdev_rw_virt(), a synchronous I/O on memory in the direct map
ifeq ($(call compat-has,bio.h,\<bdev_rw_virt\>),y)
ccflags-y += -DCOMPAT_HAVE_BDEV_RW_VIRT
endif

# Since v7.1, dm_io() reports unsupported regions separately from failed regions
ifeq ($(call compat-has,dm-io.h,\<sync_unsup_bits\>),y)
ccflags-y += -DCOMPAT_HAVE_DM_IO_UNSUP
endif

# Since v6.15, blk_rq_map_kern() has no argument for the queue
ifeq ($(call compat-has,blk-mq.h,blk_rq_map_kern.struct request .rq),y)
ccflags-y += -DCOMPAT_HAVE_RQ_MAP_KERN_RQ
endif

# Since v7.0, ->end_io() of a request has an argument for the batch of completions
ifeq ($(call compat-has,blk-mq.h,.rq_end_io_fn..struct request ...blk_status_t.$$),y)
ccflags-y += -DCOMPAT_HAVE_RQ_END_IO_BATCH
endif

# Before v7.0, the block layer reads bi_vcnt to decide that a bio need not be split. No header
# shows whether the kernel does so. Therefore, compare the version.
ifeq ($(shell test $(VERSION) -lt 7 && echo y),y)
ccflags-y += -DCOMPAT_NEED_CLONE_VCNT
endif
