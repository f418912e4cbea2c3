#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Checks what `zcblk locks` prints: holders and waiters, counters, waits and regions, as tables and
# JSON, once and repeatedly. The input is files like those of the driver, so the test needs no
# module.

. ./lib.sh

requires tool program=jq

export ZCBLK_SYSFS=$TMP/sys
CONFIG=$ZCBLK_SYSFS/kernel/config/zcblk
DEBUG=$ZCBLK_SYSFS/kernel/debug/zcblk

for disk in zcblk0 zcblk1 zcblk2; do
	mkdir -p "$CONFIG/$disk" "$DEBUG/$disk"
done
touch "$CONFIG/features"
rmdir "$DEBUG/zcblk2"
cat >"$DEBUG/zcblk0/range_locks" <<-END
	version 1
	engine slot
	overlap serialize
	taken 5000
	contended 30
	parked 20
	refused 10
	collided 1
	slow 7
	longest_ns 2000000
	wait 65536 131072 10
	wait 1048576 2097152 10
	hot 2048 4095 30
	unheard-of 1 2 3
	holder write 0 127 12
	waiter read 8 15 5 for write 0 127
	waiter write 64 8388671 3 for write 0 127
END
printf 'version 1\nengine off\n' >"$DEBUG/zcblk1/range_locks"

check_table "holders, waiters and what they wait for" "NAME   STATE OP    START    LAST AGE_MS FOR
zcblk0 holds write     0     127     12 
zcblk0 waits read      8      15      5 write 0 127
zcblk0 waits write    64 8388671      3 write 0 127" "$("$ZCBLK" locks)"
check_table "counters" "ENGINE HELD WAITING TAKEN PARKED COLLIDED P50_US P99_US LONGEST_US
slot      1       2  5000     20        1  131.1 2076.2     2000.0" \
	"$("$ZCBLK" locks -c -o engine,held,waiting,taken,parked,collided,p50_us,p99_us,longest_us zcblk0)"
check_eq "none is left out" 0 "$("$ZCBLK" locks -cn -o more zcblk0 | xargs)"
check_table "waits" "NAME    LOW_NS HIGH_NS COUNT
zcblk0   65536  131072    10
zcblk0 1048576 2097152    10" "$("$ZCBLK" locks --waits)"
check_table "regions" "zcblk0 2048 4095 30" "$("$ZCBLK" locks --hot -n)"
check_eq "JSON" '{"state":"waits","start":8,"last":15,"age_ms":5,"for":"write 0 127"}' \
	"$("$ZCBLK" locks -J | jq -c '.zcblk[1] | {state, start, last, age_ms, for}')"
check_eq "it prints repeatedly" 6 "$("$ZCBLK" locks -J 0.01 3 | jq '.zcblk[1, 2].age_ms' | wc -l)"

check_fails "a disk without a range lock" "range_lock=on" "$ZCBLK" locks zcblk1
check_fails "a disk that is down" "zcblk2 is down" "$ZCBLK" locks zcblk2
check_fails "no such disk" "unknown disk zcblk3" "$ZCBLK" locks zcblk3
echo "more 12" >>"$DEBUG/zcblk0/range_locks"
check "some are not listed" grep -q "12 more are not listed" <("$ZCBLK" locks 2>&1)
check_eq "counters show them separately" "1 2 12" \
	"$("$ZCBLK" locks -cn -o held,waiting,more zcblk0 2>&1 | xargs)"
sed -i 's/^holder write.*/holder write 0/' "$DEBUG/zcblk0/range_locks"
check_fails "a line cut short" "invalid format" "$ZCBLK" locks
sed -i 's/version 1/version 2/' "$DEBUG/zcblk0/range_locks"
check_fails "a format that is not known" "unknown format" "$ZCBLK" locks
