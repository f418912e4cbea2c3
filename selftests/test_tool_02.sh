#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Checks what list, show and stat print: tables, JSON, totals, rates and estimates of latency. The
# input is files like those of the driver, so the test needs no module.

. ./lib.sh

requires tool program=jq

export ZCBLK_SYSFS=$TMP/sys
CONFIG=$ZCBLK_SYSFS/kernel/config/zcblk
DEBUG=$ZCBLK_SYSFS/kernel/debug/zcblk

# fake_disk NAME SECTORS ATTRIBUTE=VALUE...: makes files like those of a disk of the driver
fake_disk() {
	local name=$1 attribute
	mkdir -p "$CONFIG/$name" "$DEBUG/$name" "$ZCBLK_SYSFS/class/block/$name"
	echo "$2" >"$ZCBLK_SYSFS/class/block/$name/size"
	shift 2
	for attribute; do
		echo "${attribute#*=}" >"$CONFIG/$name/${attribute%%=*}"
	done
}

# fake_stats NAME N: writes statistics of N mapped reads of 4 KiB, and 2 N copied writes of 1 MiB.
# The function replaces whole files, because a reader must never find an incomplete file.
fake_stats() {
	local dir=$DEBUG/$1 n=$2

	cat >"$TMP/stats" <<-END
		version 1
		lower vdb
		io zerocopy read $n $((n * 4096)) $n
		io zerocopy write 0 0 0
		io copy read 0 0 0
		io copy write $((n * 2)) $((n * 2097152)) $((n * 512))
		mapped zerocopy $((n * 4096))
		mapped copy 0
		copied zerocopy 0
		copied copy $((n * 2097152))
		unreferenced zerocopy 0
		unreferenced copy 8192
		splits 7
		unstable 3
		inflight 3
		error medium 2
		unheard-of 1 2 3
	END
	cat >"$TMP/latency" <<-END
		version 1
		latency zerocopy read 4096 8192 $((n / 2))
		latency zerocopy read 65536 131072 $((n / 2))
		latency copy write 1048576 2097152 $((n * 2))
	END
	mv "$TMP/stats" "$TMP/latency" "$dir/"
}

row() {
	"$ZCBLK" stat -J "$@" | jq -c '.zcblk[] | select(.path == "zerocopy" and .op == "read")'
}

fake_disk zcblk10 3145728 lower=/dev/vdc path=copy bounce=vmalloc stats=counters \
	read_only=1 power=1 state=dead
fake_disk zcblk2 2097152 lower=/dev/vdb path=ab bounce=page stats=latency \
	read_only=0 power=1 state=live
touch "$CONFIG/features"

check_table "list" "NAME    LOWER    PATH BOUNCE  STATS    RO STATE SIZE
zcblk2  /dev/vdb ab   page    latency  0  live    1G
zcblk10 /dev/vdc copy vmalloc counters 1  dead  1.5G" "$("$ZCBLK" list)"
check_table "list -n -b -o" "1073741824 zcblk2
1610612736 zcblk10" "$("$ZCBLK" list -nb -o size,NAME)"
check_eq "list --json" '{"name":"zcblk10","lower":"/dev/vdc","path":"copy","bounce":"vmalloc","stats":"counters","ro":true,"state":"dead","size":1610612736}' \
	"$("$ZCBLK" list --json | jq -c '.zcblk[1]')"

fake_stats zcblk2 1000
fake_stats zcblk10 0
check_table "stat" "NAME   PATH     OP     IOS BYTES   SEGS MAPPED COPIED AVG_US P50_US P99_US P999_US
zcblk2 zerocopy all   1000  3.9M   1000   3.9M     0B   52.2    8.2  129.8   130.9
zcblk2 zerocopy read  1000  3.9M   1000                 52.2    8.2  129.8   130.9
zcblk2 copy     all   2000    2G 512000     0B     2G 1572.9 1572.9 2086.7  2096.1
zcblk2 copy     write 2000    2G 512000               1572.9 1572.9 2086.7  2096.1" \
	"$("$ZCBLK" stat /dev/zcblk2)"
check_eq "stat --json: bytes, and null where there is nothing" \
	'{"bytes":4096000,"copied":null,"iops":null}' "$(row -o path,op,bytes,copied,iops zcblk2 |
		jq -c '{bytes, copied, iops}')"
check_eq "stat of all disks; none has latencies without I/O" 2 \
	"$("$ZCBLK" stat -J | jq '[.zcblk[] | select(.name == "zcblk10" and .avg_us == null)] | length')"

check_eq "show" "$(tr -s " " <<<"/dev/zcblk2
  bounce       page
  lower        /dev/vdb
  path         ab
  power        1
  read_only    0
  state        live
  stats        latency
  size         1G (1073741824 bytes)
  unreferenced copy 8192
  splits       7
  unstable     3
  inflight     3
  error        medium 2

$("$ZCBLK" stat zcblk2)

PATH     OP     LOW_NS HIGH_NS COUNT
zerocopy read     4096    8192   500
zerocopy read    65536  131072   500
copy     write 1048576 2097152  2000")" "$("$ZCBLK" show zcblk2 | tr -s " ")"

# The test changes the statistics after each sample. The interval is long, so that even a busy
# machine changes them before the next sample.
mkfifo "$TMP/rates"
interval=10
"$ZCBLK" stat -J -o path,op,ios,iops,mbps,p50_us zcblk2 "$interval" 3 >"$TMP/rates" &
exec {rates}<"$TMP/rates"
next_sample() {
	sed -u '/^}/q' <&"$rates" |
		jq -c '.zcblk[] | select(.path == "zerocopy" and .op == "read")'
}
check_eq "rates of an idle disk: only the paths' rows" "" "$(next_sample)"
fake_stats zcblk2 3000
sample=$(next_sample)
fake_stats zcblk2 100
check_eq "rates: the I/Os since the last sample" 2000 "$(jq .ios <<<"$sample")"
check_near "rates: I/Os a second" $((2000 / interval)) "$(jq .iops <<<"$sample")" 20
check_near "rates: bytes a second" $((2000 * 4096 / interval / 1000)) \
	"$(jq '.mbps * 1000 | round' <<<"$sample")" 20
check_eq "rates: latencies of these" 8.2 "$(jq .p50_us <<<"$sample")"
check_eq "rates: all I/Os after a reset" 100 "$(next_sample | jq .ios)"
wait

mv "$DEBUG/zcblk2" "$TMP/none"
check_fails "stat of a disk that is down" "zcblk2 is down" "$ZCBLK" stat zcblk2
check "show of a disk that is down" "$ZCBLK" show zcblk2
mkdir "$DEBUG/zcblk2"
fake_stats zcblk2 1
sed -i 's/version 1/version 2/' "$DEBUG/zcblk2/latency"
check_fails "a format that is not known" "unknown format" "$ZCBLK" stat zcblk2
sed -i '2s/.*/io zerocopy read 1/' "$DEBUG/zcblk2/stats"
check_fails "a line cut short" "invalid format" "$ZCBLK" stat zcblk2
mv "$DEBUG" "$TMP/debug"
check_fails "no debugfs" "mount -t debugfs" "$ZCBLK" stat
mv "$CONFIG" "$TMP/config"
check_fails "no module" "not loaded" "$ZCBLK" list
mkdir -p "$ZCBLK_SYSFS/module/zcblk"
check_fails "no configfs" "mount -t configfs none" "$ZCBLK" show zcblk2
