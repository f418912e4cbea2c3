#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Rounds of load, add, I/O, delete, rmmod: each leaves the memory as it was
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
check "first rounds" rounds 6
slab=$(slab_kib)
vmalloc=$(meminfo_kib VmallocUsed)
percpu=$(meminfo_kib Percpu)
available=$(meminfo_kib MemAvailable)
check "$count rounds" rounds $count
note "slab $slab -> $(slab_kib) KiB, vmalloc $vmalloc -> $(meminfo_kib VmallocUsed) KiB"

# grown DESC KIB BEFORE NOW: no more than KIB
grown() {
	check "$1 grew by $(($4 - $3)) KiB, at most $2" test $(($4 - $3)) -le "$2"
}
grown "unreclaimable slab" $((256 + count * 2)) "$slab" "$(slab_kib)"
grown "vmalloc" 128 "$vmalloc" "$(meminfo_kib VmallocUsed)"
grown "per-CPU memory" 64 "$percpu" "$(meminfo_kib Percpu)"
# Others take and give memory too: what is lost in each round is lost in the next ones too
now=$(meminfo_kib MemAvailable)
if [ "$((available - now))" -gt 16384 ]; then
	note "memory in use grew by $((available - now)) KiB: once more"
	available=$now
	check "$count rounds more" rounds $count
	now=$(meminfo_kib MemAvailable)
fi
grown "memory in use" 16384 "-$available" "-$now"
check_eq "no cache of its name is left" "" "$(grep zcblk /proc/slabinfo || true)"
check "the lower device is free" wipefs -a /dev/nullb0
