#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fio accepts each job file of userspace/fio, and each file says what its job shows. The job that
# verifies data uses both paths.

. ./lib.sh

requires program=fio module=null_blk
null_add nullb0 memory_backed=1 size=16
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0 path=ab
export ZCBLK_DISK=/dev/zcblk0 ZCBLK_RUNTIME=1

for job in ../userspace/fio/*.fio; do
	check "${job##*/} parses" fio --parse-only "$job"
	check "${job##*/} says what it shows" grep -q '^# [A-Z]' <(sed -n 2p "$job")
done

check "data come back as they were written" fio ../userspace/fio/verify-crc32c.fio
check "some were copied" test "$(stat_copied zcblk0 copy)" -gt 0
check "some were mapped" test "$(stat_mapped zcblk0 zerocopy)" -gt 0
