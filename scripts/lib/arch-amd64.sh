# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034  # used by scripts/vm
# Sourced by scripts/vm and scripts/lib/initramfs: how an x86-64 machine is emulated, and what its kernels are told.

triple=x86_64-linux-gnu
emulator=qemu-system-x86_64
machine=pc
# tsc: the emulated TSC is steady; without this word the kernel's watchdog finds it late on a busy host and falls back
#   to the HPET, each read of which leaves the emulated CPU.
# no_timer_check: where a busy host keeps the emulated timer from ticking for 40 ms, the kernel takes it for broken, and
#   panics.
console=(console=ttyS0 tsc=reliable no_timer_check)

# emulate: sets thread and cpu.
emulate() {
    thread=multi cpu=max
    if [[ $("$emulator" --version) == *" version "[1-7].* ]]; then
        # QEMU 7.2's CPU threads do not always see that a kernel has patched its own text, which then dies of an
        # int3: a 7.x kernel in 4 boots of 5, 6.12 with 8 CPUs in 1 of about 20. A single thread does not, nor do
        # QEMU 10's. On two cores one thread is no slower: CPUs that wait for each other's locks do not burn a core
        # meanwhile.
        thread=single
        # Before 8.0 QEMU's cmpxchg16b could leave an old operand, such as a pointer, as the flags; an interrupt
        # then saved and restored it, trap flag and all. The allocator's fast path is such an instruction: 1 boot in
        # about 30 died in it (EFLAGS: c1f85f7a where RDI: ff1c55b3c1f85f78). Without it the kernel disables
        # interrupts instead.
        # erms, fsrm: kernels that see them copy by rep movsb, which goes byte by byte there, at 50 us a page.
        cpu=max,-cx16,-erms,-fsrm
    fi
}

# is_image FILE
is_image() { [[ $(tail -c +$((0x202 + 1)) "$1" 2>/dev/null | head -c 4 | tr -d '\0') == HdrS ]]; }

# release_of FILE: the boot protocol has the address of the version string, less 0x200, at 0x20e.
release_of() {
    tail -c +$(($(od -An -tu2 -j 0x20e -N 2 "$1") + 0x200 + 1)) "$1" | tr '\0' '\n' | head -n 1 | cut -d ' ' -f 1
}
