#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fio verifies random blocks of 512 B to 1 MiB at random offsets on path zerocopy. The statistics
# account for each byte.
#
# timeout=120

. ./lib.sh
. ./lib-data.sh

requires device=1 program=fio
scratch 0
zcblk_load
zcblk_add zcblk0 "lower=$SCRATCH"

size=24M
[ "$LONG" = 0 ] || size=1G
setting=zerocopy/page
verify "$setting" --bsrange=512-1m --size="$size"
verify "$setting" --bsrange=512-16k --size=1M
