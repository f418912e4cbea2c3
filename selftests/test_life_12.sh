#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The system is suspended to idle and resumes while fio verifies what it writes. The lower device
# is suspended, too. With LONG=1, this happens 20 times.
#
# timeout=120

. ./lib.sh
. ./lib-load.sh

keep_9p=$ZCBLK_BUILD/selftests/modules/zcblk-keep-9p.ko
requires program=fio device=1 file=/sys/power/pm_test "file=$keep_9p"
grep -qw freeze /sys/power/state || skip "the kernel lacks suspend to idle"
scratch 0
zcblk_load
zcblk_add zcblk0 "lower=$SCRATCH" range_lock=on path=ab
insmod "$keep_9p"
defer rmmod zcblk-keep-9p

suspends=2
[ "$LONG" = 0 ] || suspends=20

# suspend: suspends and resumes all devices, $suspends times. A test mode of the kernel resumes them
# after a second, instead of idling the CPUs until a device wakes them.
suspend() {
	local i

	for ((i = 0; i < suspends; i++)); do
		sysfs_write freeze /sys/power/state
	done
}

# waited: succeeds if the kernel has reported for each suspend that all devices are suspended
waited() {
	[ "$(dmesg_new | grep -c 'suspend debug: Waiting')" -eq "$suspends" ]
}

sysfs_write platform /sys/power/pm_test
defer sysfs_write none /sys/power/pm_test
sysfs_write 1 /sys/module/suspend/parameters/pm_test_delay
load_start zcblk0
dmesg_mark
check "$suspends times suspended to idle, and resumed" suspend
check "all devices were suspended each time" waited
load_goes_on resumed
load_stop
