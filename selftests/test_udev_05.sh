#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests, with udev, LVM on a disk, and a disk on LVM. LVM has the setting that zcblk add advises.
#
# timeout=120

. ./lib.sh
. ./lib-udev.sh

requires tool device=1 program=lvm program=mkfs.ext4 program=findmnt module=dm_mod

[ ! -e /etc/lvm/devices/system.devices ] || skip "LVM uses a file of devices"
udev_start
zcblk_load
scratch 0
lower=$SCRATCH
defer wipefs -aq "$lower"
advised=()

# lv COMMAND...: runs LVM with the advised setting, and appends its messages to $TMP/lvm
lv() {
	lvm "$@" "${advised[@]}" -qq 2>>"$TMP/lvm"
}

vg_off() {
	! lvm vgs zcvg >/dev/null 2>&1 || lv vgchange -an zcvg
}

mkfs.ext4 -qF "$lower"
disk_add "$lower"
check_eq "no advice for a device with a file system" "" "$(<"$TMP/advice")"
disk_del zcblk0
wipefs -aq "$lower"
settle

disk_add "$lower"
note "$(<"$TMP/advice")"
check_eq "advice is one line" 1 "$(wc -l <"$TMP/advice")"
setting=$(sed -n 's/.*set \(devices.*\)/\1/p' "$TMP/advice")
check "it contains the setting" test -n "$setting"
advised=(--config "$setting")
defer vg_off
check "pvcreate and vgcreate" eval 'lv pvcreate -y /dev/zcblk0 && lv vgcreate zcvg /dev/zcblk0'
check "lvcreate" lv lvcreate -y -L 32M -n zclv zcvg
settle
check_eq "LVM complains of no duplicates" "" "$(grep -i duplicate "$TMP/lvm" || true)"
is_member "the lower device" "$lower"
mkfs.ext4 -qF -L zclvm /dev/zcvg/zclv
settle
write_data LABEL=zclvm
check_eq "it is mounted" /dev/mapper/zcvg-zclv "$SOURCE"
lv vgchange -an zcvg
disk_del zcblk0
advised=()
check_eq "the volume group is on the lower device" "$lower" \
	"$(lvm pvs --noheadings -o pv_name 2>/dev/null | xargs)"

disk_add "$lower"
check "advice for a physical volume" grep -q global_filter "$TMP/advice"
# udev may have activated the volume group on the disk
advised=(--config "$setting")
lv vgchange -an zcvg
advised=()
disk_del zcblk0
lv vgchange -ay zcvg
settle
check "with its data" data_is_on /dev/mapper/zcvg-zclv LABEL=zclvm

volume=$(readlink -f /dev/zcvg/zclv)
before=$(own_links "$volume")
disk_add /dev/zcvg/zclv
check_eq "no advice for a logical volume" "" "$(<"$TMP/advice")"
is_member "a logical volume below a disk" "$volume"
check_eq "it has its own links" "$before" "$(own_links "$volume")"
check_eq "which lead to it" "$volume" "$(leads by-id/dm-name-zcvg-zclv)"
check "its data is on the disk" data_is_on /dev/zcblk0 LABEL=zclvm
disk_del zcblk0
check "and on the logical volume afterwards" data_is_on /dev/mapper/zcvg-zclv LABEL=zclvm
vg_off
