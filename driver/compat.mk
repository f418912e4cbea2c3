# SPDX-License-Identifier: GPL-2.0-only
#
# Asks the headers of the kernel that is built for which names they have. The
# answers are read in compat.h and in this file, and nowhere else.

compat-has = $(shell grep -qsE '$(2)' $(srctree)/include/linux/$(1) && echo y)

# v6.0, and with it most of what is used here
ifneq ($(call compat-has,blk_types.h,\<blk_opf_t\>),y)
$(error zcblk needs Linux 6.1 or later)
endif

# v6.9: block devices are opened as files; since v6.8 their holders freeze and thaw
ifeq ($(call compat-has,blkdev.h,\<bdev_file_open_by_path\>),y)
ccflags-y += -DCOMPAT_HAVE_BDEV_FILE
zcblk-y += holder.o
endif

# v6.9: a bio says how long its data will live
ifeq ($(call compat-has,blk_types.h,\<bi_write_hint\>),y)
ccflags-y += -DCOMPAT_HAVE_WRITE_HINT
endif

# v6.5: ->open() has the gendisk as its argument
ifeq ($(call compat-has,blkdev.h,\*open. ?.struct gendisk),y)
ccflags-y += -DCOMPAT_HAVE_GENDISK_OPEN
endif

# v6.18: ->getgeo() has the gendisk as its argument
ifeq ($(call compat-has,blkdev.h,\*getgeo. ?.struct gendisk),y)
ccflags-y += -DCOMPAT_HAVE_GENDISK_GETGEO
endif

# v6.5: persistent reservations can be read
ifeq ($(call compat-has,pr.h,\<pr_read_keys\>),y)
ccflags-y += -DCOMPAT_HAVE_PR_READ
endif

# until v6.2, which removed this name too: bd_link_disk_holder() does not pin the directory
ifeq ($(call compat-has,blkdev.h,\<bd_register_pending_holders\>),y)
ccflags-y += -DCOMPAT_NEED_HOLDER_DIR_PIN
endif

# until v6.15: a bio_set has its memory for integrity on request
ifeq ($(call compat-has,bio*.h,\<bioset_integrity_create\>),y)
ccflags-y += -DCOMPAT_HAVE_BIOSET_INTEGRITY_CREATE
endif

# v6.14: crc32c() is in the kernel proper
ifeq ($(call compat-has,crc32.h,\<u32 crc32c\>),y)
ccflags-y += -DCOMPAT_HAVE_CRC32C
endif

# v6.11: limits and features are set in one go, before the disk is allocated
ifeq ($(call compat-has,blkdev.h,\<BLK_FEAT_IO_STAT\>),y)
zcblk-y += limits.o
ccflags-y += -DCOMPAT_HAVE_DISK_LIMITS
else ifeq ($(call compat-has,blkdev.h,define blk_alloc_disk.lim),y)
$(error Linux 6.9 and 6.10 set limits in a way that is not known here)
else
zcblk-y += compat-limits.o
endif

# until v7.1 it was bdev_nonrot()
ifeq ($(call compat-has,blkdev.h,\<bdev_rot\>),y)
ccflags-y += -DCOMPAT_HAVE_BDEV_ROT
endif

# v6.17: zeroes that unmap have limits of their own
ifeq ($(call compat-has,blkdev.h,\<max_hw_wzeroes_unmap_sectors\>),y)
ccflags-y += -DCOMPAT_HAVE_WZEROES_UNMAP
endif

# v6.16: a synchronous I/O on memory of the direct map
ifeq ($(call compat-has,bio.h,\<bdev_rw_virt\>),y)
ccflags-y += -DCOMPAT_HAVE_BDEV_RW_VIRT
endif

# v7.1: dm_io() reports unsupported regions apart from failed ones
ifeq ($(call compat-has,dm-io.h,\<sync_unsup_bits\>),y)
ccflags-y += -DCOMPAT_HAVE_DM_IO_UNSUP
endif

# v6.15: blk_rq_map_kern() finds the queue by itself
ifeq ($(call compat-has,blk-mq.h,blk_rq_map_kern.struct request .rq),y)
ccflags-y += -DCOMPAT_HAVE_RQ_MAP_KERN_RQ
endif

# v7.0: ->end_io() of a request has the batch as an argument
ifeq ($(call compat-has,blk-mq.h,.rq_end_io_fn..struct request ...blk_status_t.$$),y)
ccflags-y += -DCOMPAT_HAVE_RQ_END_IO_BATCH
endif

# until v7.0 only bi_vcnt showed that a bio need not be split; no header shows the change
ifeq ($(shell test $(VERSION) -lt 7 && echo y),y)
ccflags-y += -DCOMPAT_NEED_CLONE_VCNT
endif
