#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Clients of the kernel API have statistics of their own. The API refuses a client that was built
# with another version of the header file. The test also checks the flags of clients and of I/Os.
# A copied I/O has only a few of its pieces in flight at a time.
#
# timeout=90

. ./lib.sh
. ./lib-api.sh

MAP_ONLY=4 NOWAIT=8
CLIENTS=$DEBUGFS/zcblk/clients

requires module=null_blk
api_requires zcblk-io zcblk-repeat zcblk-client
null_add nullb0 size=64 memory_backed=1
zcblk_load

# client_stat CLIENT KEY...: prints a value of the statistics of CLIENT
client_stat() {
	sed -n "s/^${*:2} \([0-9]*\).*/\1/p" "$CLIENTS/$1"
}

check_eq "there is only the default client" "default" "$(ls "$CLIENTS")"
check_eq "its statistics begin with the version of their format" "version 1" \
	"$(head -n 1 "$CLIENTS/default")"
api_load device=/dev/nullb0 bytes=4096
api_repeat 10
check_eq "a client counts its I/O" 10 "$(client_stat zcblk_repeat io mapped)"
check_eq "the default client does not count it" 0 "$(client_stat default io mapped)"
check_eq "it is included in the sum" 10 "$(api_stat io mapped)"
api_unload
check "its file is removed with it" test ! -e "$CLIENTS/zcblk_repeat"
check_eq "its I/O remains in the sum" 10 "$(api_stat io mapped)"

api_run_io() {
	api_io device=/dev/nullb0 "$@"
}

api_run_io "how=$MAP_ONLY"
check_eq "map only: a buffer that can be mapped is mapped" "mapped 0" \
	"$(api_io_result reason) $(api_io_result err)"
for write in 0 1; do
	api_run_io "how=$MAP_ONLY" offset=101 "write=$write"
	check_eq "map only, write=$write: a copy is refused" "refused-copy -95" \
		"$(api_io_result reason) $(api_io_result err)"
done
check_eq "map only: these refusals are counted" 2 "$(api_stat io refused-copy)"
api_run_io "how=$NOWAIT"
check_eq "no wait: an I/O of one bio is sent" "mapped 0" \
	"$(api_io_result reason) $(api_io_result err)"
api_run_io "how=$NOWAIT" offset=101 bytes=262144
check_eq "no wait: a copy in two pieces is not sent" "copied-alignment -11" \
	"$(api_io_result reason) $(api_io_result err)"

# create NAME FLAGS VERSION SIZE: loads a module that creates a client, and prints its error, or 0.
# If VERSION or SIZE is 0, the module passes the real one.
create() {
	insmod "$API_MODULES/zcblk-client.ko" "name=$1" "flags=$2" "version=$3" "size=$4"
	cat /sys/module/zcblk_client/parameters/err
	rmmod zcblk_client
}

check_eq "a client is created" 0 "$(create some 0 0 0)"
check_eq "a client is created with flags" 0 "$(create some $((MAP_ONLY | NOWAIT)) 0 0)"
check_eq "a name in use is refused" -17 "$(create default 0 0 0)"
for name in "" a/b . .. 12345678901234567890123456789012; do
	check_eq "the name '$name' is refused" -22 "$(create "$name" 0 0 0)"
done
check_eq "flags that a client cannot have are refused" -22 "$(create some 1 0 0)"
check_eq "another version is refused" -71 "$(create some 0 1 0)"
check "and the kernel log says why" grep -q "some was built with another .* (version 1, " <(dmesg_new)
check_eq "another size of the struct is refused" -71 "$(create some 0 0 8)"
check "and the kernel log says why" grep -q "some was built with another .*, 8 bytes;" <(dmesg_new)
null_del nullb0

# The I/O copies 64 MiB in pieces of 128 KiB. Each piece is a request, which the device completes
# after 20 ms.
null_add nullb1 size=64 irqmode=2 completion_nsec=20000000 max_sectors=2560 hw_queue_depth=1024
echo 2 >/sys/block/nullb1/queue/nomerges
api_load device=/dev/nullb1 bytes=$((64 << 20)) how=1 buffer=vmalloc
api_repeat 1 &
repeat=$!
most=0
while kill -0 "$repeat" 2>/dev/null; do
	read -r reads writes _ </sys/block/nullb1/inflight
	((reads + writes <= most)) || most=$((reads + writes))
done
wait "$repeat"
note "up to $most pieces in flight"
check "a copy of 64 MiB has 8 pieces in flight at most" test "$most" -ge 4 -a "$most" -le 8
check_eq "it was sent in 512 pieces" 512 "$(client_stat zcblk_repeat bios)"
check "and waited for its window" test "$(client_stat zcblk_repeat window)" -gt 50
check_eq "without an error" 0 "$(api_repeat_result errors)"
