#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A bad module parameter fails insmod with EINVAL, a line in the kernel log
# that names the accepted values, and nothing left behind.

. ./lib.sh

requires module=null_blk
null_add nullb0 memory_backed=1 size=16
module_load configfs

refused() {
	dmesg_mark
	check_fails "insmod $1 is refused" "$2" zcblk_insmod lower=/dev/nullb0 "$1"
	check "insmod $1: the log says why" dmesg_has "$3"
	check "insmod $1: nothing stays" nothing_stays
}

nothing_stays() {
	module_loaded zcblk && return 1
	[ ! -e "$ZCFS" ]
	[ ! -e "$DEBUGFS/zcblk" ]
	[ ! -e /dev/zcblk0 ]
	wipefs -a /dev/nullb0
}

invalid="Invalid parameters"
refused path=fast "$invalid" "path 'fast': accepted are zerocopy copy ab"
refused path= "$invalid" "accepted are zerocopy copy ab"
refused bounce=stack "$invalid" "bounce 'stack': accepted are page kmalloc vmalloc"
refused stats=all "$invalid" "stats 'all': accepted are off counters latency"
refused range_lock=yes "$invalid" \
	"range_lock 'yes': accepted are off list tree slot"
refused overlap=never "$invalid" "overlap 'never': accepted are serialize reject detect"
refused overlap=reject "$invalid" "overlap=reject needs a range lock; add range_lock=on"
refused read_only=perhaps "$invalid" "read_only"

# The same words as configfs accepts: no abbreviation, nothing after them
refused path=zero "$invalid" "path 'zero'"
refused path=copyx "$invalid" "path 'copyx'"

check "the module loads afterwards" zcblk_insmod lower=/dev/nullb0
defer zcblk_unload
