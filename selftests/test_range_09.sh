#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A write with fsync does not wait for the writes of a throttled cgroup. With each range lock and
# each mode, it ends before a throttled write ends, as on the lower device.
#
# timeout=240

. ./lib.sh
. ./lib-range.sh

requires module=null_blk file=/proc/self/syscall \
	"feature=range_lock slot"
null_add nullb0 memory_backed=1 size=64 cache_size=8
zcblk_load
cgroup_io
mkdir /sys/fs/cgroup/slow
defer rmdir /sys/fs/cgroup/slow

# limit BYTES: limits writes of the cgroup to the lower device to BYTES per second
limit() {
	sysfs_write "$(</sys/block/nullb0/dev) wbps=$1" /sys/fs/cgroup/slow/io.max
}

# slow_write DEVICE: writes half a megabyte, which lasts two minutes with a limit of 4096 bytes per
# second
slow_write() {
	echo "$BASHPID" >/sys/fs/cgroup/slow/cgroup.procs
	exec dd if=/dev/zero of="$1" bs=512k count=1 seek=64 oflag=direct conv=notrunc \
		status=none
}

# in_write PID: succeeds if the process is blocked in write(2)
in_write() {
	grep -q '^1 ' "/proc/$1/syscall"
}

# fsync_beside DEVICE: succeeds if a small write with fsync ends before the slow write ends
fsync_beside() {
	local slow status=0

	limit 4096
	slow_write "$1" &
	slow=$!
	wait_for 20 in_write "$slow"
	dd if=/dev/zero of="$1" bs=4k count=1 oflag=direct conv=notrunc,fsync status=none
	in_write "$slow" || status=1
	limit max
	wait "$slow"
	return "$status"
}

check "the limit works on the lower device" fsync_beside /dev/nullb0
for engine in off $(engines); do
	zcblk_add zcblk0 lower=/dev/nullb0 "range_lock=$engine"
	if [ "$engine" = off ]; then
		check "off: fsync does not wait for the slow write" fsync_beside /dev/zcblk0
	else
		for mode in serialize reject detect; do
			zcblk_set zcblk0 overlap "$mode"
			check "$engine, $mode: fsync does not wait for the slow write" \
				fsync_beside /dev/zcblk0
		done
	fi
	zcblk_del zcblk0
done
