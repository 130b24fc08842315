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
    fetch_source "$version"
    rm -f "$dir/release" # says that all is there
    if [[ ! -e $dir/source/Makefile ]]; then
        mkdir -p "$dir"
        link_tree "$kernels/$version-source/source" "$dir/source"
    fi
    mkdir -p "$dir/source/build"
    configure "$name" "$dir" "$dir/source" "$dir/source/build"
    compile "$name" "about 1500 files"
}

# link_tree FROM TO: a source tree as hard links, a second's work. Whoever changes a file must replace it (as patch
# does).
link_tree() {
    rm -rf "$2.new"
    cp -al "$1" "$2.new"
    mv "$2.new" "$2"
}

# compile NAME WORK: compiles and links what $kernels/NAME/source/build is configured for, and makes the directory
# whole.
compile() {
    local name=$1 work=$2 dir=$kernels/$1 output=$kernels/$1/source/build release
    say "building $name: $work"
    with_progress "building it" kbuild "$dir/source" "$output" bzImage modules || die "the kernel does not build"
    release=$(<"$output/include/config/kernel.release")
    rm -rf "$dir/root"
    with_progress "installing it in the cache" kbuild "$dir/source" "$output" \
        INSTALL_MOD_PATH="$dir/root" modules_install
    # Steps of the link, half a gigabyte; the next link makes them again.
    rm -f "$output"/.tmp_vmlinux* "$output"/vmlinux.{o,unstripped}
    install -m 644 "$output/arch/x86/boot/bzImage" "$dir/vmlinuz"
    ln -sfn source/build "$dir/build"
    ln -sfn "root/lib/modules/$release" "$dir/modules"
    if [[ $name == *-debug* ]]; then
        echo 2G >"$dir/memory"
        # ACPI's interpreter allocates, and allocations are what such a kernel watches: to compute the interrupt routes
        # that QEMU's machine "pc" has its PCI slots, it would need more than the 30 s it is allowed. Those of "q35" are
        # a table.
        echo q35 >"$dir/machine"
    fi
    echo "$release" >"$dir/release.new"
    mv "$dir/release.new" "$dir/release"
    say "kernel \"$name\" is $release"
}
