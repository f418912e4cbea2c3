#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# SG_IO, the geometry and persistent reservations of a disk return the answers of the lower device.
# On a partition, SG_IO needs a capability. A read-only disk sends no command that writes, even for
# root.

. ./lib.sh

requires module=scsi_debug program=sg_inq program=sg_raw program=sg_persist program=setpriv \
	helper=device-ioctl
scsi_debug_add dev_size_mb=16
zcblk_load
zcblk_add zcblk0 "lower=$SCSI_DEV"

ask() {
	"$HELPERS/device-ioctl" "$@"
}

# commands OPCODE: prints how many commands with OPCODE have reached the lower device since
# dmesg_mark
commands() {
	dmesg_new | grep -c "cmd $1 " || true
}

# write_by_command DEVICE: writes the first block by SG_IO, through a file that is open for reading
write_by_command() {
	sg_raw -R -s 512 -i "$TMP/block" "$1" 2a 00 00 00 00 00 00 00 01 00
}

# first_block: prints the first block of the lower device, bypassing the page cache
first_block() {
	dd if="$SCSI_DEV" bs=512 count=1 iflag=direct status=none
}

check "SG_IO finds the SCSI disk" grep -q scsi_debug <(sg_inq /dev/zcblk0)
check_eq "the geometry is the lower device's" "$(ask "$SCSI_DEV" geometry)" \
	"$(ask /dev/zcblk0 geometry)"
check "there is a geometry" grep -qv '^E' <(ask /dev/zcblk0 geometry)

sysfs_write 1 /sys/bus/pseudo/drivers/scsi_debug/opts
for op in register reserve preempt abort clear release; do
	dmesg_mark
	below=$(ask "$SCSI_DEV" $op)
	sent=$(commands 5f)
	check_eq "reservations, $op: the answer is the lower device's" "$below" \
		"$(ask /dev/zcblk0 $op)"
	check_eq "reservations, $op: the command reached it" $((sent * 2)) "$(commands 5f)"
	check "reservations, $op: the lower device has such commands" test "$sent" -gt 0
done
sysfs_write 0 /sys/bus/pseudo/drivers/scsi_debug/opts

printf 'first%.0s' {1..200} | head -c 512 >"$TMP/block"
check "root writes by SG_IO" write_by_command /dev/zcblk0
first_block >"$TMP/after"
check "the data is on the lower device" cmp "$TMP/block" "$TMP/after"

echo 2048,, | sfdisk -q /dev/zcblk0
wait_for 5 test -b /dev/zcblk0p1
check "a partition: SG_IO passes for root" sg_inq /dev/zcblk0p1
check_fails "a partition: SG_IO needs a capability" "" \
	setpriv --bounding-set=-sys_rawio --inh-caps=-sys_rawio sg_inq /dev/zcblk0p1
check "the disk: SG_IO that reads needs no capability" \
	setpriv --bounding-set=-sys_rawio --inh-caps=-sys_rawio sg_inq /dev/zcblk0
zcblk_del zcblk0

zcblk_add zcblk0 "lower=$SCSI_DEV" read_only=1
first_block >"$TMP/before"
printf 'other%.0s' {1..200} | head -c 512 >"$TMP/block"
check "read-only: SG_IO that reads passes" grep -q scsi_debug <(sg_inq /dev/zcblk0)
check_fails "read-only: SG_IO that writes is refused" "not permitted" \
	write_by_command /dev/zcblk0
first_block >"$TMP/after"
check "read-only: nothing was written" cmp "$TMP/before" "$TMP/after"
check_eq "read-only: an ioctl that does not only read is refused" EPERM \
	"$(ask /dev/zcblk0 loop-clear)"
zcblk_del zcblk0

zcblk_add zcblk0 "lower=$SCSI_DEV"
exec {held}</dev/zcblk0
check "an open disk is removed by force" zcblk_set zcblk0 power force
check_fails "removed: SG_IO fails" "" sg_inq "/proc/self/fd/$held"
exec {held}<&-
