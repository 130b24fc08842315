# SPDX-License-Identifier: GPL-2.0
# For people. Kbuild describes the module to the kernel's build, CMakeLists.txt the tool.

KDIR   ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr/local

.PHONY: all module tool run test unit bench install clean help
.DEFAULT_GOAL := all

all: module tool  ## the module for KDIR (default: the running kernel), and wqctl

module:           ## build/kmod/RELEASE/wqlab.ko
	@scripts/lib/module "$(KDIR)"

tool:             ## build/tool/wqctl, and the tests that run in the guest
	@cmake -S . -B build/tool -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_INSTALL_PREFIX="$(PREFIX)"
	@cmake --build build/tool --parallel

run:              ## the tour, in QEMU (scripts/run)
	@scripts/run

test:             ## every test (scripts/test)
	@scripts/test

unit:             ## the unit tests, with address and undefined-behaviour sanitizers
	@cmake -S . -B build/unit -DWQLAB_SANITIZE=ON
	@cmake --build build/unit --parallel
	@ctest --test-dir build/unit --output-on-failure

bench:            ## measure the module's own cost (scripts/bench)
	@scripts/bench

install: all      ## module (for KDIR's kernel), wqctl, man page and completion; DESTDIR and PREFIX are honoured
	@scripts/lib/install-module "$(KDIR)" "$(DESTDIR)"
	@DESTDIR="$(DESTDIR)" cmake --install build/tool

clean:            ## remove build/
	@rm -rf build

help:             ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10
