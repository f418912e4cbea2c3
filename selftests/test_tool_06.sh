#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# If a module cannot be loaded, the tool says whether its signature was refused, or whether it was
# not built for this kernel. The test loads no module, because fake insmod and modprobe only print
# the errors. The test also checks relative paths.

. ./lib.sh

requires tool
mkdir "$TMP/bin" "$TMP/sys"
export ZCBLK_SYSFS=$TMP/sys PATH=$TMP/bin:$PATH

# loader TEXT: makes a modprobe and an insmod that fail with TEXT
loader() {
	local program

	for program in modprobe insmod; do
		printf '#!/bin/sh\necho "%s: ERROR: could not insert %s: %s" >&2\nexit 1\n' \
			$program "'zcblk'" "$1" >"$TMP/bin/$program"
		chmod +x "$TMP/bin/$program"
	done
}

add() {
	"$ZCBLK" add --lower /dev/null "$@"
}

# says CAUSE OTHER COMMAND...: checks that COMMAND fails, and prints CAUSE but not OTHER
says() {
	local cause=$1 other=$2
	shift 2

	! "$@" >"$TMP/said" 2>&1 || return 1
	cat "$TMP/said"
	grep -q "$cause" "$TMP/said" && ! grep -q "$other" "$TMP/said"
}

signature="Secure Boot or lockdown.*sign it"
build="built for the running kernel, $(uname -r)"
for reason in "Key was rejected by service" "Required key not available" \
	"Operation not permitted" "Package not installed"; do
	loader "$reason"
	check "modprobe: $reason" says "$signature" "$build" add
	check "insmod: $reason" says "$signature" "$build" add --module /x/zcblk.ko
	check_fails "the tool says what to do" "mokutil --import" add
done
for reason in "Exec format error" "Unknown symbol in module, or unknown parameter (see dmesg)"; do
	loader "$reason"
	check "modprobe: $reason" says "$build" "$signature" add
done

DISK=$ZCBLK_SYSFS/kernel/config/zcblk/zcblk0
mkdir -p "$DISK"
touch "$DISK/../features" "$DISK/lower" "$DISK/path"
cd "$TMP"
check "set lower= with a relative path" "$ZCBLK" set zcblk0 lower=dev/sdx
check_eq "it is made absolute" "$TMP/dev/sdx" "$(<"$DISK/lower")"
: >"$DISK/lower"
check "set lower= with an absolute path" "$ZCBLK" set zcblk0 lower=/dev/sdx
check_eq "it is not changed" /dev/sdx "$(<"$DISK/lower")"
check "other attributes" "$ZCBLK" set zcblk0 path=copy
check_eq "a value of another attribute is not changed" copy "$(<"$DISK/path")"
