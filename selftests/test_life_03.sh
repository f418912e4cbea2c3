#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The lower device is removed under fio. I/O fails with errors, the state of the disk is dead, and
# the disk can be removed.
#
# timeout=120

. ./lib.sh

requires module=null_blk module=scsi_debug program=fio
zcblk_load

moving() {
	[ "$(stat_ios zcblk0 all all)" -gt 50 ]
}

is_dead() {
	[ "$(zcblk_get zcblk0 state)" = dead ]
}

# dies DESC LOWER SETTING COMMAND...: runs fio on a disk, removes the lower device by COMMAND, and
# checks that the disk is dead
dies() {
	local desc="$1, $3" lower=$2 setting=$3 job status=0
	shift 3

	zcblk_add zcblk0 "lower=$lower" path="${setting%/*}" bounce="${setting#*/}"
	check_eq "$desc: live before" live "$(zcblk_get zcblk0 state)"
	fio --name=victim --filename=/dev/zcblk0 --rw=randrw --bs=4k \
		--ioengine=io_uring --iodepth=8 --direct=1 --size=8M --time_based \
		--runtime=100 --thread >"$TMP/fio" 2>&1 &
	job=$!
	wait_for 30 moving
	check "$desc: removed" "$@"
	wait "$job" || status=$?
	check "$desc: fio ended with an error" test "$status" -ne 0
	check_fails "$desc: later I/O is refused" "" \
		dd if=/dev/zcblk0 of=/dev/null bs=4k count=1 iflag=direct
	check "$desc: the state is dead" wait_for 5 is_dead
	check "$desc: nothing is in flight" wait_for 5 idle zcblk0
	check "$desc: power 0" zcblk_set zcblk0 power 0
	check_eq "$desc: the state is off" off "$(zcblk_get zcblk0 state)"
	check "$desc: the directory can be removed" rmdir "$ZCFS/zcblk0"
}

for setting in zerocopy/page copy/page; do
	null_add nullb0 size=64 irqmode=2 completion_nsec=100000
	dies "null_blk" /dev/nullb0 $setting sysfs_write 0 "$NULLFS/nullb0/power"
	null_del nullb0

	scsi_debug_add dev_size_mb=16 ndelay=100000
	dies "scsi_debug" "$SCSI_DEV" $setting \
		sysfs_write 1 "/sys/block/$(kname "$SCSI_DEV")/device/delete"
	scsi_debug_del
done
