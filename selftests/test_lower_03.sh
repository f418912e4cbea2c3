#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each property of the lower device changes under fio. The disk follows within seconds, and a
# uevent names the property. A property that the user set on the disk itself remains.
#
# timeout=120

. ./lib.sh

requires module=null_blk module=scsi_debug module=dm_mod module=dm_delay
requires program=dmsetup program=fio helper=uevents
zcblk_load
"$HELPERS/uevents" >>"$TMP/uevents" &
defer stop $!
wait_for 5 grep -q ready "$TMP/uevents"

# load: reads and writes zcblk0 until the file $TMP/stop exists. fio ends while the disk is
# read-only, so the loop starts fio again.
load() {
	until [ -e "$TMP/stop" ]; do
		fio --name=load --filename=/dev/zcblk0 --rw=randrw --bs=4k \
			--ioengine=libaio --iodepth=4 --direct=1 --size=4M --time_based \
			--runtime=3 --rate_iops=200 --thread || true
	done
}

fio_start() {
	rm -f "$TMP/stop"
	load >"$TMP/fio" 2>&1 &
	FIO=$!
	wait_for 20 moving
}

moving() {
	[ "$(stat_ios zcblk0 all all)" -gt 50 ]
}

fio_stop() {
	check "$1: fio still runs" kill -0 "$FIO"
	touch "$TMP/stop"
	wait "$FIO"
	check "$1: nothing is in flight" wait_for 5 idle zcblk0
	zcblk_del zcblk0
}

said() {
	grep -q "^change@.*/zcblk0 .*ZCBLK_CHANGED=[a-z_,]*\<$1\>" "$TMP/uevents"
}

# follows PROPERTY FILE COMMAND...: changes PROPERTY of the lower device by COMMAND, and checks that
# FILE of the disk follows
follows() {
	local property=$1 file=$2
	shift 2
	: >"$TMP/uevents"
	check "$property: $*" "$@"
	check "$property: a uevent names it" wait_for 3 said "$property"
	[ -z "$file" ] ||
		check_eq "$property: $file is the lower device's" \
			"$(<"/sys/block/$LOWER/$file")" "$(<"/sys/block/zcblk0/$file")"
}

set_queue() {
	sysfs_write "$2" "/sys/block/$LOWER/queue/$1"
}

LOWER=nullb0
null_add nullb0 size=64 discard=1 memory_backed=1
zcblk_add zcblk0 lower=/dev/nullb0
check_eq "the disk starts with the lower device's read-ahead" \
	"$(queue_limit nullb0 read_ahead_kb)" "$(queue_limit zcblk0 read_ahead_kb)"
fio_start
for value in 1 0; do
	follows rotational queue/rotational set_queue rotational "$value"
	follows stable_writes queue/stable_writes set_queue stable_writes "$value"
done
follows read_ahead queue/read_ahead_kb set_queue read_ahead_kb 1024
for value in 1048576 8388608; do
	follows discard queue/discard_max_bytes set_queue discard_max_bytes "$value"
done

check "the user sets the disk's own read-ahead" \
	sysfs_write 256 /sys/block/zcblk0/queue/read_ahead_kb
for option in --setro --setrw; do
	follows read_only ro blockdev "$option" /dev/nullb0
done
check "a discard passes" blkdiscard -f -l 1048576 /dev/zcblk0
follows stable_writes queue/stable_writes set_queue stable_writes 1
check_eq "the user's read-ahead remains" 256 "$(queue_limit zcblk0 read_ahead_kb)"
# The limit is set to 0 last, because some kernels then accept no other value
follows discard queue/discard_max_bytes set_queue discard_max_bytes 0
check_fails "no discard passes then" "" blkdiscard -f -l 1048576 /dev/zcblk0
fio_stop null_blk

scsi_debug_add lbpu=1 lbpws=1 dev_size_mb=16
LOWER=$(kname "$SCSI_DEV")
sd=$(echo "/sys/block/$LOWER/device/scsi_disk/"*)
mode=$(<"$sd/provisioning_mode")
zcblk_add zcblk0 "lower=$SCSI_DEV"
fio_start
for value in disabled "$mode"; do
	follows discard queue/discard_max_bytes sysfs_write "$value" "$sd/provisioning_mode"
done
for value in 0 65535; do
	follows write_zeroes queue/write_zeroes_max_bytes \
		sysfs_write "$value" "$sd/max_write_same_blocks"
done
fio_stop scsi_debug
scsi_debug_del

reload() {
	dmsetup suspend --noudevsync below &&
		dmsetup reload below --table "$1" &&
		dmsetup resume --noudevrules --noudevsync below
}
dm_add below "0 32768 linear /dev/nullb0 0"
LOWER=$(kname below)
zcblk_add zcblk0 lower=/dev/mapper/below
fio_start
follows nowait "" reload "0 32768 delay /dev/nullb0 0 1"
follows nowait "" reload "0 32768 linear /dev/nullb0 0"
follows size size reload "0 65536 linear /dev/nullb0 0"
fio_stop device-mapper
