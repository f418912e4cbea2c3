#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# If the lower device of a disk was removed, power 1 fails, even if the device exists again. After
# power 0, power 1 succeeds.

. ./lib.sh
. ./lib-bad.sh

requires module=null_blk
null_add nullb0 memory_backed=1 size=16
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0

is_dead() {
	[ "$(zcblk_get zcblk0 state)" = dead ]
}

check "the lower device is removed" sysfs_write 0 "$NULLFS/nullb0/power"
check "the state is dead" wait_for 5 is_dead
check_refused "dead: power 1" "No such device" "the lower device has gone; write 0 to power first" \
	power 1
check_eq "dead: the state is as before" dead "$(zcblk_get zcblk0 state)"

check "the lower device comes back" sysfs_write 1 "$NULLFS/nullb0/power"
check "its node appears" wait_for 5 test -b /dev/nullb0
check_refused "dead, and the device is back: power 1" "No such device" \
	"the lower device has gone; write 0 to power first" power 1
if [ -n "$ZCBLK" ]; then
	check_fails "the tool says what to do" "run 'zcblk set zcblk0 power=0'" \
		"$ZCBLK" set zcblk0 power=1
fi

check "power 0" zcblk_set zcblk0 power 0
check "power 1 after power 0" zcblk_set zcblk0 power 1
check_eq "the state is live" live "$(zcblk_get zcblk0 state)"
check "the disk has its node" wait_for 5 test -b /dev/zcblk0
check "the disk can be written" dd if=/dev/zero of=/dev/zcblk0 bs=4k count=1 oflag=direct
