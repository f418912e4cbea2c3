# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Does I/O on a disk while a test changes the machine, for example suspends the system. The I/O must
# continue without errors.
#
# USAGE: . ./lib-load.sh (after lib.sh)
# REQUIREMENTS: fio

# load_start DISK [FIO-OPTION]...: starts fio in the background, and waits for its first I/O. Until
# load_stop, fio writes to the disk and verifies the data.
load_start() {
	local before

	DISK=$1
	shift
	before=$(stat_ios "$DISK" all write)
	fio --name=load --filename="/dev/$DISK" --rw=randwrite --bsrange=4k-64k --direct=1 \
		--ioengine=io_uring --iodepth=8 --size=32M --verify=crc32c --verify_fatal=1 \
		--verify_state_save=0 --time_based --runtime=1000000 --thread "$@" \
		>"$TMP/fio" 2>&1 &
	LOAD=$!
	defer stop "$LOAD"
	wait_for 20 load_moving "$before"
}

# load_moving WRITES: succeeds if there were more than WRITES writes. Only fio writes, but udev and
# the kernel read from a new disk, too.
load_moving() {
	[ "$(stat_ios "$DISK" all write)" -gt "$1" ]
}

# load_goes_on DESC: checks that fio still does I/O, and has found no wrong data
load_goes_on() {
	check "$1: I/O goes on" wait_for 20 load_moving "$(stat_ios "$DISK" all write)"
	check "$1: fio found nothing wrong" kill -0 "$LOAD"
}

# load_stop: stops fio, and checks that no I/O failed or is in flight
load_stop() {
	stop "$LOAD"
	check_eq "$DISK: no error is counted" 0 "$(stat_errors "$DISK")"
	check "$DISK: nothing is in flight" wait_for 5 idle "$DISK"
}
