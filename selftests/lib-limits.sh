# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Compares the queue limits of a zcblk disk with those of its lower device.
#
# USAGE: . ./lib-limits.sh (after lib.sh)
# REQUIREMENTS: sysfs

# Files in queue/ that describe the device. A kernel may lack some of these files. Files that are
# settings of a queue, as for its scheduler and readahead, are not listed. write_cache and fua are
# not listed, because a zcblk disk always has both. test_lower_01 checks them.
LIMITS="logical_block_size physical_block_size minimum_io_size optimal_io_size
	dma_alignment max_hw_sectors_kb max_segments max_segment_size
	max_integrity_segments max_discard_segments discard_granularity
	discard_max_hw_bytes discard_max_bytes discard_zeroes_data
	write_zeroes_max_bytes write_zeroes_unmap_max_hw_bytes
	write_same_max_bytes rotational zoned nr_zones chunk_sectors
	virt_boundary_mask stable_writes dax io_poll
	zone_append_max_bytes max_open_zones max_active_zones"

same_file() {
	local want got

	[ -f "$2" ] || return 0
	read -r want <"$2"
	read -r got <"$1" || got=absent
	[ "$want" = "$got" ] && return 0
	echo "${2##*/}: lower device has '$want', the disk '$got'"
	return 1
}

# same_limits DISK LOWER: prints the limits that differ, and fails if there is any. Both arguments
# are kernel names.
same_limits() {
	local upper=/sys/block/$1 lower=/sys/block/$2 limit status=0

	for limit in $LIMITS; do
		same_file "$upper/queue/$limit" "$lower/queue/$limit" || status=1
	done
	for limit in alignment_offset discard_alignment ro; do
		same_file "$upper/$limit" "$lower/$limit" || status=1
	done
	return "$status"
}

# check_limits DESC LOWER: makes zcblk0 on LOWER, and compares limits and size with those of LOWER
check_limits() {
	zcblk_add zcblk0 "lower=$2"
	check "limits over $1" same_limits zcblk0 "$(kname "$2")"
	check "size over $1" same_size /dev/zcblk0 "$2"
	zcblk_del zcblk0
}
