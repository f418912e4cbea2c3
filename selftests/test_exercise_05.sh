#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# zcblk exercise prints its matrix of results as a table and as JSON, and compares engines with a
# baseline. The test also checks exit statuses and messages. No command leaves a job behind.
#
# timeout=240

. ./lib.sh
. ./lib-exerciser.sh

requires tool module=null_blk module=dm_mod program=jq
null_add nullb0 memory_backed=1 size=64
exerciser_load

exercise() {
	"$ZCBLK" exercise /dev/nullb0 --destroy /dev/nullb0 "$@"
}

columns=op,buffer,size,engine,ios,bytes,reason,checked,bad,note
matrix=(--engine "map,registered,copy,dm-io,rw-virt,rq-map-kern" --buffer "kmalloc,vmalloc" --size 16k
	--op "read,mixed" --count 20 --span 256k)
exercise "${matrix[@]}" --verify -J -o "$columns" >"$TMP/json"
check_eq "JSON: each cell has a row for each engine and the control" 28 \
	"$(jq '.zcblk | length' "$TMP/json")"
check_eq "the table has the same rows as JSON" \
	"$(jq -r '.zcblk[] | map(. // empty | tostring) | join(" ")' "$TMP/json")" \
	"$(exercise "${matrix[@]}" --verify -bn -o "$columns" | sed 's/  */ /g; s/ $//; s/^ //')"
check_eq "reads of each engine verify" 0 "$(jq '[.zcblk[].bad // 0] | add' "$TMP/json")"
check_eq "what an engine cannot do is refused" \
	'["vmalloc","rw-virt",null]' \
	"$(jq -c '[.zcblk[] | select(.note == "refused") | [.buffer, .engine, .ios]][0]' "$TMP/json")"
check_eq "all other engines did their I/Os" 20 \
	"$(jq '[.zcblk[] | select(.note != "refused").ios] | unique[]' "$TMP/json")"
check_eq "copies have the reason copied-forced" '["copied-forced"]' \
	"$(jq -c '[.zcblk[] | select(.engine == "copy").reason] | unique' "$TMP/json")"

exercise --engine map,copy,dm-io --baseline dm-io --size 1m --op write --count 50 \
	--pairs 4 --latency --batch 10 -J -o engine,ns,mbps,ratio,low,high,note,copied,p50_us,p99_us >"$TMP/json"
row() {
	jq -r --arg engine "$1" ".zcblk[] | select(.engine == \$engine) | $2" "$TMP/json"
}
check_eq "the baseline" "baseline null" "$(row dm-io '"\(.note) \(.ratio)"')"
check_eq "the control" control "$(row again .note)"
check_eq "the I/Os are those of four legs" 200 "$(row copy .copied)"
for engine in map copy again; do
	check_eq "$engine: its interval is around its ratio" true \
		"$(row "$engine" '.low <= .ratio and .ratio <= .high and .low > 0')"
done
check_eq "MB/s and ns agree" true \
	"$(row map '(.mbps * .ns / 1048576e3 - 1) | fabs < 0.01')"
check_eq "latencies" true "$(row map '.p50_us > 0 and .p50_us <= .p99_us')"
check_eq "one engine, one leg: nothing to compare" '[["map",null,null]]' \
	"$(exercise --engine map --count 10 -J | jq -c '[.zcblk[] | [.engine, .ratio, .note]]')"
check_eq "--time" true "$(exercise --engine map --time 0.3 --span 1m -J |
	jq '.zcblk[0] | .ios * .ns | . > 0.2e9 and . < 3e9')"
check_eq "no progress is printed without a terminal" "" "$(exercise --count 10 2>&1 >"$TMP/out")"
check_eq "no job is left" "" "$(find "$EXFS" -mindepth 1 -type d)"

any_job_runs() {
	grep -q running "$EXFS"/exercise-*/run
}

# fails STATUS TEXT ARGUMENTS...: checks that the command ends with STATUS, prints TEXT on stderr,
# and leaves no job behind
fails() {
	local want=$1 text=$2 status=0
	shift 2

	"$ZCBLK" exercise "$@" >"$TMP/out" 2>"$TMP/err" </dev/null || status=$?
	check_eq "$*: status" "$want" "$status"
	check "$*: says '$text'" grep -qF -- "$text" "$TMP/err"
	check_eq "$*: no job is left" "" "$(find "$EXFS" -mindepth 1 -type d)"
}

device=(/dev/nullb0 --destroy /dev/nullb0)
fails 2 "expected one argument"
fails 2 "--destroy /dev/nullb0" /dev/nullb0
fails 2 "--destroy is /dev/nullb1" /dev/nullb0 --destroy /dev/nullb1
fails 2 "must be one of the engines" "${device[@]}" --baseline foo
fails 2 "for --size" "${device[@]}" --size 4x
fails 2 "unknown column 'foo'" "${device[@]}" -o foo
fails 2 "for --time" "${device[@]}" --time 0
for pairs in 0 -18446744073709551615 18446744073709551617; do
	fails 2 "for --pairs" "${device[@]}" "--pairs=$pairs"
done
fails 2 "values" "${device[@]}" --engine map,,copy
fails 2 "--help" "${device[@]}" --nonsense
fails 1 "must be one of map, registered" "${device[@]}" --engine foo
fails 1 "must be one of kmalloc, vmalloc" "${device[@]}" --buffer foo
fails 1 "must be one of read, write" "${device[@]}" --op foo
fails 1 "cannot set depth to '0'" "${device[@]}" --depth 0
fails 1 "no such device" /dev/none --destroy /dev/none
fails 1 "not a block device" /dev/null --destroy /dev/null
fails 1 "too small" "${device[@]}" --span 4k --depth 2
zcblk_add zcblk0 lower=/dev/nullb0
fails 1 "in use" "${device[@]}"
zcblk_del zcblk0

dm_add bad "0 131072 error"
status=0
"$ZCBLK" exercise /dev/mapper/bad --destroy /dev/mapper/bad --count 10 >"$TMP/out" 2>"$TMP/err" ||
	status=$?
check_eq "I/Os that fail: status" 1 "$status"
check "I/Os that fail: says so" grep -q "10 of 10 I/Os failed, first with Input/output" "$TMP/err"
check "I/Os that fail: the table is printed anyway" grep -q registered "$TMP/out"

"$ZCBLK" exercise /dev/nullb0 --destroy /dev/nullb0 --time 60 >"$TMP/out" 2>"$TMP/err" &
pid=$!
defer stop "$pid"
wait_for 10 any_job_runs
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
check_eq "interrupted: status" 1 "$status"
check "interrupted: says so" grep -q "stopped by signal" "$TMP/err"
check_eq "interrupted: no job is left" "" "$(find "$EXFS" -mindepth 1 -type d)"
