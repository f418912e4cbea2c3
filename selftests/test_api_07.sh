#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Writes whose buffer changes while they are in flight are found, each of them; others are
# not. By the API's flag, and by a disk's setting.
#
# timeout=180

. ./lib.sh
. ./lib-api.sh

requires module=null_blk "feature=stable 1"
api_requires zcblk-repeat
null_add nullb0 size=64
null_add nullb1 size=64
zcblk_load
zcblk_add zcblk0 lower=/dev/nullb0 stable=1
zcblk_add zcblk1 lower=/dev/nullb1 stable=1 stats=off

clean=5000
[ "$LONG" != 1 ] || clean=1000000

disk_stat() {
	stat_value "$1" unstable
}

# scribbled PARAM=VALUE...: 100 writes, each with a change of the buffer while it is in flight
scribbled() {
	api_load scribble=1 bytes=4096 "$@"
	check "$*: 100 writes, scribbled on" api_repeat 100
	told=$(api_repeat_result unstable)
	# addresses in a module have names for as long as it is there
	cp "$TRACEFS/trace" "$TMP/trace"
	api_unload
}

echo 1 >"$TRACEFS/events/zcblk/zcblk_unstable/enable"
echo >"$TRACEFS/trace"
before=$(api_stat unstable)
scribbled device=/dev/nullb0 how=2
check_eq "each is found, by the flag" 100 $(($(api_stat unstable) - before))
check_eq "each is told of" 100 "$told"
scribbled device=/dev/nullb0 how=2 buffer=scattered bytes=65536 registered=1
check_eq "also in vmalloc memory, registered" 200 $(($(api_stat unstable) - before))
if grep -q 'zcblk_unstable: .* by 0x0 ' "$TMP/trace"; then
	note "this kernel has no stack traces"
else
	check "their submitter is in the trace" \
		grep -q 'zcblk_unstable: .* by .*\[zcblk_repeat\]' "$TMP/trace"
fi

scribbled device=/dev/zcblk0
check_eq "each is found, by the disk's setting" 100 "$(disk_stat zcblk0)"
check_eq "the trace has them all" 300 "$(grep -c 'zcblk_unstable: ' "$TRACEFS/trace")"
echo 0 >"$TRACEFS/events/zcblk/zcblk_unstable/enable"
zcblk_set zcblk0 stable 0
scribbled device=/dev/zcblk0
check_eq "not when it is off" 100 "$(disk_stat zcblk0)"
zcblk_set zcblk0 stable 1
zcblk_set zcblk0 path copy
scribbled device=/dev/zcblk0
check_eq "nor where data is copied" 100 "$(disk_stat zcblk0)"
scribbled device=/dev/nullb0 how=3
check_eq "nor by the API" 200 $(($(api_stat unstable) - before))

# clean_writes PARAM=VALUE...
clean_writes() {
	api_load bytes=512 depth=4 "$@"
	check "$*: $clean writes, left alone" api_repeat "$clean"
	api_unload
}

before=$(api_stat unstable) watched=$(api_stat watched)
clean_writes device=/dev/nullb1 how=2
check_eq "nothing is found in them" 0 $(($(api_stat unstable) - before))
check_eq "all were watched" "$clean" $(($(api_stat watched) - watched))
clean_writes device=/dev/zcblk1
check_eq "nothing is found by a disk" 0 "$(disk_stat zcblk1)"
