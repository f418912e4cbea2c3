# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Checks the requirements of a profile. Tests source this file after lib.sh.
#
# USAGE: . ./lib-profile.sh
# REQUIREMENTS: perf, fio, jq and null_blk; requires_profile checks them

# requires_profile WHAT...: does the same as `requires`, and also skips the test if perf does not
# work on this kernel
requires_profile() {
	../scripts/perf/guest-perf stat -e cpu-clock true >/dev/null 2>&1 ||
		unmet "perf does not work here"
	requires program=perf program=fio program=jq module=null_blk "$@"
}
