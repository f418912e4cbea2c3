#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The end of this test's name selects a fault, which a module causes. scripts/test must then fail.
# With `none`, there is no fault, and scripts/test must succeed. Only selftests/audit/seeds runs
# this test, by its name.

. ./lib.sh

module=$HELPERS/modules/zcblk-seed.ko
requires file="$module"
check "the module loads" insmod "$module" "fault=${TEST_NAME#test_seed_}"
check "the module unloads" rmmod zcblk-seed
