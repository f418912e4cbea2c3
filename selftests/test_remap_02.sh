#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The io.stat of a submitter's cgroup counts I/Os and bytes of the lower device. This is true if the
# same bio is sent, if a clone is sent, and if the data is copied.

. ./lib.sh

requires module=null_blk
null_add nullb0 memory_backed=1 size=64
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0
cgroup_io

# write_in CGROUP DEVICE: does 16 writes of 4 KiB
write_in() {
	echo "$BASHPID" >"/sys/fs/cgroup/$1/cgroup.procs"
	exec dd if=/dev/zero of="$2" bs=4k count=16 oflag=direct status=none
}

# counted DEVICE: prints the bytes and I/Os written that the lower device counts for a new cgroup
counted() {
	local cgroup=writer.$BASHPID

	mkdir "/sys/fs/cgroup/$cgroup"
	(write_in "$cgroup" "$1")
	sed -n "s/^$(</sys/block/nullb0/dev) .*wbytes=\([0-9]*\) .*wios=\([0-9]*\) .*/\1 \2/p" \
		"/sys/fs/cgroup/$cgroup/io.stat"
	rmdir "/sys/fs/cgroup/$cgroup"
}

check_eq "the lower device itself" "65536 16" "$(counted /dev/nullb0)"
zcblk_set zcblk0 stats off
echo 0 >/sys/block/zcblk0/queue/iostats
check_eq "the same bio" "65536 16" "$(counted /dev/zcblk0)"
zcblk_set zcblk0 stats latency
check_eq "a clone" "65536 16" "$(counted /dev/zcblk0)"
zcblk_set zcblk0 path copy
check_eq "path copy" "65536 16" "$(counted /dev/zcblk0)"
