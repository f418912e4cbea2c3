#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# xfs: a tree written through zcblk is sound and identical below it, on every
# path and with every kind of bounce memory, also while the path changes.
#
# timeout=200

. ./lib.sh
. ./lib-data.sh

requires device=1 program=mkfs.xfs
zcblk_load
fs_rounds xfs
