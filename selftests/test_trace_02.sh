#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# perf and bpftrace can use the tracepoints.
#
# timeout=150

. ./lib.sh

requires module=null_blk program=perf program=bpftrace file=/sys/kernel/btf/vmlinux
null_add nullb0 memory_backed=1 size=16
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0

write_four() {
	dd if=/dev/zero of=/dev/zcblk0 bs=4k count=4 oflag=direct status=none
}
write_four

perf stat -x , -o "$TMP/perf" -a -e zcblk:zcblk_submit,zcblk:zcblk_complete \
	-- dd if=/dev/zero of=/dev/zcblk0 bs=4k count=4 oflag=direct status=none
check_eq "perf stat counts submissions and completions" \
	"4 zcblk:zcblk_submit 4 zcblk:zcblk_complete" \
	"$(awk -F, '/zcblk:/ { print $1, $3 }' "$TMP/perf" | xargs)"

bpftrace -e 'tracepoint:zcblk:zcblk_submit { @bytes = sum(args->bytes); }
	tracepoint:zcblk:zcblk_complete { @done = count(); printf("error %d\n", args->error); }' \
	>"$TMP/bpftrace" 2>&1 &
tracer=$!
defer stop $tracer
wait_for 100 grep -q Attaching "$TMP/bpftrace"
traced() {
	write_four
	grep -q '^error 0' "$TMP/bpftrace"
}
check "bpftrace sees completions" wait_for 30 traced
kill -INT $tracer
wait $tracer || true
check "bpftrace sums the bytes" grep -qE '@bytes: [1-9][0-9]*' "$TMP/bpftrace"
