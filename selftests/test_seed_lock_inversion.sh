#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A module causes the fault that the end of this test's name says. With the fault, the run must
# fail; with `none`, it must pass. It runs only by name, for selftests/audit/seeds.

. ./lib.sh

module=$HELPERS/modules/zcblk-seed.ko
requires file="$module"
check "the module loads" insmod "$module" "fault=${TEST_NAME#test_seed_}"
check "the module unloads" rmmod zcblk-seed
