# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Checks that the same I/O fails with the same error on zcblk0 and on its lower device.
#
# USAGE: . ./lib-errors.sh (after lib.sh)
# REQUIREMENTS: the helper read-probe

write_block() {
	dd if=/dev/zero of="$1" bs=4k count=1 seek="$2" oflag=direct
}

# counted_only NAME: returns 0 if zcblk0 counted errors named NAME, and no other errors
counted_only() {
	local count

	count=$(stat_value zcblk0 error "$1") || echo "no errors named $1"
	[ "$count" -ge 1 ] && [ "$count" -eq "$(stat_errors zcblk0)" ]
}

# check_read_error LOWER OFFSET LENGTH NAME: checks on every path that a read fails with the error
# of the lower device. The error must be counted as NAME. The read must not store foreign data, such
# as old bounce memory, in the buffer.
check_read_error() {
	local lower=$1 offset=$2 length=$3 name=$4 setting want got

	want=$("$HELPERS/read-probe" "$lower" "$offset" "$length")
	for setting in zerocopy/page copy/page copy/kmalloc copy/vmalloc ab/page; do
		zcblk_set zcblk0 path "${setting%/*}"
		zcblk_set zcblk0 bounce "${setting#*/}"
		zcblk_set zcblk0 reset_stats 1
		got=$("$HELPERS/read-probe" /dev/zcblk0 "$offset" "$length")
		check_eq "$setting: the lower device's result" "${want% *}" "${got% *}"
		check_eq "$setting: foreign bytes in the buffer" 0 "${got#* }"
		check "$setting: counted as $name, and under no other name" \
			counted_only "$name"
	done
}

# check_write_error LOWER BLOCK NAME: checks on every path that a write of one 4 KiB block fails
# with the error of the lower device. The error must be counted as NAME.
check_write_error() {
	local lower=$1 block=$2 name=$3 path want

	want=$(write_block "$lower" "$block" 2>&1 | sed -n '1s/.*: //p' || true)
	for path in zerocopy copy ab; do
		zcblk_set zcblk0 path "$path"
		zcblk_set zcblk0 reset_stats 1
		check_fails "$path: the write fails with '$want'" "$want" \
			write_block /dev/zcblk0 "$block"
		check "$path: counted as $name, and under no other name" \
			counted_only "$name"
	done
}
