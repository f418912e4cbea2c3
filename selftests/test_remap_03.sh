#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A limit on the lower device applies, within 5 %, to I/O of the disk, and each byte counts once.
# This is true if the same bio is sent, if a clone is sent, and if the data is copied.
#
# timeout=240

. ./lib.sh

# LIMIT is in bytes per second, and BYTES is the size of a run of fio. A run lasts four seconds, so
# the first slice of the limit (0.1 s) is half of the tolerance.
LIMIT=$((8 << 20)) BYTES=$((32 << 20))

requires module=null_blk program=fio
null_add nullb0 memory_backed=1 size=64
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0
cgroup_io
number=$(</sys/block/nullb0/dev)

# write_in CGROUP DEVICE: runs fio in CGROUP, and writes its results to $TMP/fio. Some writes always
# wait for the limit, so a delay of the host does not change the rate.
write_in() {
	echo "$BASHPID" >"$1/cgroup.procs"
	exec fio --name=job --filename="$2" --rw=write --bs=64k --size="$BYTES" --direct=1 \
		--ioengine=libaio --iodepth=32 --output-format=terse --terse-version=3 \
		--output="$TMP/fio"
}

# rate_of CGROUP DEVICE: prints the bytes per second. Fields 47 and 50 are the KiB written, and the
# milliseconds.
rate_of() {
	(write_in "$@")
	awk -F ';' '/^3;/ { printf "%.0f\n", $47 * 1024000 / $50 }' "$TMP/fio"
}

# check_limit DESC DEVICE: checks that the rate is the limit, and that each byte is charged once.
# Tries up to eight times if the rate is too low, because a busy host may delay most of the tries.
check_limit() {
	local cgroup=/sys/fs/cgroup/writer.$BASHPID rate tries=0

	mkdir "$cgroup"
	if ! sysfs_write "$number wbps=$LIMIT" "$cgroup/io.max"; then
		rmdir "$cgroup"
		skip "the kernel has no limits of block I/O"
	fi
	until rate=$(rate_of "$cgroup" "$2"); ((++tries == 8 || rate * 20 >= LIMIT * 19)); do
		note "$1: try $tries: $rate bytes per second"
	done
	check_near "$1: bytes per second" "$LIMIT" "$rate" 5
	check_eq "$1: bytes charged" $((BYTES * tries)) \
		"$(sed -n "s/^$number .*wbytes=\([0-9]*\) .*/\1/p" "$cgroup/io.stat")"
	rmdir "$cgroup"
}

check_limit "the lower device itself" /dev/nullb0
zcblk_set zcblk0 stats off
echo 0 >/sys/block/zcblk0/queue/iostats
check_limit "the same bio" /dev/zcblk0
zcblk_set zcblk0 stats latency
check_limit "a clone" /dev/zcblk0
zcblk_set zcblk0 path copy
check_limit "path copy" /dev/zcblk0
