# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154  # what common.sh and scripts/kernel set
# Sourced by scripts/kernel: Debian's source packages, configured small for this machine's compiler. (Debian's headers
# of a 7.3 kernel want a newer one than Debian 12 has.) Each step leaves what the next one needs: an interrupted one
# goes on where it was.

source "$root/scripts/lib/apt.sh"

# fetch_source VERSION: $kernels/VERSION-source/source is there.
fetch_source() {
    local version=$1 dir=$kernels/$1-source tarball suite=trixie-backports
    [[ $version != 6.12 ]] || suite=bookworm-security
    [[ ! -e $dir/source/Makefile ]] || return 0
    exec 7>"$kernels/.lock-$version-source"
    flock 7
    if [[ ! -e $dir/source/Makefile ]]; then
        say "getting the source of Linux $version"
        mkdir -p "$dir"
        tarball=$dir/root/usr/src/linux-source-$version.tar.xz
        if [[ ! -e $tarball ]]; then
            use_suites "$suite"
            rm -rf "$dir/root.new"
            fetch_packages "$dir/root.new" "linux-source-$version"
            mv "$dir/root.new" "$dir/root"
        fi
        say "unpacking it"
        rm -rf "$dir/source.new"
        mkdir "$dir/source.new"
        tar -xf "$tarball" -C "$dir/source.new" --strip-components=1
        mv "$dir/source.new" "$dir/source"
        rm -r "$dir/root"
    fi
    exec 7>&-
}

# What compiles the kernel at hand, as words for make. gcc by its version's name where that is known: with another name
# Kbuild would begin anew.
compiler=$(type -P gcc-12 || echo gcc)
tools=(CC="${compiler##*/}" HOSTCC="${compiler##*/}")
use_clang() {
    "$root/scripts/setup" kernel-clang
    tools=(LLVM=-19)
}

# kbuild SOURCE OUTPUT MAKE-ARGUMENT...
kbuild() {
    nice -n 10 make --no-print-directory -C "$1" O="$2" "${tools[@]}" \
        KBUILD_BUILD_USER=wqlab KBUILD_BUILD_HOST=wqlab -j "$(nproc)" "${@:3}"
}

# wanted_config NAME: the options of NAME.
wanted_config() {
    local name=$1 version=${1%-*} files=("$root/scripts/lib/kernel-small.config")
    [[ ! -e $root/scripts/lib/kernel-${name#*-}.config ]] || files+=("$root/scripts/lib/kernel-${name#*-}.config")
    sed -E "s/ # ($version|$name)\$//; / # [0-9][^ ]*\$/d" "${files[@]}"
    [[ $name == "$version" ]] || echo "CONFIG_LOCALVERSION=\"-${name#*-}\""
}

# configure NAME DIR SOURCE OUTPUT: does nothing if what is wanted has not changed. DIR gets the list.
configure() {
    local name=$1 dir=$2 source=$3 output=$4
    wanted_config "$name" >"$dir/config.new"
    if [[ ! -e $output/.config ]] || ! cmp -s "$dir/config.new" "$dir/config"; then
        with_progress "configuring it" kbuild "$source" "$output" KCONFIG_ALLCONFIG="$dir/config.new" allnoconfig
        check_config "$dir/config.new" "$output/.config"
    fi
    mv "$dir/config.new" "$dir/config"
}

# check_config WANTED GOT: an option whose needs are not met is dropped without a word.
check_config() {
    local lost
    lost=$(grep -E '^CONFIG_' "$1" | grep -vxFf "$2") || return 0
    die "the kernel's configuration lost these: ${lost//$'\n'/ }"
}

# fetch_kernel VERSION, such as 7.3: to compile against.
fetch_kernel() {
    local version=$1 dir=$kernels/$1-source
    "$root/scripts/setup" kernel-build
    fetch_source "$version"
    mkdir -p "$dir/build"
    configure "$version" "$dir" "$dir/source" "$dir/build"
    with_progress "preparing it" kbuild "$dir/source" "$dir/build" modules_prepare
    # Without the kernel itself there are no symbols to check against, but modpost wants the file.
    [[ -e $dir/build/Module.symvers ]] || : >"$dir/build/Module.symvers"
    cp "$dir/build/include/config/kernel.release" "$dir/release"
    ln -sfn "${dir##*/}" "$kernels/$version"
    say "modules can be compiled against $(<"$dir/release")"
}
