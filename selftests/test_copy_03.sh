#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Checks the bvecs of bounce memory in bios to the lower device. 64 KiB of kmalloc memory are one
# bvec. bvecs of page and vmalloc memory are whole pages.
#
# timeout=120

. ./lib.sh

requires module=null_blk program=bpftrace file=/sys/kernel/btf/vmlinux
null_add nullb0 memory_backed=1 size=64
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0 path=copy

bpftrace -e 'kprobe:null_queue_rq {
	$data = (struct blk_mq_queue_data *)arg1;
	if ($data->rq->__data_len == 65536) {
		printf("bvec %d\n", $data->rq->bio->bi_io_vec->bv_len);
	} }' >>"$TMP/bvecs" 2>&1 &
defer stop $!
wait_for 60 grep -q Attaching "$TMP/bvecs"

write_64k() {
	dd if=/dev/zero of=/dev/zcblk0 bs=64k count=1 oflag=direct status=none
	grep -q '^bvec' "$TMP/bvecs"
}

# first_bvec: prints the length of the first bvec in a bio of 64 KiB to the lower device
first_bvec() {
	: >"$TMP/bvecs"
	wait_for 30 write_64k || echo "no bio seen"
	sed -n 's/^bvec //p;q' "$TMP/bvecs"
}

zcblk_set zcblk0 bounce kmalloc
check_eq "kmalloc: one bvec for 64 KiB" 65536 "$(first_bvec)"
for bounce in page vmalloc; do
	zcblk_set zcblk0 bounce $bounce
	length=$(first_bvec)
	check "$bounce: the first bvec has $length bytes, whole pages" \
		test "$length" -ge 4096 -a $((length % 4096)) -eq 0
done
