#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The exerciser refuses devices that it must not write and jobs that it cannot do, and says why. A
# running job cannot be changed or removed.
#
# timeout=120

. ./lib.sh
. ./lib-exerciser.sh

requires module=null_blk program=mkfs.ext4
null_add nullb0 memory_backed=1 size=64
null_add nullb1 memory_backed=1 size=64
exerciser_load
job_add job /dev/nullb0 time_ms=10

# refuses DESC REASON [ATTRIBUTE=VALUE...]: sets the attributes, and checks that the job then
# refuses to run, and is in the state `failed`. The kernel log must contain REASON.
refuses() {
	local desc=$1 reason=$2
	shift 2

	dmesg_mark
	check_fails "$desc" run job_run job "$@"
	check "$desc: the log says why" dmesg_has "job: $reason"
	check "$desc: failed" job_is job failed
}

refuses "not named twice" "what is on '/dev/nullb0' would be lost" destroy=
refuses "another named" "what is on '/dev/nullb0' would be lost" destroy=/dev/nullb1
refuses "not there" "cannot use '/dev/none': it does not exist" \
	target=/dev/none destroy=/dev/none
refuses "no block device" "cannot use '/dev/null': it is not a block device" \
	target=/dev/null destroy=/dev/null
refuses "nothing set" "no target is set" target=

mkfs.ext4 -q /dev/nullb1
mount_add /dev/nullb1 "$TMP/mnt"
refuses "mounted" "cannot use '/dev/nullb1': it is mounted" \
	target=/dev/nullb1 destroy=/dev/nullb1
umount "$TMP/mnt"
zcblk_add zcblk0 lower=/dev/nullb1
refuses "claimed" "cannot use '/dev/nullb1': it is mounted, or claimed"
zcblk_del zcblk0
blockdev --setro /dev/nullb1
refuses "read-only" "cannot use '/dev/nullb1': it is read-only"
check "the file system is whole" fsck.ext4 -fn /dev/nullb1

job_set job target=/dev/nullb0 destroy=/dev/nullb0
refuses "a size that is no block's multiple" "size 768 is not a multiple" size=768
job_set job size=4k
refuses "more in flight than the span" "span or nullb0 is smaller" depth=16 span=32k
job_set job depth=1 span=1m
refuses "more than kmalloc gives" "kmalloc allocates at most" size=4m offset=512 span=64m
job_set job size=4k offset=0
refuses "vmalloc for rw-virt" "engine rw-virt: the buffer must be from kmalloc" \
	engine=rw-virt buffer=vmalloc
refuses "depth for rw-virt" "engine rw-virt: it waits" buffer=kmalloc depth=2
refuses "odd addresses for dm-io" "engine dm-io: the buffer must begin" engine=dm-io depth=1 offset=3
refuses "more than a request holds for rq-map-kern" "engine rq-map-kern: the size must fit" \
	engine=rq-map-kern offset=0 size=16m span=64m buffer=vmalloc
job_set job engine=map size=4k buffer=kmalloc

check "a job" job_run job time_ms=10
check "it has ended" job_is job "done"
(job_run job time_ms=0) &
running=$!
check "a job without an end" wait_for 10 job_is job running
check_fails "its settings stay" size job_set job size=8k
check "the log says so" dmesg_has "job: cannot change size while the job runs"
check_fails "it cannot be started twice" run job_set job run=1
check_fails "its directory stays" busy rmdir "$EXFS/job"
check_fails "the device is claimed" busy wipefs -a /dev/nullb0
check "it can be stopped" job_set job run=0
status=0
wait "$running" || status=$?
check_eq "the process that started it ends without an error" 0 "$status"
check "it has ended" job_is job "done"

bash -c "echo 1 >$EXFS/job/run" &
running=$!
check "a process starts it again" wait_for 10 job_is job running
kill -TERM "$running"
check "the process that started it is killed: the job stops" wait_for 10 job_is job stopped
wait "$running" || true
check "the job can run again" job_run job time_ms=10
