#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests, with udev, md raid1 on two disks, a disk on md, and a disk on a loop device
#
# timeout=120

. ./lib.sh
. ./lib-udev.sh

requires tool device=2 program=mdadm program=mkfs.ext4 program=findmnt module=raid1 module=loop
MD=/dev/md/zcmd

udev_start
zcblk_load
scratch 0
first=$SCRATCH
scratch 1
second=$SCRATCH
defer mdadm --quiet --zero-superblock "$first" "$second"
defer md_stop

md_stop() {
	[ ! -b $MD ] || { settle && mdadm --quiet --stop $MD && settle; }
}

disk_add "$first"
disk_add "$second" zcblk1
mdadm --quiet --create $MD --run --level=1 --raid-devices=2 --size=32M --assume-clean \
	/dev/zcblk0 /dev/zcblk1 2>"$TMP/mdadm"
settle
mkfs.ext4 -qF -L zcraid $MD
settle
array=$(readlink -f $MD)
write_data LABEL=zcraid
check_eq "md is mounted" "$array" "$SOURCE"
check_eq "it is on the disks" "zcblk0 zcblk1" "$(cd "/sys/block/${array##*/}/slaves" && echo *)"
is_member "a lower device" "$first"
md_stop
disk_del zcblk0
disk_del zcblk1
wait_for 10 test -b $MD || mdadm --quiet --assemble $MD "$first" "$second"
settle
array=$(readlink -f $MD)
check_eq "md is found on the lower devices" "${first##*/} ${second##*/}" \
	"$(cd "/sys/block/${array##*/}/slaves" && echo *)"
check "with its data" data_is_on "$array" LABEL=zcraid

before=$(own_links "$array")
disk_add $MD
is_member "an array below a disk" $MD
check_eq "it has its own links" "$before" "$(own_links "$array")"
check_eq "which lead to it" "$array" "$(readlink -f $MD)"
check "its data is on the disk" data_is_on /dev/zcblk0 LABEL=zcraid
disk_del zcblk0
check "and on the array afterwards" data_is_on "$array" LABEL=zcraid
md_stop

loop_add 64
mkfs.ext4 -qF -L zcloop "$LOOP_DEV"
settle
write_data LABEL=zcloop
disk_add "$LOOP_DEV"
is_member "a loop device below a disk" "$LOOP_DEV"
check "its data is on the disk" data_is_on /dev/zcblk0 LABEL=zcloop
disk_del zcblk0
check "and on the loop device afterwards" data_is_on "$LOOP_DEV" LABEL=zcloop
