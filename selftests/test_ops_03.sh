#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# dm-log-writes on the lower device logs each write, flush and FUA of a zcblk disk once, in the
# order of their submission.

. ./lib.sh
. ./lib-data.sh

requires module=dm_log_writes program=dmsetup module=null_blk
null_add nullb0 size=64 memory_backed=1
null_add nullb1 size=64 memory_backed=1
dm_add logged "0 131072 log-writes /dev/nullb0 /dev/nullb1"
zcblk_load

# log_entries: prints a line `SECTOR SECTORS FLAGS` for each entry of the log. The log begins with a
# super block of one sector (magic, version, entries, sector size). Each entry is a sector (sector,
# sectors, flags, data_len). Its data follows, unless the entry is a discard.
log_entries() {
	local log=/dev/nullb1 at=1 entries sector sectors flags
	local discard=4

	read -r _ entries < <(od -An -t u8 -j 8 -N 16 "$log" | xargs)
	while [ "$((entries--))" -gt 0 ]; do
		read -r sector sectors flags < <(od -An -t u8 -j $((at * 512)) \
			-N 24 "$log" | xargs)
		echo "$sector $sectors $flags"
		at=$((at + 1 + (flags & discard ? 0 : sectors)))
	done
}

write_4k() {
	dd if=/dev/zero of="$1" bs=4k count=1 seek="$2" "oflag=$3" status=none
}

# sequence DISK: does a write, a flush, a write with FUA, and another flush
sequence() {
	write_4k "$1" 1 direct
	sync -d "$1"
	write_4k "$1" 2 direct,dsync
	sync -d "$1"
}

sequence /dev/mapper/logged
zcblk_add zcblk0 lower=/dev/mapper/logged
for setting in $SETTINGS; do
	use "$setting"
	sequence /dev/zcblk0
done
zcblk_del zcblk0
dm_del logged
note "flags: 1 flush, 2 FUA, 4 discard, 8 mark, 16 metadata"
log_entries | grep -v ' 8$' >"$TMP/log"
want=$(head -n $(($(wc -l <"$TMP/log") / 6)) "$TMP/log")
check "without zcblk: a write, a flush, FUA" grep -qE '^8 8 0 0 0 1 16 8 2( 0 0 1)+$' \
	<<<"$(xargs <<<"$want")"
check_eq "the log is the same with every setting" \
	"$(for _ in direct $SETTINGS; do echo "$want"; done)" "$(<"$TMP/log")"
