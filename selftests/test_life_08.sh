#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# While a forced removal waits for a lower device, reading state and lower and listing disks do not
# block. A disk that was removed while open is listed as removed until its last close. Until then,
# messages that its lower device is busy name this disk.
#
# timeout=120

. ./lib.sh

requires tool module=null_blk module=dm_mod program=dmsetup program=jq
null_add nullb0 memory_backed=1 size=16
null_add nullb1 memory_backed=1 size=16
null_add nullb2 memory_backed=1 size=16
dm_add gate "0 32768 linear /dev/nullb0 0"
zcblk_load
zcblk_add zcblk0 lower=/dev/mapper/gate
zcblk_add zcblk1 lower=/dev/nullb1

state_is() {
	[ "$(zcblk_get "$1" state)" = "$2" ]
}

in_flight() {
	! idle "$1"
}

# listed DISK: prints lower, state and holder of DISK, as the tool lists them
listed() {
	"$ZCBLK" list -J -o name,lower,state,holder |
		jq -c "[.zcblk[] | select(.name == \"$1\") | .lower, .state, .holder]"
}

dmsetup suspend --noflush --nolockfs --noudevsync gate
defer dmsetup resume --noudevrules --noudevsync gate
dd if=/dev/zero of=/dev/zcblk0 bs=4k count=1 oflag=direct status=none 2>"$TMP/dd" &
writer=$!
wait_for 5 in_flight zcblk0
sysfs_write force "$ZCFS/zcblk0/power" >"$TMP/force" 2>&1 &
remover=$!
check "the removal waits" wait_for 5 state_is zcblk0 removing
check_eq "lower is read meanwhile" /dev/mapper/gate \
	"$(timeout 10 cat "$ZCFS/zcblk0/lower")"
check "the tool lists all disks meanwhile" timeout 10 "$ZCBLK" list
check "the tool shows one meanwhile" timeout 10 "$ZCBLK" show zcblk0
check "the removal still waits" kill -0 "$remover"
dmsetup resume --noudevrules --noudevsync gate
wait "$writer" || true
status=0
wait "$remover" || status=$?
check_eq "it ends when the lower device answers" 0 "$status"
check "the state is off" wait_for 5 state_is zcblk0 off
zcblk_del zcblk0

zcblk_add zcblk0 lower=/dev/nullb2
exec {held}</dev/zcblk0
dmesg_mark
check "an open disk is removed by force" "$ZCBLK" del --force zcblk0
check "the log says what it holds" dmesg_has "zcblk0: removed while open; it holds nullb2"
check_eq "it is listed, with the process that holds it" \
	"[\"/dev/nullb2\",\"removed\",\"process $$\"]" "$(listed zcblk0)"
check "it can be shown" grep -q removed <("$ZCBLK" show zcblk0)
dmesg_mark
check_fails "the lower device is busy: the tool names the disk" \
	"in use by zcblk0, which is removed" "$ZCBLK" add --lower /dev/nullb2 --name zcblk-again
check "the log names it, too" dmesg_has "nullb2 is held by zcblk0, which was removed by force"
check "its name is free" mkdir "$ZCFS/zcblk0"
check_eq "its state shows that the old disk still exists" removed "$(zcblk_get zcblk0 state)"
rmdir "$ZCFS/zcblk0"
dmesg_mark
exec {held}<&-
check_eq "it is not listed after the last close" "[]" "$(listed zcblk0)"
check "the log says so" wait_for 5 dmesg_has "zcblk0: closed at last"
check "the lower device is free" wipefs -aq /dev/nullb2
