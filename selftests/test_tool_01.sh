#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tool prints its help. It refuses bad arguments with status 2 before it accesses anything. The
# test needs no module, because the tool uses an empty directory instead of /sys.

. ./lib.sh

requires tool

export ZCBLK_SYSFS=$TMP/sys
mkdir "$ZCBLK_SYSFS"

# refused TEXT ARGUMENT...: checks that the tool fails with status 2, and prints TEXT only on stderr
refused() {
	local text=$1 status=0
	shift

	"$ZCBLK" "$@" >"$TMP/out" 2>"$TMP/err" || status=$?
	cat "$TMP/out" "$TMP/err"
	[[ $status == 2 && ! -s $TMP/out && $(<"$TMP/err") == *"$text"* ]]
}

help_fits() {
	"$ZCBLK" "$1" --help >"$TMP/help"
	[[ $(<"$TMP/help") == "Usage: zcblk $1"* ]]
	awk 'length > 90 { print; long = 1 } END { exit long }' "$TMP/help"
}

check "--version" grep -qx 'zcblk [0-9.]*' <("$ZCBLK" --version)
"$ZCBLK" --help >"$TMP/help"
check_eq "--help names the commands" "add del set list show stat locks save restore stop exercise" \
	"$(sed -n 's/^  \([a-z]*\) .*/\1/p' "$TMP/help" | xargs)"
for command in add del set list show stat locks save restore stop exercise; do
	check "$command --help" help_fits $command
	check "$command --foo" refused "unrecognized option '--foo'" $command --foo
done

check "no command" refused "Usage: zcblk COMMAND"
check "a command that does not exist" refused "unknown command 'foo'" foo
check "add without --lower" refused "--lower DEVICE" add
check "--lower without a value" refused "requires an argument" add --lower
check "--lower with an empty path" refused "empty" add --lower ""
check "an operand without a value" refused "'x': must be ATTR=VALUE" add --lower /dev/null x
check "del without names" refused "name of a disk" del
check "set without an attribute" refused "ATTR=VALUE" set zcblk0
check "set without a value" refused "'path': must be ATTR=VALUE" set zcblk0 path
check "set without a name of an attribute" refused "must be ATTR=VALUE" set zcblk0 =copy
check "show without names" refused "name of a disk" show
check "save with a name" refused "unexpected argument 'zcblk0'" save zcblk0
check "restore of a bad name" refused "names begin with zcblk" restore sda
check "list with a name" refused "unexpected argument 'zcblk0'" list zcblk0
check "list with a bad column" refused "unknown column 'FOO'" list -o NAME,FOO
check "stat with a bad column" refused "unknown column 'STATE'" stat -o STATE
check "locks with a bad column" refused "unknown column 'IOS'" locks -o IOS
check "locks with a bad count" refused "invalid count 'x'" locks 1 x
check "a bad interval" refused "invalid interval '1x'" stat 1x
check "an interval of 0" refused "invalid interval '0'" stat zcblk0 0
check "a count of 0" refused "invalid count '0'" stat 1 0
check "a count that is too large" refused "invalid count" stat 1 18446744073709551617
check "a count with a sign" refused "invalid count '+1'" locks 1 +1
check "a name after the interval" refused "invalid count 'zcblk0'" stat 1 zcblk0
check "too many numbers" refused "unexpected argument '3' after" stat 1 2 3

long=zcblk$(printf '0%.0s' {1..27})
for name in sda /dev/sda ""; do
	check "del, name '$name'" refused "names begin with zcblk" del "$name"
done
for name in zcblk/x /dev/zcblk/0; do
	check "del, name '$name'" refused "no slash" del "$name"
done
check "a name of 32 characters" refused "at most 31" del "$long"
check "add --name with such a name" refused "at most 31" add --lower /dev/null --name "$long"
check "one bad name among good ones" refused "invalid name 'x'" show zcblk0 x

check_eq "none of these changed anything" "" "$(ls "$ZCBLK_SYSFS")"
check_fails "output to a full disk fails" "No space left" \
	bash -c "'$ZCBLK' --help >/dev/full"
