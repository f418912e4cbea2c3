#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Bounce memory as bvecs below: 64 KiB of kmalloc is one; page and vmalloc are at
# most one a page.
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
		printf("vecs %d\n", $data->rq->bio->bi_vcnt);
	} }' >"$TMP/vecs" 2>&1 &
defer stop $!
wait_for 60 grep -q Attaching "$TMP/vecs"

write_64k() {
	dd if=/dev/zero of=/dev/zcblk0 bs=64k count=1 oflag=direct status=none
	grep -q '^vecs' "$TMP/vecs"
}

# vecs: how many the bio below has, the most of those seen
vecs() {
	: >"$TMP/vecs"
	wait_for 30 write_64k || echo "no bio seen"
	awk '/^vecs/ && $2 > most { most = $2 } END { print most }' "$TMP/vecs"
}

zcblk_set zcblk0 bounce kmalloc
check_eq "kmalloc: one for 64 KiB" 1 "$(vecs)"
for bounce in page vmalloc; do
	zcblk_set zcblk0 bounce $bounce
	most=$(vecs)
	check "$bounce: $most for 16 pages" test "$most" -ge 1 -a "$most" -le 16
done
