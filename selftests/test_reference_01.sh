#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A client of the API has a policy for pages without a reference count of their own. The test checks
# which memory has such pages, and that writes of these pages are mapped, detected or copied. Reads
# are always mapped.
#
# timeout=120

. ./lib.sh
. ./lib-api.sh
. ./lib-reference.sh

FORCED=1 MAP_ONLY=4

requires module=null_blk
api_requires zcblk-io
null_add nullb0 memory_backed=1 size=64
zcblk_load

# io WANT PARAM=VALUE...: does I/O, and checks that its reason is WANT and its data is correct
io() {
	local want=$1
	shift

	api_io device=/dev/nullb0 "$@"
	check_eq "$*: $want" "$want 0" "$(api_io_result reason) $(api_io_result err)"
	check_eq "$*: the data is correct" 0 "$(api_io_result wrong)"
}

# sends_unreferenced no|yes: checks whether pages without a reference count were sent to the device
sends_unreferenced() {
	local some=no

	[ "$(api_io_result bios)" -gt 0 ] || return 0	# no kprobes
	[ "$(api_io_result bad_bytes)" -eq 0 ] || some=yes
	check_eq "pages without a reference count are sent: $1" "$1" "$some"
}

while read -r buffer bytes has; do
	args=("buffer=$buffer" "bytes=$bytes")
	if [ "$has" = referenced ]; then
		io mapped "${args[@]}"
		sends_unreferenced no
		for what in $DETECT $COPY; do
			io mapped "${args[@]}" "unreferenced=$what"
			io mapped-registered "${args[@]}" "unreferenced=$what" registered=1
			sends_unreferenced no
		done
	else
		io mapped "${args[@]}"
		sends_unreferenced yes
		for registered in 0 1; do
			io mapped-unreferenced "${args[@]}" "unreferenced=$DETECT" "registered=$registered"
			sends_unreferenced yes
			io copied-unreferenced "${args[@]}" "unreferenced=$COPY" "registered=$registered"
			sends_unreferenced no
		done
		io mapped "${args[@]}" "unreferenced=$COPY" write=0
	fi
done < <(memory_kinds)

mapped=$(api_stat io mapped-unreferenced) copied=$(api_stat io copied-unreferenced)
io mapped-unreferenced "unreferenced=$DETECT"
io copied-unreferenced "unreferenced=$COPY"
check_eq "each is counted" "$((mapped + 1)) $((copied + 1))" \
	"$(api_stat io mapped-unreferenced) $(api_stat io copied-unreferenced)"

# The buffer begins in the middle of a page with a reference count. The next page has none.
io mapped-unreferenced buffer=pages bytes=8192 offset=2048 "unreferenced=$DETECT"
io copied-forced "how=$FORCED" "unreferenced=$COPY"
api_io device=/dev/nullb0 "how=$MAP_ONLY" "unreferenced=$COPY"
check_eq "map only: the copy is refused" "refused-copy -95" \
	"$(api_io_result reason) $(api_io_result err)"
io mapped "how=$MAP_ONLY" "unreferenced=$COPY" buffer=vmalloc
api_io device=/dev/nullb0 buffer=short bytes=8192 "unreferenced=$COPY"
check_eq "without memory: refused" "refused-unmapped" "$(api_io_result reason)"
api_io device=/dev/nullb0 buffer=torn form=kvecs segment=4096 bytes=16384 "unreferenced=$COPY"
check_eq "without memory in one of several segments: refused" "refused-unmapped" \
	"$(api_io_result reason)"
