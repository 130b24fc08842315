# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154  # what common.sh and scripts/kernel set
# Sourced by scripts/kernel: kernels built from Debian's source, small enough that two cores take ten minutes.
#
# The output is a subdirectory of a source tree of each kernel's own: then Kbuild's commands name the source as "..",
# and a copy of both (scripts/lib/kernel-patch.sh) does not look like another kernel whose every command has changed.

source "$root/scripts/lib/kernel-source.sh"

# fetch_kernel NAME, such as 7.3-debug. Builds only what is not up to date.
fetch_kernel() {
    local name=$1 dir=$kernels/$1 version=${1%-*}
    "$root/scripts/setup" kernel-build
    [[ $name != *-clang ]] || use_clang
    fetch_source "$version"
    rm -f "$dir/release" # says that all is there
    if [[ ! -e $dir/source/Makefile ]]; then
        mkdir -p "$dir"
        link_tree "$kernels/$version-source/source" "$dir/source"
    fi
    mkdir -p "$dir/source/build"
    configure "$name" "$dir" "$dir/source" "$dir/source/build"
    compile_in_cache "$name" "about 1500 files"
}

# link_tree FROM TO: a source tree as hard links, a second's work. Whoever changes a file must replace it (as patch
# does).
link_tree() {
    rm -rf "$2.new"
    cp -al "$1" "$2.new"
    mv "$2.new" "$2"
}

# compile_in_cache NAME WORK: what $kernels/NAME/source/build is configured for.
compile_in_cache() {
    local dir=$kernels/$1 source=$kernels/$1/source
    compile "$1" "$source" "$source/build" "$2"
    # Steps of the link, half a gigabyte; the next link makes them again.
    rm -f "$source"/build/{.tmp_vmlinux*,vmlinux.{o,unstripped}}
    rm -rf "$dir/root"
    with_progress "installing it in the cache" kbuild "$source" "$source/build" \
        INSTALL_MOD_PATH="$dir/root" modules_install
    ln -sfn source/build "$dir/build"
    ln -sfn "root/lib/modules/$(<"$source/build/include/config/kernel.release")" "$dir/modules"
    is_made "$1" "$source/build"
}

# compile NAME SOURCE OUTPUT WORK: compiles and links what OUTPUT is configured for.
compile() {
    say "building $1: $4"
    with_progress "building it" kbuild "$2" "$3" bzImage modules || die "the kernel does not build"
    install -m 644 "$3/arch/x86/boot/bzImage" "$kernels/$1/vmlinuz"
    note_machine "$kernels/$1" "$3"
}

# is_made NAME OUTPUT: all of it.
is_made() {
    cp "$2/include/config/kernel.release" "$kernels/$1/release.new"
    mv "$kernels/$1/release.new" "$kernels/$1/release"
    say "kernel \"$1\" is $(<"$kernels/$1/release")"
}

# note_machine DIR OUTPUT: what a kernel that finds defects needs of a machine.
note_machine() {
    rm -f "$1/memory" "$1/machine"
    grep -q '^CONFIG_KASAN=y' "$2/.config" || return 0
    echo 2G >"$1/memory"
    # ACPI's interpreter allocates, and allocations are what such a kernel watches: to compute the interrupt routes that
    # QEMU's machine "pc" has its PCI slots, it would need more than the 30 s it is allowed. Those of "q35" are a table.
    echo q35 >"$1/machine"
}
