#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The copy path works, and every byte is correct, with almost no free memory.
#
# timeout=120

. ./lib.sh
. ./lib-data.sh

requires device=1 program=fio
scratch 0
zcblk_load
zcblk_add zcblk0 "lower=$SCRATCH" path=copy

# A file that cannot be reclaimed occupies all available memory except 160 MiB. fio uses some of
# these 160 MiB.
available=$(($(meminfo_kib MemAvailable) / 1024))
mkdir "$TMP/ballast"
mount -t tmpfs -o "size=${available}m" none "$TMP/ballast"
defer umount "$TMP/ballast"
fallocate -l "$((available - 160))M" "$TMP/ballast/file"
note "$(meminfo_kib MemAvailable) KiB available"

for bounce in page kmalloc vmalloc; do
	verify "copy/$bounce" --bsrange=512-1m --size=16M --iodepth=32
done
check_eq "no error is counted" 0 "$(stat_errors zcblk0)"
