#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# zcblk exercise loads the modules that it needs from a folder. The exerciser loads without
# device-mapper. A zcblk disk counts the I/O of the exerciser like any other I/O.
#
# timeout=90

. ./lib.sh
. ./lib-exerciser.sh

requires tool module=null_blk program=jq
null_add nullb0 memory_backed=1 size=64
dir=$(dirname "$(zcblk_module)")
! module_loaded zcblk || zcblk_unload
defer zcblk_unload
defer exerciser_unload

loading() {
	"$ZCBLK" exercise /dev/nullb0 --destroy /dev/nullb0 --modules "$dir" --count 10 "$@"
}

check "it loads the modules" loading --engine map,copy
check "zcblk and the exerciser are loaded" module_loaded zcblk_exerciser
check "the module of the engine dm-io is not loaded" eval '! module_loaded zcblk_exerciser_dm'
if [ -e "$dir/exerciser/zcblk_exerciser_dm.ko" ] && module_load dm_mod; then
	check "it loads that module when it needs it" loading --engine dm-io
fi
check_fails "a folder without them" "cannot load module" \
	eval 'exerciser_unload; loading --modules "$TMP"'

exerciser_load
zcblk_add zcblk0 lower=/dev/nullb0
job_add job /dev/zcblk0 size=64k span=4m count=100 time_ms=0
for path in zerocopy copy; do
	zcblk_set zcblk0 path "$path"
	for engine in map registered dm-io; do
		zcblk_set zcblk0 reset_stats 1
		check "$engine on a disk, path $path" job_run job engine="$engine" op=write
		check_eq "$engine: the disk counts the bytes" 6553600 \
			"$(stat_bytes zcblk0 "$path" write)"
	done
	check "$path verifies" job_run job engine=map op=mixed verify=1
	check_eq "$path: no errors" 0 "$(job_result job verify_errors)"
	job_set job verify=0
done
zcblk_set zcblk0 path zerocopy
zcblk_set zcblk0 reset_stats 1
check "a job writes 1 MiB of kmalloc memory" \
	job_run job engine=map op=write size=1m span=8m count=10
check_eq "it is one bio" 10 "$(stat_ios zcblk0 zerocopy write)"
check_eq "the bio has one segment" 10 "$(stat_segments zcblk0 zerocopy write)"
