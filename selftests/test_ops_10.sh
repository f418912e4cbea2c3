#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The request at the lower device has the I/O priority of the submitter.
#
# timeout=240

. ./lib.sh

requires program=bpftrace file=/sys/kernel/btf/vmlinux module=null_blk program=ionice
null_add nullb0 memory_backed=1 size=16
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0

# The test uses class 1 (real time) with level 3, which is 1 << 13 | 3. With level 0, the test could
# not detect a lost level.
bpftrace -e 'kprobe:null_queue_rq {
	$data = (struct blk_mq_queue_data *)arg1;
	printf("prio %d\n", $data->rq->bio->bi_ioprio); }' >>"$TMP/prio" 2>&1 &
defer stop $!
BPFTRACE=$!
attached() {
	kill -0 "$BPFTRACE" || die "bpftrace said: $(<"$TMP/prio")"
	grep -q Attaching "$TMP/prio"
}
wait_for 150 attached

reported() {
	dd if=/dev/zero of=/dev/zcblk0 bs=4k count=1 oflag=direct status=none
	grep -q '^prio' "$TMP/prio"
}
wait_for 30 reported

for path in zerocopy copy; do
	zcblk_set zcblk0 path "$path"
	: >"$TMP/prio"
	ionice -c 1 -n 3 dd if=/dev/zero of=/dev/zcblk0 bs=4k count=4 \
		oflag=direct status=none
	check "$path: the priority reaches the lower device" \
		wait_for 10 grep -q "prio 8195" "$TMP/prio"
done
