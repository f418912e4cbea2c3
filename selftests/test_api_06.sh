#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The example in driver/api/README.md is a module that builds and loads. The module does what the
# documentation says.

. ./lib.sh
. ./lib-api.sh

requires module=null_blk
api_requires zcblk-example
null_add nullb0 memory_backed=1 size=64
zcblk_load

documented() {
	sed -n '/^```c$/,/^```$/ { /^```/ d; p }' ../driver/api/README.md
}
check "it is what driver/api/README.md shows" diff <(documented) modules/zcblk-example.c

check_fails "it fails without a device" "" insmod "$API_MODULES/zcblk-example.ko"
check_fails "it fails with a file instead of a device" "" \
	insmod "$API_MODULES/zcblk-example.ko" device=/etc/passwd

head -c 1M /dev/urandom >"$TMP/data"
dd if="$TMP/data" of=/dev/nullb0 bs=1M oflag=direct status=none
check "it loads" api_run zcblk-example device=/dev/nullb0
check "the second MiB is a copy of the first" \
	cmp "$TMP/data" <(dd if=/dev/nullb0 bs=1M skip=1 count=1 iflag=direct status=none)
