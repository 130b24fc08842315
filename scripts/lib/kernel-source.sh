# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced by scripts/kernel: a kernel from Debian's source package, configured small and prepared so that modules can be
# compiled against it with Debian 12's own compiler. (Debian's headers of such kernels want a newer one.)

source "$root/scripts/lib/apt.sh"

# fetch_kernel VERSION, such as 7.3. Each step leaves what the next one needs: an interrupted one goes on where it was.
fetch_kernel() {
    local version=$1 dir=$kernels/$1-source tarball
    "$root/scripts/setup" kernel-build

    if [[ ! -e $dir/source/Makefile ]]; then
        say "getting the source of Linux $version"
        mkdir -p "$dir"
        tarball=$dir/root/usr/src/linux-source-$version.tar.xz
        if [[ ! -e $tarball ]]; then
            use_suites trixie-backports
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

    mkdir -p "$dir/build"
    kbuild() { make --no-print-directory -C "$dir/source" O="$dir/build" CC=gcc-12 HOSTCC=gcc-12 -j "$(nproc)" "$@"; }
    if [[ ! -e $dir/build/.config.ready ]]; then
        with_progress "configuring it" kbuild KCONFIG_ALLCONFIG="$root/scripts/lib/kernel-small.config" allnoconfig
        check_config "$root/scripts/lib/kernel-small.config" "$dir/build/.config"
        touch "$dir/build/.config.ready"
    fi
    with_progress "preparing it" kbuild modules_prepare
    # Without the kernel itself there are no symbols to check against, but modpost wants the file.
    [[ -e $dir/build/Module.symvers ]] || : >"$dir/build/Module.symvers"
    cp "$dir/build/include/config/kernel.release" "$dir/release"
    ln -sfn "${dir##*/}" "$kernels/$version"
    say "modules can be compiled against $(<"$dir/release")"
}

# check_config WANTED GOT: an option whose needs are not met is dropped without a word.
check_config() {
    local lost
    lost=$(grep -E '^CONFIG_' "$1" | grep -vxFf "$2") || return 0
    die "the kernel's configuration lost these: ${lost//$'\n'/ }"
}
