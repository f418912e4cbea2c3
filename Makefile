# SPDX-License-Identifier: GPL-2.0-only
#
# Defines the targets that users call. kbuild does not use this file. It uses Kbuild instead.
#
# USAGE
#	make [help]
#
# REQUIREMENTS
#	Debian 12, or newer for the target deb. The targets modules, install, uninstall and clean
#	work on any distribution with kernel headers, a compiler, libsmartcols, pkg-config and
#	rsync.

# KERNEL is the name of the kernel that the VMs boot. scripts/kernels/facts lists the names.
KERNEL ?= stock
# TESTS lists names or groups of tests. If it is empty, all tests run.
TESTS ?=
# KDIR is the folder of the kernel headers to build modules with. The default is the folder of the
# running kernel.
KDIR ?=
export KDIR
# PREFIX is the folder below which the target install puts the tool, its manual pages and the
# header.
PREFIX ?= /usr/local
export PREFIX

built := out/build/running
kernel = $(or $(shell KDIR='$(KDIR)' scripts/kernels/facts running $(1)),$(error no kernel to build for))
modules = $(DESTDIR)/lib/modules/$(call kernel,RELEASE)
depmod = $(if $(DESTDIR),,depmod $(call kernel,RELEASE))

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: setup ## show what a copy costs, in a VM; table, report and picture in out/demo/
	scripts/demo

demo-net: setup ## show zcblk on storage of another machine, in two VMs; KERNEL=
	scripts/measure/net/demo -k $(KERNEL)

test: setup ## run the selftests in a VM; KERNEL=name, TESTS="names or groups"
	scripts/test -k $(KERNEL) $(TESTS)

test-long: setup ## run their long variants
	$(if $(TESTS),,$(MAKE) -C selftests/range check-long)
	LONG=1 scripts/test -k $(KERNEL) $(TESTS)
	$(if $(TESTS),,LONG=1 scripts/test -k 7.2 lower_09 lower_10)
	$(if $(TESTS),,selftests/audit/header)
	$(if $(TESTS),,scripts/measure/net/demo -k $(KERNEL) -n 20)
	$(if $(TESTS),,scripts/measure/net/primary -k $(KERNEL) -n 20)
	$(if $(TESTS),,scripts/measure/net/references -k $(KERNEL))
	$(if $(TESTS),,scripts/measure/net/references -k $(KERNEL) -d nvme iscsi drbd)
	$(if $(TESTS),,scripts/measure/net/references -k $(KERNEL) -p A drbd)

test-debug: setup ## run them on kernels that find wrong use of memory and locks, and races
	scripts/test -k debug $(TESTS)
	$(if $(TESTS),,scripts/test -k debug-6.12 lower_05 lower_09 lower_10)
	scripts/test -k kcsan -j 1 -c 2 $(TESTS)
	selftests/audit/seeds

matrix: setup ## run them on each supported kernel, and print a table of it
	scripts/matrix

coverage: setup ## run them and print which part of the driver they reach
	selftests/audit/coverage

bench: setup ## measure what copies and range locks cost; figures in out/bench/report.html
	scripts/measure/report

profile: setup ## find the hot lock: what an old range lock costs beside the new one, in a VM
	scripts/profile

check: setup ## run the static checks
	scripts/check

vm: setup ## a shell in a VM with the module built, a scratch disk; KERNEL=
	scripts/build $(KERNEL)
	scripts/vm -k $(KERNEL) -d 1G

setup: ## install the Debian packages that are missing for demo, test, check and vm
	@scripts/package/setup

all: modules

modules: ## build module and tool for the running kernel, or the headers in KDIR=
	scripts/build running

deb: ## build Debian packages in out/deb/
	@scripts/package/setup deb
	scripts/package/deb

test-packages: setup ## install the packages in Debian 12 and 13, and boot with them in a VM
	status=0; for test in install boot; do scripts/package/test-$$test || status=1; done; exit $$status

install: modules ## install module, tool and header; DESTDIR=, PREFIX=/usr/local
	$(MAKE) -C $(call kernel,BUILD) M=$(CURDIR)/$(built) INSTALL_MOD_PATH=$(DESTDIR) \
		INSTALL_MOD_DIR=updates CONFIG_MODULE_SIG_ALL= modules_install
	install -m 644 $(built)/Module.symvers $(modules)/updates/driver/
	$(depmod)
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/include/zcblk/linux driver/include/linux/zcblk.h
	$(MAKE) -C userspace install O=$(CURDIR)/$(built)/userspace

uninstall: ## remove what install put there
	$(RM) $(modules)/updates/driver/zcblk.ko* $(modules)/updates/driver/Module.symvers \
		$(modules)/updates/driver/exerciser/zcblk_exerciser*.ko*
	$(depmod)
	$(RM) $(DESTDIR)$(PREFIX)/include/zcblk/linux/zcblk.h
	$(MAKE) -C userspace uninstall

clean: ## remove everything generated; the cache of kernels stays
	$(RM) -r out

.DEFAULT_GOAL := help
.PHONY: help demo demo-net test test-long test-debug matrix coverage bench profile check vm setup all modules deb test-packages install uninstall clean
