#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A fault that this test's name ends in, made on purpose by a module: the run has to
# fail (none: to pass). Runs only by name; selftests/audit/seeds judges it.
# timeout=240

. ./lib.sh

module=$HELPERS/modules/zcblk-seed.ko
requires file="$module"
check "the module loads" insmod "$module" "fault=${TEST_NAME#test_seed_}"
check "the module goes" rmmod zcblk-seed
