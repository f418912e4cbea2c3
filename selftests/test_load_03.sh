#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# With a bad module parameter, insmod fails with EINVAL. The kernel log names the accepted values,
# and nothing is left behind.

. ./lib.sh

requires module=null_blk
null_add nullb0 memory_backed=1 size=16
module_load configfs

refused() {
	dmesg_mark
	check_fails "insmod $1 is refused" "$2" zcblk_insmod lower=/dev/nullb0 "$1"
	check "insmod $1: the log says why" dmesg_has "$3"
	check "insmod $1: nothing is left" nothing_stays
}

nothing_stays() {
	module_loaded zcblk && return 1
	[ ! -e "$ZCFS" ]
	[ ! -e "$DEBUGFS/zcblk" ]
	[ ! -e /dev/zcblk0 ]
	wipefs -a /dev/nullb0
}

invalid="Invalid parameters"
refused path=fast "$invalid" "invalid value 'fast' for path: must be one of zerocopy copy ab"
refused path= "$invalid" "must be one of zerocopy copy ab"
refused bounce=stack "$invalid" "invalid value 'stack' for bounce: must be one of page kmalloc vmalloc"
refused stats=all "$invalid" "invalid value 'all' for stats: must be one of off counters latency"
refused range_lock=yes "$invalid" \
	"invalid value 'yes' for range_lock: must be one of off list tree slot"
refused overlap=never "$invalid" "invalid value 'never' for overlap: must be one of serialize reject detect"
refused overlap=reject "$invalid" "overlap=reject needs a range lock; add range_lock=on"
refused read_only=perhaps "$invalid" "read_only"

# The words are the same as in configfs. An abbreviation is refused, and so is a word with more
# letters.
refused path=zero "$invalid" "invalid value 'zero' for path"
refused path=copyx "$invalid" "invalid value 'copyx' for path"

check "the module loads afterwards" zcblk_insmod lower=/dev/nullb0
defer zcblk_unload
