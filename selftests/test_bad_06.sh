#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tool refuses bad lower devices and bad values with status 1. The message names the device or
# the accepted values, or says what to do. A command that fails leaves no disk behind.
#
# timeout=120

. ./lib.sh

requires tool module=null_blk program=mkfs.ext4 program=runuser
null_add nullb0 memory_backed=1 size=64
null_add nullb1 memory_backed=1 size=64
zcblk_load

# tool_fails DESC TEXT ARGUMENTS...: checks that the tool fails with status 1 and TEXT on stderr,
# and leaves no disk behind
tool_fails() {
	local desc=$1 text=$2 status=0 before=$FAILURES
	shift 2

	"$ZCBLK" "$@" >"$TMP/out" 2>"$TMP/err" </dev/null || status=$?
	check_eq "$desc: status" 1 "$status"
	check "$desc: says '$text'" grep -qiF -- "$text" "$TMP/err"
	[ "$FAILURES" -eq "$before" ] || sed 's/^/# stderr: /' "$TMP/err"
	check_eq "$desc: nothing on stdout" "" "$(cat "$TMP/out")"
	check_eq "$desc: no disk is left" "$LEFT" "$(ls "$ZCFS")"
}

LEFT=$(ls "$ZCFS")
tool_fails "a path that does not exist" /dev/none add --lower /dev/none
tool_fails "a file" "$TMP/out" add --lower "$TMP/out"
tool_fails "a bad path" zerocopy add --lower /dev/nullb0 --path foo
tool_fails "a bad bounce" vmalloc add --lower /dev/nullb0 --bounce foo
tool_fails "a bad stats" counters add --lower /dev/nullb0 --stats foo
tool_fails "a disk that does not exist" zcblk77 del zcblk77

mkfs.ext4 -q /dev/nullb1
mount_add /dev/nullb1 "$TMP/mnt"
tool_fails "a mounted device" nullb1 add --lower /dev/nullb1
umount "$TMP/mnt"
blockdev --setro /dev/nullb1
tool_fails "a read-only device" read-only add --lower /dev/nullb1

zcblk_add zcblk0 lower=/dev/nullb0
LEFT=$(ls "$ZCFS")
tool_fails "a zcblk disk" zcblk0 add --lower /dev/zcblk0
tool_fails "a claimed device" nullb0 add --lower /dev/nullb0
exec {held}<>/dev/zcblk0
tool_fails "removal while open" zcblk0 del zcblk0
exec {held}>&-

# Run the tool without privileges, from a copy that any user may execute
install -m 755 "$ZCBLK" /tmp/zcblk-unprivileged
defer rm -f /tmp/zcblk-unprivileged
status=0
runuser -u nobody -- /tmp/zcblk-unprivileged add --lower /dev/nullb1 \
	>/dev/null 2>"$TMP/err" || status=$?
check_eq "without privilege: status" 1 "$status"
check "without privilege: says what to do" grep -qiE 'root|privilege|sudo' "$TMP/err"

umount "$CONFIGFS"
defer eval "mountpoint -q $CONFIGFS || mount -t configfs none $CONFIGFS"
status=0
"$ZCBLK" add --lower /dev/none >/dev/null 2>"$TMP/err" || status=$?
check_eq "configfs not mounted: status" 1 "$status"
check "configfs not mounted: the tool mounts it, or says so" \
	grep -qiE 'configfs|/dev/none' "$TMP/err"
