#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# CPUs go offline and come back, also while fio polls, and tasks are frozen as for suspend to
# idle, while fio verifies what it writes. LONG=1: 500 times, and 20 times.
#
# timeout=120

. ./lib.sh
. ./lib-data.sh

requires module=null_blk program=fio file=/sys/devices/system/cpu/cpu1/online
null_add nullb0 memory_backed=1 size=64
null_add nullb1 memory_backed=1 size=64 submit_queues=1 poll_queues=1
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0 range_lock=on path=ab
zcblk_add zcblk1 lower=/dev/nullb1 range_lock=on path=ab

hotplugs=10 suspends=2
[ "$LONG" = 0 ] || hotplugs=500 suspends=20

# load_start DISK [OPTION]...: fio on it, until it is stopped
load_start() {
	DISK=$1
	shift
	fio --name=load --filename="/dev/$DISK" --rw=randwrite --bsrange=4k-64k --direct=1 \
		--ioengine=io_uring --iodepth=8 --size=32M --verify=crc32c --verify_fatal=1 \
		--verify_state_save=0 --time_based --runtime=1000 --thread "$@" >"$TMP/fio" 2>&1 &
	LOAD=$!
	defer stop "$LOAD"
	wait_for 20 moving 0
}

moving() {
	[ "$(stat_ios "$DISK" all all)" -gt "$1" ]
}

# load_goes_on DESC
load_goes_on() {
	check "$1: I/O goes on" wait_for 20 moving "$(stat_ios "$DISK" all all)"
	check "$1: fio found nothing wrong" kill -0 "$LOAD"
}

hotplug() {
	local cpu=/sys/devices/system/cpu/cpu1/online i

	for ((i = 0; i < hotplugs; i++)); do
		sysfs_write 0 $cpu
		sysfs_write 1 $cpu
	done
}

# suspend: with a test of the kernel that thaws the tasks after a second. Devices stay awake:
# virtio-9p, which the virtual machine runs from, does not survive their suspend.
suspend() {
	local i

	for ((i = 0; i < suspends; i++)); do
		sysfs_write freeze /sys/power/state
	done
}

# load_stop: what it did is complete
load_stop() {
	stop "$LOAD"
	check_eq "$DISK: no error is counted" 0 "$(stat_errors "$DISK")"
	check "$DISK: nothing is in flight" wait_for 5 idle "$DISK"
}

load_start zcblk1 --hipri
check "$hotplugs times a CPU goes offline and comes back while fio polls" hotplug
load_goes_on polling
load_stop

load_start zcblk0
check "$hotplugs times a CPU goes offline and comes back" hotplug
load_goes_on hotplug

if grep -qw freeze /sys/power/state 2>/dev/null && [ -e /sys/power/pm_test ]; then
	sysfs_write freezer /sys/power/pm_test
	defer sysfs_write none /sys/power/pm_test
	sysfs_write 1 /sys/module/suspend/parameters/pm_test_delay
	check "$suspends times frozen, and thawed" suspend
	load_goes_on freeze
else
	note "suspend is not tried: the kernel lacks suspend to idle, or CONFIG_PM_DEBUG"
fi

load_stop
