#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A large write with PREFLUSH, such as a write of the XFS log, follows its flush on the copy path,
# too. The copy path splits the write into pieces, and each piece waits for the flush.
#
# timeout=90

. ./lib.sh
. ./lib-data.sh

requires device=1 program=mkfs.xfs file=/sys/kernel/tracing/events/block/block_bio_queue
scratch 0
lower=$(kname "$SCRATCH")
zcblk_load
zcblk_add zcblk0 "lower=$SCRATCH" path=copy
mkfs.xfs -qf /dev/zcblk0
event=$TRACEFS/events/block/block_bio_queue
defer eval "echo 0 >$event/enable; echo 0 >$event/filter"

# queued: prints the bios of both devices in order, one `MAJOR,MINOR RWBS SECTOR SECTORS` a line
queued() {
	sed -n 's/.*block_bio_queue: \([0-9,]*\) \([A-Z]*\) \([0-9]*\) + \([0-9]*\) .*/\1 \2 \3 \4/p' \
		"$TRACEFS/trace"
}

# pieces_flushed: prints how many log writes with PREFLUSH were larger than a piece. Then prints how
# many pieces had no PREFLUSH, and were sent with no flush before them.
pieces_flushed() {
	queued | tee "$TMP/queued" | awk -v upper="$(tr : , </sys/block/zcblk0/dev)" '
		$1 == upper && $2 ~ /^FW/ && $4 > 0 {
			first = $3; last = $3 + $4 - 1; big += $4 > 256
			flushed = 0
		}
		$1 != upper && $2 ~ /^F/ && $4 == 0 { flushed = 1 }
		$1 != upper && $4 > 0 && $3 >= first && $3 <= last &&
		$2 !~ /^FW/ && !flushed { weak++ }
		END { print big + 0, weak + 0 }'
}

mount_add /dev/zcblk0 "$TMP/mnt" logbsize=256k
echo "dev == $(dev_t zcblk0) || dev == $(dev_t "$lower")" >"$event/filter"
echo >"$TRACEFS/trace"
echo 1 >"$event/enable"
echo 1 >"$TRACEFS/tracing_on"
head -c 3000000 /dev/zero | split -a 3 -b 1000 - "$TMP/mnt/f"
sync -f "$TMP/mnt"
echo 0 >"$event/enable"
read -r big weak <<<"$(pieces_flushed)"
check "there were log writes larger than a piece ($big)" test "$big" -gt 0
check_eq "pieces without PREFLUSH" 0 "$weak"
