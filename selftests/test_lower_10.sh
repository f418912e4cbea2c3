#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The lower device is frozen and thawed under fio, with a file system on each of two partitions of
# the disk. No write is lost or hangs.
#
# timeout=120

. ./lib.sh
. ./lib-freeze.sh

printf '2048,32768\n34816,32768\n' | sfdisk -q /dev/zcblk0
wait_for 5 test -b /dev/zcblk0p1
wait_for 5 test -b /dev/zcblk0p2
frozen_under_load /dev/zcblk0p1 /dev/zcblk0p2
check_eq "no error is counted" 0 "$(stat_errors zcblk0)"
