#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A CPU goes offline and online while fio verifies what it writes, first with polling, then without.
# With LONG=1, this happens 500 times each.
#
# timeout=120

. ./lib.sh
. ./lib-load.sh

requires module=null_blk program=fio file=/sys/devices/system/cpu/cpu1/online
null_add nullb0 memory_backed=1 size=64
null_add nullb1 memory_backed=1 size=64 submit_queues=1 poll_queues=1
null_fill nullb1
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0 range_lock=on path=ab
zcblk_add zcblk1 lower=/dev/nullb1 range_lock=on path=ab

hotplugs=10
[ "$LONG" = 0 ] || hotplugs=500

hotplug() {
	local cpu=/sys/devices/system/cpu/cpu1/online i

	for ((i = 0; i < hotplugs; i++)); do
		sysfs_write 0 $cpu
		sysfs_write 1 $cpu
	done
}

load_start zcblk1 --hipri
check "$hotplugs times a CPU goes offline and comes back while fio polls" hotplug
load_goes_on polling
load_stop

load_start zcblk0
check "$hotplugs times a CPU goes offline and comes back" hotplug
load_goes_on hotplug
load_stop
