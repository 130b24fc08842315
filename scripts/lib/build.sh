# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154  # what common.sh sets
# What scripts/run and scripts/test build.

source "$root/scripts/lib/progress.sh"

# build_module KERNEL-NAME [MAKE-VARIABLE...]
build_module() {
    local directory
    directory=$("$root/scripts/kernel" get "$1") || return
    with_progress "building the module for $1" \
        make --no-print-directory -C "$root" module KDIR="$directory/build" "${@:2}"
}

build_tool() {
    with_progress "building wqctl" make --no-print-directory -C "$root" tool
}

build_guest_tests() {
    with_progress "building the guest's tests" make --no-print-directory -C "$root" guest-tests
}
