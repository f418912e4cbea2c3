#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Writes bad values to attributes, with the disk off and on. Each write fails with EINVAL, and the
# kernel log names the accepted values. The attribute keeps its value. The attribute state cannot be
# written at all.

. ./lib.sh
. ./lib-bad.sh

requires module=null_blk
null_add nullb0 memory_backed=1 size=16
zcblk_load
zcblk_make zcblk0 lower=/dev/nullb0
long=$(printf 'x%.0s' {1..200})

bad_values() {
	local invalid="Invalid argument"

	check_refused "$1: path" "$invalid" \
		"zcblk: zcblk0: invalid value 'foo' for path: must be one of zerocopy copy ab" path foo
	check_refused "$1: path, empty" "$invalid" "must be one of zerocopy copy ab" path ""
	check_refused "$1: path, half a name" "$invalid" \
		"must be one of zerocopy copy ab" path zero
	check_refused "$1: path, two names" "$invalid" \
		"must be one of zerocopy copy ab" path "copy ab"
	check_refused "$1: path, very long" "$invalid" \
		"must be one of zerocopy copy ab" path "$long"
	check_refused "$1: bounce" "$invalid" \
		"zcblk: zcblk0: invalid value 'slab' for bounce: must be one of page kmalloc vmalloc" \
		bounce slab
	check_refused "$1: unreferenced" "$invalid" \
		"zcblk: zcblk0: invalid value 'auto' for unreferenced: must be one of map detect copy" \
		unreferenced auto
	check_refused "$1: stats" "$invalid" \
		"zcblk: zcblk0: invalid value 'on' for stats: must be one of off counters latency" stats on
	check_refused "$1: range_lock" "$invalid" \
		"zcblk: zcblk0: invalid value 'fast' for range_lock: must be one of off list tree slot" \
		range_lock fast
	check_refused "$1: overlap" "$invalid" \
		"zcblk: zcblk0: invalid value 'wait' for overlap: must be one of serialize reject detect" \
		overlap wait
	check_refused "$1: power" "$invalid" "zcblk: zcblk0: invalid value 'maybe' for power" power maybe
	check_fails "$1: reset_stats" "$invalid" zcblk_set zcblk0 reset_stats 2
	check_fails "$1: state cannot be written" "ermission denied" \
		runuser -u nobody -- dd of="$ZCFS/zcblk0/state" status=none
}

bad_values off
check_refused "read_only" "Invalid argument" "zcblk: zcblk0: invalid value '2' for read_only" read_only 2
check_refused "stable" "Invalid argument" "zcblk: zcblk0: invalid value '2' for stable" stable 2
zcblk_set zcblk0 power 1
bad_values on
check "the disk still works" dd if=/dev/zcblk0 of=/dev/null bs=4k count=1 iflag=direct

for setting in "path copy" "bounce vmalloc" "unreferenced detect" "stats counters"; do
	check "good values are accepted: $setting" zcblk_set zcblk0 "${setting% *}" \
		"${setting#* }"
	check_eq "$setting: the value reads back" "${setting#* }" \
		"$(zcblk_get zcblk0 "${setting% *}")"
done
check "a value without a newline is accepted" eval 'printf ab >"$ZCFS/zcblk0/path"'
check_eq "it reads back" ab "$(zcblk_get zcblk0 path)"
