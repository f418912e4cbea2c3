#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Verification finds writes that a device has dropped without an error.

. ./lib.sh
. ./lib-exerciser.sh

requires module=null_blk module=dm_flakey program=dmsetup
null_add nullb0 memory_backed=1 size=64
exerciser_load

dm_add lossy "0 2048 flakey /dev/nullb0 0 0 60 1 drop_writes"
job_add job /dev/mapper/lossy size=64k span=1m count=16 time_ms=0 verify=1 op=write
for engine in map registered copy dm-io; do
	check "$engine: a job on a device that drops writes" job_run job engine="$engine"
	check_eq "$engine: no I/O fails" 0 "$(job_result job errors)"
	check_eq "$engine: each sector is reported" 2048 "$(job_result job verify_errors)"
done
job_del job
dm_del lossy
