#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests, with udev, LUKS and swap on a disk. Memory pressure swaps out 200 MiB, which are read back.
#
# timeout=240

. ./lib.sh
. ./lib-udev.sh

requires tool device=1 program=cryptsetup program=python3 program=mkfs.ext4 program=findmnt module=dm_crypt

CGROUP=/sys/fs/cgroup/zcblk-swap
# The test fills this much memory, which is less than half of the swap. Then a page that was read
# back keeps its place in the swap, and the kernel does not write an unchanged page again.
MIB=240

udev_start
zcblk_load
scratch 0
lower=$SCRATCH
defer wipefs -aq "$lower"

luks_open() {
	cryptsetup open --key-file="$TMP/key" "$1" zcluks || die "cryptsetup open: status $?"
	settle
}

luks_close() {
	[ ! -b /dev/mapper/zcluks ] || { settle && cryptsetup close zcluks; }
}

echo secret >"$TMP/key"
disk_add "$lower"
cryptsetup luksFormat -q --pbkdf=pbkdf2 --pbkdf-force-iterations=1000 --label=zccrypt \
	--key-file="$TMP/key" /dev/zcblk0
settle
check_eq "LUKS is found by its label" /dev/zcblk0 "$(leads by-label/zccrypt)"
is_member "the lower device" "$lower"
luks_open /dev/disk/by-label/zccrypt
defer luks_close
mkfs.ext4 -qF -L zcinside /dev/mapper/zcluks
settle
write_data LABEL=zcinside
check_eq "the file system inside is mounted" /dev/mapper/zcluks "$SOURCE"
luks_close
disk_del zcblk0
check_eq "LUKS is found on the lower device" "$lower" "$(leads by-label/zccrypt)"
luks_open /dev/disk/by-label/zccrypt
check "with its data" data_is_on /dev/mapper/zcluks LABEL=zcinside
luks_close
wipefs -aq "$lower"

# squeeze: fills more memory than the limit of the cgroup, and prints how many pages are intact.
# Some kernels do not write a page of one repeated word to the swap device. So half of each page
# repeats the number of the page, and the other half is zero.
squeeze() {
	echo 0 >"$CGROUP/cgroup.procs"
	python3 - "$MIB" <<-'END'
		import mmap, sys

		def content(page):
		    return page.to_bytes(4, "little") * 512 + bytes(2048)

		pages = int(sys.argv[1]) << 20 >> 12
		memory = mmap.mmap(-1, pages << 12, flags=mmap.MAP_PRIVATE)
		for page in range(pages):
		    memory[page << 12:(page + 1) << 12] = content(page)
		print(sum(memory[page << 12:(page + 1) << 12] == content(page) for page in range(pages)))
	END
}

swapped_mib() {
	awk '$1 == "pswpout" { print int($2 * '"$(getconf PAGESIZE)"' / 1048576) }' /proc/vmstat
}

grep -qw memory /sys/fs/cgroup/cgroup.controllers || skip "no memory controller"
disk_add "$lower"
mkswap -q -L zcswap /dev/zcblk0
settle
check "swapon by LABEL" swapon LABEL=zcswap
defer eval '! grep -q zcblk0 /proc/swaps || swapoff /dev/zcblk0'
check "swaps to the disk" grep -q '^/dev/zcblk0 ' /proc/swaps
echo +memory >/sys/fs/cgroup/cgroup.subtree_control
mkdir "$CGROUP"
defer rmdir "$CGROUP"
echo 32M >"$CGROUP/memory.max"
before=$(swapped_mib)
check_eq "$MIB MiB come back from the swap" $((MIB << 8)) "$( (squeeze) )"
moved=$(($(swapped_mib) - before))
check "$moved MiB were swapped out" test "$moved" -ge 200
check "swapoff" swapoff /dev/zcblk0
disk_del zcblk0
check_eq "the swap is found on the lower device" "$lower" "$(leads by-label/zcswap)"
