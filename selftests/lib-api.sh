# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Loads the modules that use the kernel API, and reads its counters.
#
# USAGE: . ./lib-api.sh (after lib.sh; zcblk has to be loaded)
# REQUIREMENTS: debugfs; the test modules of selftests/modules

API_MODULES=$ZCBLK_BUILD/selftests/modules
API_IO=/sys/module/zcblk_io/parameters

# api_requires NAME...: skips the test unless these test modules were built
api_requires() {
	local name

	for name in "$@"; do
		[ -f "$API_MODULES/$name.ko" ] || unmet "module $name is not built"
	done
	requires
}

# api_run NAME [PARAM=VALUE...]: loads a module that does all its work in its init function, copies
# its parameters to $TMP/NAME/, and unloads it. If the module does not load, prints the new lines of
# the kernel log.
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

# api_result NAME PARAM: prints the value that a parameter of the module had after api_run
api_result() {
	printf '%s\n' "$(<"$TMP/$1/$2")"
}

# api_stat KEY...: prints the counter of the API that is named KEY, such as `io mapped` or `bios`
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

# api_io [PARAM=VALUE...]: does an asynchronous and usually also a synchronous I/O by the module
# zcblk-io, which it loads if necessary. All other parameters, except `device`, have the defaults
# below. The function starts no process, because tests call it often.
api_io() {
	local setting

	if ! module_loaded zcblk_io; then
		insmod "$API_MODULES/zcblk-io.ko" || die "zcblk-io does not load"
		defer rmmod zcblk_io
	fi
	for setting in buffer=kmalloc bytes=4096 offset=0 sector=0 flags=none how=0 prio=0 hint=0 \
		registered=0 write=1 below=none unreferenced=0 \
		form=buffer segment=4096 short_by=0 device2=none "$@"; do
		printf %s "${setting#*=}" >"$API_IO/${setting%%=*}"
	done
	printf 1 >"$API_IO/run" || die "zcblk-io $*"
}

# api_io_result PARAM: prints the value that a parameter of zcblk-io has after the last I/O
api_io_result() {
	printf '%s\n' "$(<"$API_IO/$1")"
}

# api_load [PARAM=VALUE...]: loads the module zcblk-repeat, which prepares an I/O for api_repeat
api_load() {
	insmod "$API_MODULES/zcblk-repeat.ko" "$@" || die "zcblk-repeat $* does not load"
	defer api_unload
}

api_unload() {
	! module_loaded zcblk_repeat || rmmod zcblk_repeat
}

# api_repeat N: does the I/O of api_load N times, in the context of the calling shell
api_repeat() {
	sysfs_write "$1" /sys/module/zcblk_repeat/parameters/run
}

api_repeat_result() {
	printf '%s\n' "$(<"/sys/module/zcblk_repeat/parameters/$1")"
}
