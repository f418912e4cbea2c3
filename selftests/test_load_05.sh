#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Uses zcblk in the shortest way. After insmod, mkfs, mount and a write, the lower device has the
# data.

. ./lib.sh

requires device=1 program=mkfs.ext4
scratch 0
zcblk_load "lower=$SCRATCH"
mkfs.ext4 -q /dev/zcblk0
mount_add /dev/zcblk0 "$TMP/mnt"
head -c 3000001 /dev/urandom >"$TMP/mnt/file"
want=$(sha256sum <"$TMP/mnt/file")
check_fails "rmmod of a mounted disk is refused" "in use" rmmod zcblk
umount "$TMP/mnt"
check "rmmod" rmmod zcblk

check "the file system is sound on the lower device" fsck.ext4 -nf "$SCRATCH"
mount_add "$SCRATCH" "$TMP/mnt" ro
check_eq "the file is there, unchanged" "$want" "$(sha256sum <"$TMP/mnt/file")"
