# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Checks the requirements of a profile. Sourced by tests, after lib.sh.
#
# USAGE: . ./lib-profile.sh
# REQUIREMENTS: what requires_profile finds missing

# requires_profile WHAT...: like requires, and perf must work on this kernel
requires_profile() {
	../scripts/perf/guest-perf stat -e cpu-clock true >/dev/null 2>&1 ||
		unmet "perf does not work here"
	requires program=perf program=fio program=jq module=null_blk "$@"
}
