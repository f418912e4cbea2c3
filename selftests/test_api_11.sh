#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# One I/O writes a buffer to two devices. Each device gets the data, and has its own error, reason
# and number of bytes. The I/O reports an error of either device, and the number of bytes that are
# on both devices.
#
# timeout=90

. ./lib.sh
. ./lib-api.sh

requires module=null_blk
api_requires zcblk-io
null_add nullb0 memory_backed=1 size=64
null_add nullb1 memory_backed=1 size=64
null_add nullb2 memory_backed=1 size=64 blocksize=4096 virt_boundary=1
sysfs_write +3000-3001 "$NULLFS/nullb1/badblocks"
zcblk_load

# places PARAM=VALUE...: does I/O to nullb0, and to the device in device2=DEVICE
places() {
	NAME="$*"
	api_io device=/dev/nullb0 "$@"
}

# result PARAM WANT...: compares results of the I/O with the expected values
result() {
	while [ $# -ge 2 ]; do
		check_eq "$NAME: $1" "$2" "$(api_io_result "$1")"
		shift 2
	done
}

# same DEVICE BYTES: checks that the first BYTES of DEVICE are equal to those of nullb0
same() {
	check "$NAME: $1 has the data" cmp -n "$2" /dev/nullb0 "/dev/$1"
}

for form in buffer kvecs bvecs; do
	for how in 0 1; do
		dd if=/dev/urandom of=/dev/nullb2 bs=64k count=1 oflag=direct status=none
		places "form=$form" bytes=65536 segment=12288 "how=$how" device2=/dev/nullb2
		result calls 1 err 0 err2 0 both_err 0 bytes_done 65536 bytes_done2 65536 both_done 65536
	done
	same nullb2 65536
done
places form=kvecs segment=512 device2=/dev/nullb2
result reason mapped reason2 copied-segments err 0 err2 0
same nullb2 4096

places buffer=scattered bytes=3145728 device2=/dev/nullb1
result calls 1 err 0 err2 -5 both_err -5 bytes_done 3145728 bytes_done2 1048576 both_done 1048576
same nullb1 1048576

places bytes=65536 device2=/dev/nullb2 sector=4
result err 0 reason mapped reason2 refused-sector bytes_done 65536 bytes_done2 0
blockdev --setro /dev/nullb2
places bytes=65536 device2=/dev/nullb2
result err 0 reason mapped reason2 refused-read-only bytes_done 65536 bytes_done2 0 both_done 0

before=$(api_stat io refused-op)
places write=0 device2=/dev/nullb1
result calls 1 reason refused-op reason2 refused-op bytes_done 0 bytes_done2 0 both_done 0
check_eq "reading from two places is refused, and counted twice" 2 \
	$(($(api_stat io refused-op) - before))
places bytes=0 flags=preflush device2=/dev/nullb1
result calls 1 err 0 err2 0 reason mapped reason2 mapped
