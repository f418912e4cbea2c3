#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# scripts/profile runs a load on this machine with its settings A and B, records profiles, and
# prints the results. By default, A is range_lock=list and path=copy, and B is range_lock=on and
# path=zerocopy. Without enough samples, or without names of functions, the report fails and says
# what to do.
#
# timeout=720

. ./lib.sh
. ./lib-profile.sh

requires_profile "feature=range_lock slot" program=column

zcblk_load
OUT=$TMP/out

report() {
	../scripts/perf/report "$@" "$OUT"
}

json() {
	jq -r "$1" "$OUT/report.json"
}

check "both settings are recorded" ../scripts/profile --here --seconds 1 --legs 2 --samples 300 \
	--output "$OUT"
note "$(<"$OUT/report.txt")"
check_eq "the recorded engines are those of the settings" "list slot" \
	"$(json '"\(.A.counters.engine) \(.B.counters.engine)"')"
check_eq "the recorded paths are those of the settings" "true true" \
	"$(json '"\(.A.bytes_copied > 0) \(.B.bytes_copied == 0)"')"
check_eq "the list is the hottest lock" "zcblk's range lock" "$(json '.A.locks[0].lock')"
check_eq "copying is seen only with setting A" "true true" \
	"$(json '"\(.A.copying > 0) \(.B.copying == 0)"')"
check "flame graphs are well formed" python3 -c \
	'import sys, xml.dom.minidom as x; [x.parse(f) for f in sys.argv[1:]]' "$OUT"/{A,B}.svg
check "nothing is left behind" test ! -e /dev/zcblk-profile -a ! -e /dev/nullb-profile

# Remove the second leg of each setting, because one leg is enough for these failures
rm "$OUT"/[AB].2.data
check_fails "too few samples are an error" "--samples" report -n 1000000
sed -i '/\[zcblk\]$/d' "$OUT/kallsyms"
check_fails "functions without a name are an error" "without a name" report -n 300
