# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs udevd with zcblk's rules. Reads the properties and links that udevd sets for devices, and
# checks which device `mount` mounts for a UUID or a label.
#
# USAGE: . ./lib-udev.sh (after lib.sh)
# REQUIREMENTS: udev; zcblk's rules in a directory that udev searches

UDEVD=/lib/systemd/systemd-udevd

settle() {
	udevadm settle --timeout=60
}

# udev_start: starts udevd, and waits until it has processed all block devices. Skips the test if
# udev or its rules for zcblk are not installed.
udev_start() {
	requires program=udevadm file=$UDEVD
	compgen -G '/*/udev/rules.d/60-zcblk.rules' >/dev/null ||
		compgen -G '/usr/lib/udev/rules.d/60-zcblk.rules' >/dev/null ||
		skip "zcblk's udev rules are not installed"
	if ! pidof -q systemd-udevd; then
		"$UDEVD" --daemon
		defer udev_stop
	fi
	udevadm trigger --subsystem-match=block --action=change
	settle
}

# show_udevd: prints the processes of udevd, and the kernel stack of each process
show_udevd() {
	local pid

	ps -C systemd-udevd -o pid,ppid,stat,wchan:32,etimes,args
	for pid in $(pidof systemd-udevd); do
		sed "s/^/$pid /" "/proc/$pid/stack"
	done
}

# udev_stop: stops udevd, and removes its files, which would mislead tests without udev
udev_stop() {
	settle
	udevadm control --exit
	wait_for 10 eval '! pidof -q systemd-udevd' || { show_udevd; return 1; }
	rm -rf /run/udev/control /run/udev/data /run/udev/links /run/udev/tags /dev/disk
}

# property DEVICE NAME: prints the value of a udev property of the device
property() {
	udevadm info --query=property --name="$1" | sed -n "s/^$2=//p"
}

# links DEVICE DIRECTORY...: prints the links in each /dev/disk/DIRECTORY that udev made for the
# device
links() {
	local device=$1 dir found=()
	shift

	for dir; do
		mapfile -t -O ${#found[@]} found < <(udevadm info --query=symlink --name="$device" |
			tr ' ' '\n' | sed -n "s,^disk/$dir/,$dir/,p")
	done
	echo "${found[*]}"
}

# own_links DEVICE: prints the device's links except those of the UUID and label of a file system
own_links() {
	udevadm info --query=symlink --name="$1" | tr ' ' '\n' |
		grep -vE '^disk/by-(uuid|label)/' | sort | paste -sd' '
}

# leads LINK: prints the target of a link in /dev/disk
leads() {
	readlink -f "/dev/disk/$1" 2>/dev/null || true
}

# disk_add LOWER [NAME]: adds a zcblk disk, and waits until udev has processed it. The messages that
# the tool prints on stderr, such as advice for LVM, are in $TMP/advice.
disk_add() {
	local disk=${2:-zcblk0}

	defer disk_del "$disk"
	"$ZCBLK" add --lower "$1" --name "$disk" >"$TMP/add" 2>"$TMP/advice"
	settle
}

# disk_del NAME: removes the disk, and waits until udev has processed all events of the removal
disk_del() {
	[ -d "$ZCFS/$1" ] || return 0
	settle
	"$ZCBLK" del "$1"
	settle
}

# write_data WHAT: mounts WHAT, as in UUID=..., and writes a file of 4 MiB. Sets SOURCE to the
# device that was mounted.
write_data() {
	mkdir -p "$TMP/mnt"
	mount "$1" "$TMP/mnt"
	# shellcheck disable=SC2034 # tests read it
	SOURCE=$(findmnt -no SOURCE "$TMP/mnt")
	head -c 4M /dev/urandom >"$TMP/mnt/data"
	sha256sum <"$TMP/mnt/data" >"$TMP/sum"
	umount "$TMP/mnt"
}

# data_is_on DEVICE WHAT: mounts WHAT, and returns 0 if the file of write_data is intact, and if
# DEVICE was mounted
data_is_on() {
	local source

	mount "$2" "$TMP/mnt"
	source=$(findmnt -no SOURCE "$TMP/mnt")
	sha256sum <"$TMP/mnt/data" | cmp - "$TMP/sum"
	umount "$TMP/mnt"
	echo "mounted: $source"
	[ "$source" = "$1" ]
}

# is_member DESC DEVICE: checks that udev marks DEVICE as a member of a zcblk disk. Other programs
# then ignore the data on DEVICE. Also checks that DEVICE has no links by UUID or label, and that
# systemd does not consider DEVICE unplugged.
is_member() {
	check_eq "$1 is a member" zcblk_member "$(property "$2" ID_FS_TYPE)"
	check_eq "$1 has no links for its data" "" "$(links "$2" by-uuid by-label)"
	check_eq "$1 is not unplugged for systemd" "" \
		"$(property "$2" SYSTEMD_READY | grep -x 0 || true)"
}
