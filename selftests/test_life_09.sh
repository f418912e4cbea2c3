#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Deferred removal. A closed disk is removed at once, and an open disk at its last close, even if
# its directory was removed before. Until its last close, the disk can be opened again. power 1
# cancels the removal.

. ./lib.sh

requires tool module=null_blk "feature=power deferred"
null_add nullb0 memory_backed=1 size=16
zcblk_load

gone() {
	[ ! -e /sys/block/zcblk0 ] && [ -z "$(<"$ZCFS/removed")" ]
}

readable() {
	dd if=/dev/zcblk0 of=/dev/null bs=4k count=1 iflag=direct status=none
}

state() {
	zcblk_get zcblk0 state
}

zcblk_add zcblk0 lower=/dev/nullb0
check "closed: deferred removal" zcblk_set zcblk0 power deferred
check_eq "closed: is done at once" off "$(state)"

zcblk_set zcblk0 power 1
exec {held}</dev/zcblk0
check "open: deferred removal" zcblk_set zcblk0 power deferred
check_eq "open: the state says so" deferred "$(state)"
check_eq "open: the disk is up" 1 "$(zcblk_get zcblk0 power)"
check "open: it is listed" grep -q '^zcblk0 deferred .* nullb0$' "$ZCFS/removed"
check "open: it can be opened again, and read" readable
check_eq "open: that was not the last close" deferred "$(state)"
check "power 1 cancels" zcblk_set zcblk0 power 1
check_eq "the state is live" live "$(state)"
check_fails "the directory stays" busy rmdir "$ZCFS/zcblk0"
exec {held}<&-
check "the last close removes nothing" readable

exec {held}</dev/zcblk0
zcblk_set zcblk0 power deferred
exec {held}<&-
check "it is removed at the last close" wait_for 5 gone
check_eq "the state is off" off "$(state)"

zcblk_set zcblk0 power 1
exec {held}</dev/zcblk0
check "the tool: deferred removal" "$ZCBLK" del --deferred zcblk0
check "the directory is gone" test ! -e "$ZCFS/zcblk0"
check "the disk can still be read" readable
check "the tool lists it" grep -q 'deferred' <("$ZCBLK" list -n -o NAME,STATE)
check_fails "its name is in use" "File exists" mkdir "$ZCFS/zcblk0"
check_fails "its lower device is in use" "in use by zcblk0, which is deferred" \
	"$ZCBLK" add --lower /dev/nullb0
exec {held}<&-
check "it is removed at the last close" wait_for 5 gone
check "its name is free" mkdir "$ZCFS/zcblk0"
rmdir "$ZCFS/zcblk0"

zcblk_add zcblk0 lower=/dev/nullb0
exec {held}</dev/zcblk0
zcblk_set zcblk0 power deferred
check "deferred, then forced" zcblk_set zcblk0 power force
check_eq "it is removed" removed "$(state)"
exec {held}<&-
check "it is removed from the list at the last close" wait_for 5 gone

zcblk_set zcblk0 power 1
exec {held}</dev/zcblk0
zcblk_set zcblk0 power deferred
rmdir "$ZCFS/zcblk0"
exec {held}<&-
check "rmmod right after the last close waits for the removal" wait_for 5 rmmod zcblk
check "the lower device is free" wipefs -aq /dev/nullb0
