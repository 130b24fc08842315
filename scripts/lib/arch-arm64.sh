# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034  # used by scripts/vm
# Sourced by scripts/vm and scripts/lib/initramfs: how an arm64 machine is emulated, and what its kernels are told.

triple=aarch64-linux-gnu
emulator=qemu-system-aarch64
machine=virt,gic-version=3 # the second version serves eight CPUs
console=(console=ttyAMA0)

# emulate: sets thread and cpu.
emulate() {
    # Like a real machine's, the CPUs run side by side: no instruction of one is a barrier for another. (An x86 host
    # still keeps the order of their stores.)
    thread=multi
    # With a cheap hash for pointers, not the architecture's own cipher, which is a third of the time of a boot.
    cpu=max,pauth-impdef=on
}

# is_image FILE: an Image, not compressed.
is_image() { [[ $(tail -c +$((0x38 + 1)) "$1" 2>/dev/null | head -c 4 | tr -d '\0') == ARMd ]]; }

# release_of FILE: from its banner.
release_of() { grep -aoEm 1 'Linux version [0-9][^ ]*' "$1" | head -n 1 | cut -d ' ' -f 3; }
