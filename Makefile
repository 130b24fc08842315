# SPDX-License-Identifier: GPL-2.0
# For people. Kbuild describes the module to the kernel's build, CMakeLists.txt the tool.

KDIR   ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr/local
# Given no number, CMake starts everything at once, and one of these files takes a compiler half a gigabyte.
JOBS   ?= $(shell nproc)
# For the module's C++, one unit of half a minute. CMake looks for it itself.
CCACHE ?= $(shell command -v ccache)
# Empty: without the module that the guest's tests load beside it.
WQLAB_TESTS ?= 1

# ARCH=arm64: wqctl for that; what the module is for, KDIR says.
TOOL   := build/$(if $(filter arm64,$(ARCH)),arm64/)tool
CROSS  := $(if $(filter arm64,$(ARCH)),-DCMAKE_TOOLCHAIN_FILE=scripts/lib/arm64.cmake)

# One at a time in a directory, whoever asks: tests that run side by side do.
# CXX=clang++-19, on the command line or in the environment. CMake takes it when it begins, and never looks again.
compiler  := $(if $(filter default,$(origin CXX)),,$(CXX))
build = mkdir -p $(TOOL) && exec 9>$(TOOL)/.lock && flock 9 && cmake -S . -B $(TOOL) $(CROSS) \
	$$([ "$$(cat $(TOOL)/compiler 2>/dev/null)" = "$(compiler)" ] || echo --fresh) \
	-DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_INSTALL_PREFIX="$(PREFIX)" -DWQLAB_TESTS=$(1) && \
	echo "$(compiler)" >$(TOOL)/compiler && cmake --build $(TOOL) --parallel $(JOBS) --target $(2)

.PHONY: all module tool shared-tool guest-tests run test build-unit unit lint format bench install dkms-install \
	dkms-remove deb clean help
.DEFAULT_GOAL := all

all: module tool  ## the module for KDIR (default: the running kernel), and wqctl

module:           ## build/kmod/RELEASE/wqlab.ko
	@WQLAB_CCACHE="$(CCACHE)" CCACHE_BASEDIR="$(CURDIR)" CCACHE_NOHASHDIR=1 \
		scripts/lib/module "$(KDIR)" WQLAB_TESTS=$(WQLAB_TESTS)

tool:             ## build/tool/wqctl
	@$(call build,OFF,tool)

shared-tool: tool ## build/tool/shared/wqctl, of the same objects with shared libraries, for packages
	@scripts/lib/link-shared

guest-tests:      ## the tests that run in the guest, which scripts/vm has in /tests
	@$(call build,ON,wqlab-guest-tests)

run:              ## the tour, in QEMU (scripts/run)
	@scripts/run

test:             ## the tests (scripts/test)
	@scripts/test

build-unit:
	@cmake -S . -B build/unit -DWQLAB_SANITIZE=ON
	@cmake --build build/unit --parallel $(JOBS) --target unit

unit: build-unit  ## the unit tests, with address and undefined-behaviour sanitizers
	@ctest --test-dir build/unit --output-on-failure

lint:             ## what the linters say of the tree (scripts/lint)
	@scripts/setup lint
	@scripts/lint

format:           ## apply .clang-format
	@scripts/format

bench:            ## measure what recording and dumps cost (scripts/bench)
	@scripts/bench

install: all      ## module (for KDIR's kernel), wqctl, man page and completion; DESTDIR and PREFIX are honoured
	@scripts/lib/install-module "$(KDIR)" "$(DESTDIR)"
	@DESTDIR="$(DESTDIR)" cmake --install $(TOOL)

dkms-install:     ## have DKMS build and install the module, for KDIR's kernel and those that come
	@scripts/lib/dkms install "$(KDIR)"

dkms-remove:      ## undo that
	@scripts/lib/dkms remove

deb:              ## Debian packages, wqctl and wqlab-dkms, in build/deb
	@scripts/lib/deb

clean:            ## remove what was built, but not what scripts/mutate has seen (build/mutate)
	@rm -rf $(filter-out build/mutate,$(wildcard build/*))

help:             ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14
