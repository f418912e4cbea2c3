#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The API and disks report each mapped write whose buffer changes while the write is in flight, and
# no other write. The API does so for an I/O with the flag ZCBLK_BUFIO_STABLE. A disk does so if its
# attribute stable is 1.
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

# scribbled PARAM=VALUE...: does 100 writes, and changes the buffer of each write while the write is
# in flight. Sets `reported` to the number of writes that the API reported to the module.
scribbled() {
	api_load scribble=1 bytes=4096 "$@"
	check "$*: 100 writes whose buffer changes" api_repeat 100
	reported=$(api_repeat_result unstable)
	# Copy the trace now, because addresses in the module have names only while it is loaded
	cp "$TRACEFS/trace" "$TMP/trace"
	api_unload
}

echo 1 >"$TRACEFS/events/zcblk/zcblk_unstable/enable"
echo >"$TRACEFS/trace"
before=$(api_stat unstable)
scribbled device=/dev/nullb0 how=2
check_eq "each is counted, by the flag" 100 $(($(api_stat unstable) - before))
check_eq "each is reported to the submitter" 100 "$reported"
scribbled device=/dev/nullb0 how=2 buffer=scattered bytes=65536 registered=1
check_eq "each is counted in registered vmalloc memory, too" 200 $(($(api_stat unstable) - before))
if grep -q 'zcblk_unstable: .* by 0x0 ' "$TMP/trace"; then
	note "this kernel has no stack traces"
else
	check "the trace names their submitter" \
		grep -q 'zcblk_unstable: .* by .*\[zcblk_repeat\]' "$TMP/trace"
fi

scribbled device=/dev/zcblk0
check_eq "each is counted, with stable=1 of the disk" 100 "$(disk_stat zcblk0)"
check_eq "the trace has all of them" 300 "$(grep -c 'zcblk_unstable: ' "$TRACEFS/trace")"
echo 0 >"$TRACEFS/events/zcblk/zcblk_unstable/enable"
zcblk_set zcblk0 stable 0
scribbled device=/dev/zcblk0
check_eq "none is counted with stable=0" 100 "$(disk_stat zcblk0)"
zcblk_set zcblk0 stable 1
zcblk_set zcblk0 path copy
scribbled device=/dev/zcblk0
check_eq "none is counted where data is copied" 100 "$(disk_stat zcblk0)"
scribbled device=/dev/nullb0 how=3
check_eq "the API counts none there, either" 200 $(($(api_stat unstable) - before))

# clean_writes PARAM=VALUE...: does writes whose buffers do not change
clean_writes() {
	api_load bytes=512 depth=4 "$@"
	check "$*: $clean writes whose buffer does not change" api_repeat "$clean"
	api_unload
}

before=$(api_stat unstable) watched=$(api_stat watched)
clean_writes device=/dev/nullb1 how=2
check_eq "none of them is counted as changed" 0 $(($(api_stat unstable) - before))
check_eq "all of them were watched" "$clean" $(($(api_stat watched) - watched))
clean_writes device=/dev/zcblk1
check_eq "the disk counts none of them as changed" 0 "$(disk_stat zcblk1)"
