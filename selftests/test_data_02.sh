#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# xfs: a directory tree is written through zcblk. The file system is sound, and has the same files
# on the lower device. This holds for every path and every kind of bounce memory, also while the
# path changes.
#
# timeout=200

. ./lib.sh
. ./lib-data.sh

requires device=1 program=mkfs.xfs
zcblk_load
fs_rounds xfs
