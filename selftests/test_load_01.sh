#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The module loads without a lower device, lists its features, and unloads. Nothing is left behind.

. ./lib.sh

zcblk_load
for line in "path zerocopy" "path copy" "path ab" "bounce page" \
	"bounce kmalloc" "bounce vmalloc" "stats off" "stats counters" \
	"stats latency" "stable 0" "stable 1" "unreferenced map" \
	"unreferenced detect" "unreferenced copy" "range_lock off" "range_lock list" \
	"range_lock tree" "range_lock slot" "range_lock on" \
	"overlap serialize" "overlap reject" "overlap detect" "read_only 0" "read_only 1" "power 0" "power 1" \
	"power force"; do
	check "features has '$line'" grep -qxF "$line" "$ZCFS/features"
done
check_eq "features has two words a line" "" "$(awk 'NF != 2' "$ZCFS/features")"
check_eq "features are plain and readable by all" 444 \
	"$(stat -c %a "$ZCFS/features")"

undescribed() {
	modinfo -p "$(zcblk_module)" | sed 's/ *([a-z ]*)$//' | grep -vE '^[a-z_]+:.+'
}
check_fails "every parameter is described" "" undescribed
check_eq "the licence is the kernel's" GPL "$(modinfo -F license "$(zcblk_module)")"
check_eq "no disk appears by itself" "" "$(compgen -G '/sys/block/zcblk*' || true)"

check "the module unloads" zcblk_unload
for left in "$ZCFS" "$DEBUGFS/zcblk" /sys/module/zcblk; do
	check "nothing is left of it: $left" test ! -e "$left"
done
check_eq "no cache of its name is left" "" "$(grep zcblk /proc/slabinfo || true)"
