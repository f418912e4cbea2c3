#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A module causes the fault that is the end of this test's name. The run must then fail, but with
# `none`, it must pass. Only selftests/audit/seeds runs this test, by its name.

. ./lib.sh

module=$HELPERS/modules/zcblk-seed.ko
requires file="$module"
check "the module loads" insmod "$module" "fault=${TEST_NAME#test_seed_}"
check "the module unloads" rmmod zcblk-seed
