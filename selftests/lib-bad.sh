# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Checks that zcblk0 refuses a setting. The error must be the right one, the kernel log must contain
# the reason, and the setting must be unchanged.
#
# USAGE: . ./lib-bad.sh (after lib.sh)
# REQUIREMENTS: none

# check_refused DESC ERROR LOG ATTRIBUTE VALUE: checks that writing VALUE to ATTRIBUTE of zcblk0
# fails with ERROR, that the kernel log contains LOG, and that ATTRIBUTE is unchanged
check_refused() {
	local desc=$1 error=$2 log=$3 attribute=$4 value=$5 before

	before=$(zcblk_get zcblk0 "$attribute")
	dmesg_mark
	check_fails "$desc: refused" "$error" zcblk_set zcblk0 "$attribute" "$value"
	check "$desc: the log says why" dmesg_has "$log"
	check_eq "$desc: $attribute keeps its value" "$before" \
		"$(zcblk_get zcblk0 "$attribute")"
}

# check_lower_refused DESC ERROR LOWER: checks that zcblk0 does not come up on LOWER, leaves nothing
# behind, and comes up on /dev/nullb0 afterwards. Setting either `lower` or `power` must fail with
# ERROR.
check_lower_refused() {
	local desc=$1 error=$2 lower=$3

	dmesg_mark
	check_fails "$desc: refused" "$error" bring_up "$lower"
	check "$desc: the log says why" dmesg_has "zcblk: zcblk0: "
	check_eq "$desc: power reads 0" 0 "$(zcblk_get zcblk0 power)"
	check_eq "$desc: the state is off" off "$(zcblk_get zcblk0 state)"
	check "$desc: there is no disk" test ! -e /sys/block/zcblk0
	check "$desc: nothing in debugfs" test ! -e "$DEBUGFS/zcblk/zcblk0"
	check "$desc: another lower device comes up" bring_up /dev/nullb0
	check "$desc: and goes" zcblk_set zcblk0 power 0
}

bring_up() {
	zcblk_set zcblk0 lower "$1"
	zcblk_set zcblk0 power 1
}
