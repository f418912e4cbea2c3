#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Loads the module, adds a disk, does I/O, deletes the disk and unloads the module, in many rounds.
# No round leaks memory.
#
# timeout=120

. ./lib.sh

requires module=null_blk
null_add nullb0 memory_backed=1 size=16

round() {
	zcblk_insmod
	mkdir "$ZCFS/zcblk0"
	echo /dev/nullb0 >"$ZCFS/zcblk0/lower"
	echo "$1" >"$ZCFS/zcblk0/path"
	echo 1 >"$ZCFS/zcblk0/power"
	dd if=/dev/zero of=/dev/zcblk0 bs=64k count=4 oflag=direct status=none
	dd if=/dev/zcblk0 of=/dev/null bs=64k count=4 iflag=direct status=none
	echo 0 >"$ZCFS/zcblk0/power"
	rmdir "$ZCFS/zcblk0"
	rmmod zcblk
}

rounds() {
	local paths=(zerocopy copy ab) i

	for ((i = 0; i < $1; i++)); do
		round "${paths[i % 3]}"
	done
}

count=20
[ "$LONG" = 0 ] || count=200
names=("unreclaimable slab" vmalloc "per-CPU memory" "memory in use")
most=($((256 + count * 2)) 128 64 16384)

# in_use: prints the KiB that are in use, a line for each entry of names. For memory in use, prints
# minus the available memory, because the test needs only differences.
in_use() {
	slab_kib
	meminfo_kib VmallocUsed
	meminfo_kib Percpu
	echo $((-$(meminfo_kib MemAvailable)))
}

grew_too_much() {
	local i

	for i in "${!names[@]}"; do
		((after[i] - before[i] <= most[i])) ||
			echo "${names[i]} grew by $((after[i] - before[i])) KiB"
	done
}

check "first rounds" rounds 6
mapfile -t before < <(in_use)
check "$count rounds" rounds $count
mapfile -t after < <(in_use)
# Other code allocates and frees memory, too, and KASAN keeps freed memory, up to a limit. So the
# test measures once more if too much memory is in use. A leak in zcblk would repeat in each round.
excess=$(grew_too_much | paste -sd,)
if [ -n "$excess" ]; then
	note "$excess: measuring once more"
	before=("${after[@]}")
	check "$count rounds more" rounds $count
	mapfile -t after < <(in_use)
fi
for i in "${!names[@]}"; do
	check "${names[i]} grew by $((after[i] - before[i])) KiB, at most ${most[i]}" \
		test $((after[i] - before[i])) -le "${most[i]}"
done
check_eq "no cache of its name is left" "" "$(grep zcblk /proc/slabinfo || true)"
check "the lower device is free" wipefs -a /dev/nullb0
