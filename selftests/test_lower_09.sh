#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The lower device is frozen and thawed under fio, with a file system on the disk. No write is lost
# or hangs.
#
# timeout=120

. ./lib.sh
. ./lib-freeze.sh

frozen_under_load /dev/zcblk0
check_eq "no error is counted" 0 "$(stat_errors zcblk0)"
