#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The lower device is NVMe/TCP to a target on the same machine. zcblk add unreferenced=auto sets
# copy. Then all data is sent by reference, and is correct. Without the copies of zcblk, the NVMe
# driver copies pages without a reference count of their own. A probe counts the bytes that are sent
# by reference.
#
# timeout=180

. ./lib.sh
. ./lib-api.sh
. ./lib-reference.sh

NQN=zcblk-test
PROBE=$TRACEFS/events/zcblk_test/reference

requires tool module=null_blk module=nvmet-tcp module=nvme-tcp program=ip \
	file="$TRACEFS/kprobe_events"
api_requires zcblk-io zcblk-repeat

# --- a target, and a device on it ------------------------------------------

target_add() {
	local nvmet=$CONFIGFS/nvmet

	mkdir "$nvmet/subsystems/$NQN"
	defer rmdir "$nvmet/subsystems/$NQN"
	echo 1 >"$nvmet/subsystems/$NQN/attr_allow_any_host"
	mkdir "$nvmet/subsystems/$NQN/namespaces/1"
	defer rmdir "$nvmet/subsystems/$NQN/namespaces/1"
	echo /dev/nullb0 >"$nvmet/subsystems/$NQN/namespaces/1/device_path"
	echo 1 >"$nvmet/subsystems/$NQN/namespaces/1/enable"
	mkdir "$nvmet/ports/1"
	defer rmdir "$nvmet/ports/1"
	echo tcp >"$nvmet/ports/1/addr_trtype"
	echo ipv4 >"$nvmet/ports/1/addr_adrfam"
	echo 127.0.0.1 >"$nvmet/ports/1/addr_traddr"
	echo 4420 >"$nvmet/ports/1/addr_trsvcid"
	ln -s "$nvmet/subsystems/$NQN" "$nvmet/ports/1/subsystems/$NQN"
	defer rm "$nvmet/ports/1/subsystems/$NQN"
}

# namespace_name: prints the name of the connected device
namespace_name() {
	local name

	for name in /sys/class/block/nvme*n*; do
		[[ ${name##*/} =~ ^nvme[0-9]+n[0-9]+$ && -b /dev/${name##*/} ]] || continue
		echo "${name##*/}"
		return 0
	done
	return 1
}

disconnect() {
	local controller

	for controller in /sys/class/nvme/nvme*; do
		[ "$(<"$controller/subsysnqn")" != "$NQN" ] || echo 1 >"$controller/delete_controller"
	done
}

connect() {
	echo "transport=tcp,traddr=127.0.0.1,trsvcid=4420,nqn=$NQN,nr_io_queues=1" >/dev/nvme-fabrics
	defer disconnect
	wait_for 10 namespace_name
}

# --- the probe -------------------------------------------------------------

# probe_add: adds a probe for each send by reference. Before Linux 6.5, pages are sent one by one.
probe_add() {
	local symbol=skb_splice_from_iter

	grep -q " T $symbol$" /proc/kallsyms || symbol=kernel_sendpage
	echo "r:zcblk_test/reference $symbol sent=\$retval:s64" >>"$TRACEFS/kprobe_events"
	defer eval "echo -:zcblk_test/reference >>$TRACEFS/kprobe_events"
	echo 'sent > 0' >"$PROBE/filter"
	echo 1 >"$PROBE/enable"
	defer sysfs_write 0 "$PROBE/enable"
}

# sent_by_reference BYTES BUFFER SIZE POLICY DEVICE: does eight writes, and checks that BYTES bytes
# were sent by reference
sent_by_reference() {
	local want=$1 sent

	api_load "device=/dev/$5" "buffer=$2" "bytes=$3" "unreferenced=$4"
	echo >"$TRACEFS/trace"
	api_repeat 8
	sent=$(sed -n 's/.* sent=\([0-9]*\)$/\1/p' "$TRACEFS/trace" | awk '{ n += $1 } END { print n + 0 }')
	check_eq "$5, buffer=$2 bytes=$3 policy $4: no error" 0 "$(api_repeat_result errors)"
	# Headers are also sent by reference, but have fewer bytes than 8 sectors in all. So the
	# number of bytes is rounded down to a multiple of 8 sectors.
	check_eq "$5, buffer=$2 bytes=$3 policy $4: sent by reference" "$want" \
		$((sent - sent % (8 * 512)))
	api_unload
}

null_add nullb0 memory_backed=1 size=64
zcblk_load
ip link set lo up
target_add
connect
device=$(namespace_name)
probe_add

"$ZCBLK" add --lower "/dev/$device" --name zcblk0 unreferenced=auto >"$TMP/out" 2>"$TMP/err"
# The tool may also print advice for LVM
check "the tool prints what it set and why" grep -xF \
	"zcblk: zcblk0: unreferenced=copy: $device uses NVMe/TCP, which sends pages by reference" \
	"$TMP/err"
check_eq "unreferenced is copy" copy "$(zcblk_get zcblk0 unreferenced)"
while read -r buffer bytes has; do
	[ "$buffer" != vmapped ] || continue
	sent_by_reference $((8 * bytes)) "$buffer" "$bytes" "$MAP" zcblk0
	api_io device=/dev/zcblk0 "buffer=$buffer" "bytes=$bytes"
	check_eq "buffer=$buffer bytes=$bytes: the data is correct" "0 0" \
		"$(api_io_result err) $(api_io_result wrong)"
done < <(memory_kinds)
"$ZCBLK" del zcblk0

# Buffers of kind vmapped are not tested here. Linux 6.1 checks only the first page of a run, and
# sends the other pages in the same way.
while read -r buffer bytes has; do
	[ "$buffer" != vmapped ] || continue
	sent_by_reference $((8 * bytes)) "$buffer" "$bytes" "$COPY" "$device"
	if [ "$has" = referenced ]; then
		sent_by_reference $((8 * bytes)) "$buffer" "$bytes" "$MAP" "$device"
	elif [ "$buffer" = kmalloc ]; then
		sent_by_reference 0 "$buffer" "$bytes" "$MAP" "$device"
	fi
done < <(memory_kinds)
