#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The API submits a write with REQ_ATOMIC as one bio, in each form, mapped or copied. It refuses a
# write that needs more bios, or that is larger than the largest atomic write of the device. It
# writes nothing of a refused write.
#
# timeout=90

. ./lib.sh
. ./lib-api.sh

modinfo -p scsi_debug 2>/dev/null | grep ^atomic_wr: >/dev/null ||
	unmet "a kernel without atomic writes, which came with v6.11"
requires module=scsi_debug module=null_blk
api_requires zcblk-io
scsi_debug_add dev_size_mb=32 atomic_wr=1 atomic_wr_max_length=4096
null_add nullb0 memory_backed=1 size=64
zcblk_load

unit=$(<"/sys/block/$(kname "$SCSI_DEV")/queue/atomic_write_unit_max_bytes")
check "the device writes more at once than one piece of a copy: $unit bytes" \
	test "$unit" -gt $((256 << 10))

# one_bio PARAM=VALUE...: checks that an atomic write succeeds, and is one atomic bio
one_bio() {
	api_io "device=$SCSI_DEV" flags=atomic "$@"
	check_eq "$*: succeeds" "0 0" "$(api_io_result err) $(api_io_result wrong)"
	check_eq "$*: as one atomic bio" "1 1" "$(api_io_result bios) $(api_io_result atomics)"
}

# refused DEVICE PARAM=VALUE...: checks that an atomic write is refused, and not submitted
refused() {
	api_io "device=$1" flags=atomic "${@:2}"
	check_eq "$*: is refused, and not sent" "refused-atomic -22 0 0" \
		"$(api_io_result reason) $(api_io_result err) $(api_io_result bytes_done) $(api_io_result bios)"
}

one_bio bytes=4096
one_bio "bytes=$((256 << 10))"
one_bio "bytes=$((256 << 10))" buffer=scattered
one_bio "bytes=$((64 << 10))" form=kvecs segment=8192
one_bio "bytes=$((64 << 10))" form=bvecs segment=8192
one_bio "bytes=$((128 << 10))" how=1
# The write has more segments than a bio has entries, so the data is copied
one_bio "bytes=$((64 << 10))" form=kvecs segment=128
check_eq "it is copied" copied-segments "$(api_io_result reason)"
refused "$SCSI_DEV" "bytes=$((256 << 10))" how=1
refused "$SCSI_DEV" "bytes=$((unit * 2))"
# The write has more segments than a bio has entries, and is too large for a copy in one bio
refused "$SCSI_DEV" "bytes=$((256 << 10))" form=kvecs segment=512
refused "$SCSI_DEV" "bytes=$((256 << 10))" form=bvecs segment=512
refused /dev/nullb0 bytes=4096
api_io "device=$SCSI_DEV" flags=atomic write=0
check_eq "an atomic read is refused" "refused-op -22 -22" \
	"$(api_io_result reason) $(api_io_result err) $(api_io_result sync_err)"
