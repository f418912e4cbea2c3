#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Polled I/O of the kernel API completes in the task that polls. The test does I/O of each form and
# size, mapped and copied, in several bios and to two places. It also runs each engine of the
# exerciser that can poll. As a control, I/O that is not polled completes in an interrupt.
#
# timeout=300

. ./lib.sh
. ./lib-api.sh
. ./lib-exerciser.sh

EVENT=$TRACEFS/events/block/block_rq_complete

requires module=null_blk module=brd module=dm-mod program=dmsetup file="$EVENT"
api_requires zcblk-io
for name in nullb0 nullb1; do
	null_add "$name" memory_backed=1 size=64 submit_queues=1 poll_queues=1 irqmode=2 \
		completion_nsec=20000
	null_fill "$name"
done
exerciser_load

# result PARAM WANT...: compares results of the I/O with the expected values
result() {
	while [ $# -ge 2 ]; do
		check_eq "$NAME: $1" "$2" "$(api_io_result "$1")"
		shift 2
	done
}

# io PARAM=VALUE...: does a polled I/O, and checks that all its bios are polled. No interrupt may
# call done().
io() {
	NAME="$*"
	api_io device=/dev/nullb0 flags=polled "$@"
	result err 0 sync_err 0 wrong 0 calls 1 interrupts 0
	[[ $* == *device2* ]] || result polls "$(api_io_result bios)"
}

NAME="not polled"
api_io device=/dev/nullb0 bytes=4096
result interrupts 1 polls 0

for write in 1 0; do
	for bytes in 512 4096 65536 524288 4194304; do
		io "write=$write" "bytes=$bytes"
		io "write=$write" "bytes=$bytes" how=1
		io "write=$write" "bytes=$bytes" registered=1
	done
	for bytes in 16384 20480 1048576 8388608; do
		io "write=$write" buffer=scattered "bytes=$bytes"
		io "write=$write" buffer=scattered "bytes=$bytes" how=1
		io "write=$write" buffer=scattered "bytes=$bytes" registered=1
		io "write=$write" buffer=scattered "bytes=$bytes" offset=2048
	done
	for form in kvecs bvecs; do
		for segment in 4096 12288; do
			io "write=$write" "form=$form" "segment=$segment" bytes=65536
			io "write=$write" "form=$form" "segment=$segment" bytes=2097152
			io "write=$write" "form=$form" "segment=$segment" bytes=2097152 how=1
		done
	done
done
for bytes in 4096 2097152; do
	io "bytes=$bytes" device2=/dev/nullb1
	check "$NAME: the second place has the data" cmp -n "$bytes" /dev/nullb0 /dev/nullb1
done

# nullb2 transfers only 8 KiB at once. zcblk0 is stacked on a device that can be polled.
null_add nullb2 memory_backed=1 size=64 submit_queues=1 poll_queues=1 irqmode=2 \
	completion_nsec=20000 blocksize=4096 max_sectors=16
null_fill nullb2
zcblk_add zcblk0 lower=/dev/nullb1
for device in nullb2 zcblk0; do
	for how in 0 1; do
		io "device=/dev/$device" bytes=65536 "how=$how"
		io "device=/dev/$device" buffer=scattered bytes=1048576 "how=$how"
		io "device=/dev/$device" buffer=scattered bytes=1048576 "how=$how" write=0
	done
done
zcblk_del zcblk0

# The API must not wait while its polled bios are in flight, because a task that waits does not
# poll. nullb3 has fewer requests than the I/O needs. The queue of nullb0 is frozen repeatedly. Each
# freeze waits until all bios in flight are complete.
null_add nullb3 memory_backed=1 size=64 submit_queues=1 poll_queues=1 irqmode=2 \
	completion_nsec=20000 max_sectors=8 hw_queue_depth=2
null_fill nullb3
for how in 0 1; do
	io device=/dev/nullb3 bytes=65536 "how=$how"
	io device=/dev/nullb3 buffer=scattered bytes=65536 "how=$how" write=0
done
while :; do
	for requests in 32 64; do
		echo "$requests" >/sys/block/nullb0/queue/nr_requests
	done
	echo >>"$TMP/freezes"
done &
freezer=$!
for how in 0 1; do
	for _ in {1..8}; do
		io buffer=scattered bytes=2097152 "how=$how"
	done
done
kill "$freezer"
wait "$freezer" 2>/dev/null || true
check "the queue was frozen meanwhile" test "$(wc -l <"$TMP/freezes")" -ge 3

# unpolled PARAM=VALUE...: checks that the API does not poll bios that would not complete by polling
unpolled() {
	NAME="unpolled $*"
	api_io flags=polled "$@"
	result err 0 sync_err 0 wrong 0 calls 1 polls 0
}

null_add nullb4 memory_backed=1 size=64 submit_queues=1 poll_queues=1 irqmode=2 cache_size=16
null_fill nullb4
unpolled device=/dev/nullb4 flags=polled,preflush
unpolled device=/dev/nullb4 flags=polled,preflush bytes=0
null_add nullb5 memory_backed=1 size=64 poll_queues=0
unpolled device=/dev/nullb5
unpolled device=/dev/nullb5 buffer=scattered bytes=1048576
dm_add linear "0 131072 linear /dev/nullb1 0"
unpolled device=/dev/mapper/linear
unpolled device=/dev/mapper/linear buffer=scattered bytes=1048576
dm_del linear

sysfs_write "dev == $(dev_t nullb0)" "$EVENT/filter"
sysfs_write 1 "$EVENT/enable"
sysfs_write 1 "$TRACEFS/tracing_on"
defer eval "echo 0 >$EVENT/enable; echo 0 >$EVENT/filter"

# completions REGEX: prints the number of traced completions whose trace flags match REGEX. In an
# interrupt, the third flag is h, H or s.
completions() {
	grep -cE "^ *[^ ]+ +\[[0-9]+\] $1.* block_rq_complete: " "$TRACEFS/trace" || true
}

job_add job /dev/nullb0 span=32m count=64 time_ms=0 op=mixed
for engine in $(exerciser_features engine); do
	case $engine in
	map | registered | copy) ;;
	*)
		check_fails "$engine cannot poll" "cannot write" \
			job_run job "engine=$engine" polled=1 size=4k
		check "$engine: the log says so" dmesg_has "engine $engine cannot poll"
		continue
		;;
	esac
	for size in 4k 64k 2m; do
		echo >"$TRACEFS/trace"
		check "$engine, $size: runs" job_run job "engine=$engine" "size=$size" polled=1
		check_eq "$engine, $size: I/Os and errors" "64 0" \
			"$(job_result job ios) $(job_result job errors)"
		check "$engine, $size: completions were seen" test "$(completions ...)" -ge 64
		check_eq "$engine, $size: completions in an interrupt" 0 "$(completions '..[hHs]')"
	done
done
echo >"$TRACEFS/trace"
check "not polled: runs" job_run job engine=map size=4k polled=0
check "not polled: completions in an interrupt" test "$(completions '..[hHs]')" -ge 64
dmesg_mark
check_fails "several polled I/Os of a thread are refused" "cannot write" \
	job_run job engine=map polled=1 depth=2
check "the log says so" dmesg_has "polled I/O must have a depth of 1"
brd_add 64
dmesg_mark
check_fails "a device without queues for polled I/O is refused" "cannot write" \
	job_run job target=/dev/ram0 destroy=/dev/ram0 engine=map polled=1 depth=1
check "the log says so" dmesg_has "ram0 has no queue for polled I/O"
