#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# bash completes commands, options, attributes and their values, in every command that accepts
# attributes. The test needs no module.

. ./lib.sh

requires tool
PATH=${ZCBLK%/*}:$PATH
COMPLETION=${ZCBLK_COMPLETION:-../userspace/zcblk.bash}
requires file="$COMPLETION"
# bash refuses the builtin compopt outside of readline
compopt() { :; }
# shellcheck source=userspace/zcblk.bash
. "$COMPLETION"

# completed WORD...: prints the completions of the last word. Each = must be a word of its own, as
# in readline.
completed() {
	COMP_WORDS=(zcblk "$@")
	COMP_CWORD=$#
	_zcblk
	echo "${COMPREPLY[*]}"
}

offers() {
	local want=$1
	shift
	check_eq "zcblk ${*:-}" "$want" "$(completed "$@")"
}

offers "add" a
for command in add "set zcblk0"; do
	# shellcheck disable=SC2086 # words
	set -- $command
	offers "zerocopy copy ab" "$@" path =
	offers "copy" "$@" path = c
	offers "off list tree slot on" "$@" range_lock =
	offers "serialize reject detect" "$@" overlap =
	offers "0 1" "$@" stable =
	offers "auto map detect copy" "$@" unreferenced =
	offers "0 1 force deferred" "$@" power =
	offers "1" "$@" reset_stats =
	offers "/dev/null" "$@" lower = /dev/nul
	offers "stats= stable=" "$@" sta
done
offers "zerocopy copy ab" add --path ""
offers "kmalloc" add --bounce = k
offers "off on" add --range-lock = o
offers "--lower" add --l

"$ZCBLK" add --help >"$TMP/help"
check_eq "all options of add" "$(grep -oE '^ +(-., )?--[a-z-]*' "$TMP/help" | grep -oE -- '--.*' | sort | xargs)" \
	"$(completed add -- | tr ' ' '\n' | sort | xargs)"
