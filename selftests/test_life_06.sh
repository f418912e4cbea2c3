#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The lower device is removed while a disk comes up on it. At this time, the disk has claimed the
# lower device, but has not made the links in sysfs. No link is made, and the kernel log says
# ENODEV, because the disk finds the lower device dead. The disk can be removed.
#
# timeout=90

. ./lib.sh

requires module=null_blk
# The partition scan reads, and each read lasts a second, so there is time to remove the device
null_add nullb0 size=64 irqmode=2 completion_nsec=1000000000
zcblk_load
zcblk_make zcblk0 lower=/dev/nullb0

scanning() {
	[ "$(awk '{ print $1 + $2 }' /sys/block/nullb0/inflight)" -gt 0 ] &&
		[ -e /sys/block/zcblk0 ]
}

is_dead() {
	[ "$(zcblk_get zcblk0 state)" = dead ]
}

dmesg_mark
zcblk_set zcblk0 power 1 >"$TMP/power" 2>&1 &
job=$!
check "the disk is scanned" wait_for 10 scanning
check "the lower device is removed" sysfs_write 0 "$NULLFS/nullb0/power"
status=0
wait "$job" || status=$?
note "power 1 ended with $status: $(<"$TMP/power")"
check "the link is refused with ENODEV" dmesg_has "no holder link to nullb0: -19"
check "the state is dead" wait_for 10 is_dead
check "no holder link is left" test ! -e /sys/block/zcblk0/slaves/nullb0
check "power 0" zcblk_set zcblk0 power 0
check "the directory can be removed" rmdir "$ZCFS/zcblk0"
