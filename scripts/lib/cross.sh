# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034  # cross is for who sources this
# Sourced by scripts/lib/module: is the kernel for another architecture than this machine's, and what compiles for it.

# told NAME: the value that make was given for it.
told() { [[ ! " ${MAKEFLAGS-}" =~ \ $1=([^\ ]*) ]] || echo "${BASH_REMATCH[1]}"; }

# has_cxx COMPILER: it is there, and the C++ compiler beside it.
has_cxx() { command -v "$1" >/dev/null && command -v "${1/gcc/g++}" >/dev/null; }

# knows_options COMPILER KDIR: those that the kernel's configuration found in its own.
knows_options() {
    ! grep -qsx CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT=y "$2/.config" ||
        "$1" -fmin-function-alignment=8 -fsyntax-only -x c /dev/null 2>/dev/null
}

# use_cross_compiler KDIR: sets cross, which are arguments for make; none where nothing is to be crossed.
use_cross_compiler() {
    local kdir=$1 arch=x86_64 wanted prefix compiler own status=0
    cross=()
    ! grep -qsx CONFIG_ARM64=y "$kdir/.config" || arch=arm64
    wanted=$(told ARCH)
    [[ ! $wanted || ${wanted/%x86/x86_64} == "$arch" ]] ||
        die "\"$kdir\" is a kernel of $arch, and ARCH says $wanted; give the directory of one of $wanted, or ARCH=$arch"
    "$kdir/scripts/basic/fixdep" >/dev/null 2>&1 || status=$?
    ((status != 126)) ||
        die "the build tools in \"$kdir\" are programs of another architecture than this machine's; unpack" \
            "this machine's linux-kbuild of the same version over them, as scripts/kernel get arm64-cloud does"
    [[ $arch == arm64 && $(uname -m) != aarch64 ]] || return 0

    prefix=$(told CROSS_COMPILE)
    prefix=${prefix:-aarch64-linux-gnu-}
    # Clang compiles for all.
    ! grep -qx CONFIG_CC_IS_CLANG=y "$kdir/.config" || { cross=(ARCH=arm64) && return; }
    own=$(sed -n 's/^CONFIG_CC_VERSION_TEXT="[^ ]*gcc\(-[0-9]*\) .*/\1/p' "$kdir/.config")
    for compiler in "${prefix}gcc$own" "${prefix}gcc" "$prefix"gcc-{20..12}; do
        has_cxx "$compiler" || continue
        knows_options "$compiler" "$kdir" ||
            die "\"$kdir\" is a kernel of gcc$own, whose options $compiler does not know: compile on a" \
            "newer Debian, in a chroot or a container (docs/kernels.md)"
        cross=(ARCH=arm64 CROSS_COMPILE="$prefix" CC="$compiler")
        return
    done
    die "\"$kdir\" is a kernel of arm64, and there is no ${prefix}g++ to compile for it: run scripts/setup arm64"
}
