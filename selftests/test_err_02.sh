#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Errors of a lower device are returned unchanged. A failed read stores no foreign data, such as old
# bounce memory, in its buffer. Here a SCSI disk has medium errors, which have a status of their
# own.
#
# timeout=90

. ./lib.sh
. ./lib-errors.sh

requires module=scsi_debug helper=read-probe
scsi_debug_add dev_size_mb=16 opts=2 medium_error_start=2052 medium_error_count=2
zcblk_load
zcblk_add zcblk0 "lower=$SCSI_DEV"

check_read_error "$SCSI_DEV" $((2048 * 512)) 4096 medium
check_read_error "$SCSI_DEV" $((2000 * 512)) 65536 medium
check "the block before can be read" dd if=/dev/zcblk0 of=/dev/null bs=4k \
	skip=255 count=1 iflag=direct
