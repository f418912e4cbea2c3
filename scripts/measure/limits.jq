# SPDX-License-Identifier: GPL-2.0-only
#
# Defines upper and lower limits for the results of the benches, by the name of the bench. With
# --check, a bench fails if a result is not within its limit.
#
# USAGE
#	jq -L scripts/measure 'include "limits"; limits["icount"]'
#
# REQUIREMENTS
#	jq

def limits: {
	# "added" is an upper limit of the number of instructions that a setup adds to raw. "ratio"
	# is an upper limit of this number divided by the number that dm-linear adds to raw. "lock"
	# is an upper limit of the number of instructions that range_lock=on adds to range_lock=off.
	"icount": {
		"stock psync 4k": {
			"ratio": { "zcblk-remapped": 0.28, "zcblk-default": 0.58,
				"zcblk-ordered": 0.64, "zcblk-copy": 2.25 },
			"lock": 105
		},
		"stock io_uring 4k": {
			"ratio": { "zcblk-remapped": 0.29, "zcblk-default": 0.58,
				"zcblk-ordered": 0.64, "zcblk-copy": 2.25 },
			"lock": 105
		},
		"7.2 psync 4k": {
			"ratio": { "zcblk-remapped": 0.26, "zcblk-default": 0.61,
				"zcblk-ordered": 0.63, "zcblk-copy": 3.1 },
			"lock": 105
		},
		"7.2 io_uring 4k": {
			"ratio": { "zcblk-remapped": 0.24, "zcblk-default": 0.60,
				"zcblk-ordered": 0.66, "zcblk-copy": 3.2 },
			"lock": 105
		},
		"stock psync 64k": { "added": { "zcblk-copy": 33046 } },
		"stock psync 1m": { "added": { "zcblk-copy": 524611 } }
	},
	# A row has BUFFER, SIZE and ENGINE of two writes, and an upper limit. The limit is for the
	# instructions of the first write divided by those of the second write.
	"icount-api": [
		["kmalloc", 65536, "map", "kmalloc", 65536, "dm-io", 0.275],
		["kmalloc", 65536, "registered", "kmalloc", 65536, "dm-io", 0.275],
		["vmalloc", 1048576, "map", "vmalloc", 1048576, "dm-io", 0.8],
		["vmalloc", 1048576, "registered", "vmalloc", 1048576, "dm-io", 0.04],
		["kmalloc", 1048576, "registered", "kmalloc", 4096, "registered", 1.05],
		["vmalloc", 1048576, "registered", "vmalloc", 4096, "registered", 1.05]
	],
	# the number is the upper limit of the instructions in one stretch with interrupts off
	"icount-irqsoff": 5000,
	# Each case has an upper limit for engine slot. The limit is for the instructions at the
	# largest N, divided by those at N = 1.
	"icount-locks": { "held": 1.10, "hot": 1.25, "readers": 1.25, "readers-behind": 1.25,
		"mixed": 1.25 },
	# each load has a lower limit of its IOPS, relative to the IOPS of its base
	"locks-pairs": { "hot": 0.95, "fsync": 0.97 },
	# A row has DEVICE, BUFFER, SIZE, ENGINE, and a lower limit. The limit is for the time of a
	# write with the engine copy, divided by the time with ENGINE.
	"uml-bench": [
		["nullb0", "kmalloc", 4096, "map", 1.9],
		["nullb0", "kmalloc", 65536, "map", 15],
		["nullb0", "kmalloc", 1048576, "map", 250],
		["nullb0", "vmalloc", 1048576, "map", 18],
		["nullb0", "vmalloc", 1048576, "registered", 350],
		["ram0", "kmalloc", 4096, "map", 1.6],
		["ram0", "kmalloc", 65536, "map", 2.1],
		["ram0", "kmalloc", 1048576, "map", 2.1]
	]
};
