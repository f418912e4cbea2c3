# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Lists kinds of memory, and whether their pages have a reference count of their own on this kernel.
# The first table of the section References in driver/api/README.md has the same content.
#
# USAGE: . ./lib-reference.sh (after lib.sh)
# REQUIREMENTS: none

# Values of enum zcblk_unreferenced
# shellcheck disable=SC2034 # the tests use them
MAP=0 DETECT=1 COPY=2

# kernel_freezes_kmalloc: returns 0 if pages of kmalloc() above 8 KiB have a reference count of 0
kernel_freezes_kmalloc() {
	[ "$(uname -r | cut -d. -f1)" -ge 7 ]
}

# memory_kinds: prints lines "BUFFER BYTES referenced|unreferenced" for this kernel
memory_kinds() {
	local large=referenced

	! kernel_freezes_kmalloc || large=unreferenced
	cat <<-END
		kmalloc 512 unreferenced
		kmalloc 4096 unreferenced
		kmalloc 8192 unreferenced
		kmalloc 16384 $large
		kmalloc 65536 $large
		vmalloc 4096 referenced
		vmalloc 65536 referenced
		exact 65536 referenced
		compound 65536 referenced
		pages 4096 referenced
		pages 65536 unreferenced
		vmapped 65536 unreferenced
	END
}
