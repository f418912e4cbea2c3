# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs jobs of zcblk_exerciser, and reads their results.
#
# USAGE: . ./lib-exerciser.sh (after lib.sh)
# REQUIREMENTS: configfs; zcblk_exerciser built beside zcblk

EXFS=$CONFIGFS/zcblk_exerciser

# exerciser_load: loads zcblk and the exerciser. Also loads the engine dm-io if it was built.
exerciser_load() {
	local dir

	dir=$(dirname "$(zcblk_module)")/exerciser
	zcblk_load
	insmod "$dir/zcblk_exerciser.ko" || die "zcblk_exerciser does not load"
	defer exerciser_unload
	if [ -e "$dir/zcblk_exerciser_dm.ko" ] && module_load dm_mod; then
		insmod "$dir/zcblk_exerciser_dm.ko" ||
			die "zcblk_exerciser_dm does not load"
	fi
}

# exerciser_unload: removes all jobs and the exerciser's modules, so that a failed test does not
# make later tests fail
exerciser_unload() {
	local dir

	for dir in "$EXFS"/*/; do
		[ ! -d "$dir" ] || job_del "$(basename "$dir")" || true
	done
	! module_loaded zcblk_exerciser_dm || rmmod zcblk_exerciser_dm
	! module_loaded zcblk_exerciser || rmmod zcblk_exerciser
}

# exerciser_features NAME: prints the values that the attribute NAME accepts
exerciser_features() {
	sed -n "s/^$1 //p" "$EXFS/features"
}

# job_add JOB TARGET [ATTRIBUTE=VALUE...]: makes a job on the device TARGET, and sets its attributes
job_add() {
	local job=$1 target=$2
	shift 2

	mkdir "$EXFS/$job"
	defer job_del "$job"
	job_set "$job" target="$target" destroy="$target" "$@"
}

# job_del JOB: ends the job if it runs, and removes the job
job_del() {
	[ -d "$EXFS/$1" ] || return 0
	! job_is "$1" running || job_set "$1" run=0
	wait_for 10 rmdir "$EXFS/$1"
}

# job_set JOB ATTRIBUTE=VALUE...: sets attributes of the job
job_set() {
	local job=$1 setting
	shift

	for setting; do
		sysfs_write "${setting#*=}" "$EXFS/$job/${setting%%=*}" || return 1
	done
}

# job_run JOB [ATTRIBUTE=VALUE...]: sets attributes, runs the job, and returns when it has ended
job_run() {
	job_set "$@" && sysfs_write 1 "$EXFS/$1/run"
}

# job_result JOB KEY...: prints the value of a key in the job's result, as in `reason mapped`. If
# the key does not exist, prints 0.
job_result() {
	local job=$1 line
	shift

	while read -r line; do
		[ "${line% *}" = "$*" ] || continue
		echo "${line##* }"
		return 0
	done <"$EXFS/$job/result"
	echo 0
}

# job_is JOB STATE: returns 0 if the job is in that state
job_is() {
	[ "$(<"$EXFS/$1/run")" = "$2" ]
}

# can_do ENGINE BUFFER: returns 0 if the engine accepts this kind of buffer
can_do() {
	[ "$1" != rw-virt ] || [[ $2 != *v* ]]
}

# disk_counter DEVICE COLUMN: prints a column of /sys/block/DEVICE/stat. 1 is reads, 3 is sectors
# read, 5 is writes, and 7 is sectors written.
disk_counter() {
	local row

	read -ra row <"/sys/block/$(kname "$1")/stat"
	echo "${row[$2 - 1]}"
}
