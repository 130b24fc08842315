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

# build_tool [ARCH], build_guest_tests [ARCH]
# shellcheck disable=SC2120  # mostly without
build_tool() {
    with_progress "building wqctl${1:+ for $1}" make --no-print-directory -C "$root" tool ARCH="${1-}"
}

# shellcheck disable=SC2120
build_guest_tests() {
    with_progress "building the guest's tests${1:+ for $1}" \
        make --no-print-directory -C "$root" guest-tests ARCH="${1-}"
}
