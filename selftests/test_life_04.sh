#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# power 0, rmdir and rmmod are refused while the disk is open, powered or configured. A refused
# attempt changes nothing.

. ./lib.sh

requires module=null_blk
null_add nullb0 memory_backed=1 size=16
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0

exec {held}<>/dev/zcblk0
check_fails "open: power 0 is refused" busy zcblk_set zcblk0 power 0
check_fails "open: rmdir is refused" busy rmdir "$ZCFS/zcblk0"
check_fails "open: rmmod is refused" "in use" rmmod zcblk
check_eq "open: power still reads 1" 1 "$(zcblk_get zcblk0 power)"
check "open: the disk still works" dd if=/dev/zcblk0 of=/dev/null bs=4k count=1 \
	iflag=direct
exec {held}>&-

check_fails "powered: rmdir is refused" busy rmdir "$ZCFS/zcblk0"
check_fails "powered: rmmod is refused" "in use" rmmod zcblk
check "closed: power 0" zcblk_set zcblk0 power 0
check "power 0 again changes nothing" zcblk_set zcblk0 power 0
check "power force when off changes nothing" zcblk_set zcblk0 power force
check_fails "configured: rmmod is refused" "in use" rmmod zcblk
check "power 1 again" zcblk_set zcblk0 power 1
check "power 1 when on changes nothing" zcblk_set zcblk0 power 1
check_eq "state is live" live "$(zcblk_get zcblk0 state)"

exec {held}<>/dev/zcblk0
check "open: power force" zcblk_set zcblk0 power force
check_eq "forced: power reads 0" 0 "$(zcblk_get zcblk0 power)"
check_fails "forced: a read of the open file fails" "" \
	dd if="/proc/self/fd/$held" of=/dev/null bs=4k count=1 iflag=direct
check "forced: rmdir" rmdir "$ZCFS/zcblk0"
check_fails "still open: rmmod is refused" "in use" rmmod zcblk
exec {held}>&-
check "closed: the lower device is free" wait_for 5 wipefs -a /dev/nullb0
check "closed: rmmod" wait_for 5 rmmod zcblk
