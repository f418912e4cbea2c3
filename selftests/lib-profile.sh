# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What a profile needs. Sourced by tests, after lib.sh.
#
# USAGE: . ./lib-profile.sh
# REQUIREMENTS: what requires_profile finds missing

# requires_profile WHAT...: as requires, and that perf works on this kernel
requires_profile() {
	../scripts/perf/guest-perf record -q -e cpu-clock -o "$TMP/perf.data" true >/dev/null 2>&1 ||
		unmet "perf does not record here"
	requires program=perf program=fio program=jq module=null_blk "$@"
}
