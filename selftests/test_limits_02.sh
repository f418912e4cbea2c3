#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The disk has every queue limit and flag of its lower device. Here the lower devices are SCSI disks
# with physical blocks, alignment, discard and write same.
#
# timeout=90

. ./lib.sh
. ./lib-limits.sh

requires module=scsi_debug
zcblk_load

limits_over_scsi() {
	scsi_debug_add "$@"
	check_limits "scsi_debug $*" "$SCSI_DEV"
	scsi_debug_del
}

limits_over_scsi dev_size_mb=16
limits_over_scsi sector_size=4096 opt_blks=64
limits_over_scsi physblk_exp=3 lowest_aligned=7
limits_over_scsi lbpu=1 unmap_granularity=16 unmap_alignment=8 unmap_max_blocks=2048
limits_over_scsi lbpws=1 lbprz=1 write_same_length=1024
limits_over_scsi dif=1 dix=1
