# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Loads the modules that use the kernel API, and reads its counters.
#
# USAGE: . ./lib-api.sh (after lib.sh; zcblk has to be loaded)
# REQUIREMENTS: debugfs; the test modules of selftests/modules

API_MODULES=$ZCBLK_BUILD/selftests/modules

# api_requires NAME...: skips the test unless these modules were built
api_requires() {
	local name

	for name in "$@"; do
		[ -f "$API_MODULES/$name.ko" ] || unmet "module $name is not built"
	done
	requires
}

# api_run NAME [PARAM=VALUE...]: all that the module does is done when it is loaded;
# its parameters are then in $TMP/NAME/
api_run() {
	local name=$1 status=0
	shift

	dmesg_mark
	insmod "$API_MODULES/$name.ko" "$@" || status=$?
	if [ "$status" -eq 0 ]; then
		rm -rf "${TMP:?}/$name"
		cp -r "/sys/module/${name//-/_}/parameters" "$TMP/$name"
		rmmod "$name"
	else
		dmesg_new
	fi
	return "$status"
}

# api_result NAME PARAM: as it was after api_run
api_result() {
	printf '%s\n' "$(<"$TMP/$1/$2")"
}

# api_stat KEY...: the number that follows KEY..., e.g. `io mapped` or `bios`
api_stat() {
	local line

	while read -r line; do
		[[ $line == "$* "* ]] || continue
		line=${line#"$* "}
		echo "${line%% *}"
		return 0
	done <"$DEBUGFS/zcblk/api"
	return 1
}

# api_load [PARAM=VALUE...]: prepares an I/O; api_repeat does it, api_unload ends it
api_load() {
	insmod "$API_MODULES/zcblk-repeat.ko" "$@" || die "zcblk-repeat $* does not load"
	defer api_unload
}

api_unload() {
	! module_loaded zcblk_repeat || rmmod zcblk_repeat
}

# api_repeat N: in the context of the shell that calls it
api_repeat() {
	sysfs_write "$1" /sys/module/zcblk_repeat/parameters/run
}

api_repeat_result() {
	printf '%s\n' "$(<"/sys/module/zcblk_repeat/parameters/$1")"
}
