# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154  # what common.sh and scripts/kernel set
# Sourced by scripts/kernel: Debian's own kernels' packages, unpacked side by side under one root.
#
# They are not installed with apt because the headers package depends on the image package, and an installed image
# changes what the machine boots.

source "$root/scripts/lib/apt.sh"

# this_debian: 12 or 13, whose headers this machine's compiler is for.
this_debian() {
    (. /etc/os-release && [[ $ID == debian && ${VERSION_ID-13} -ge 13 ]] && echo 13) 2>/dev/null || echo 12
}

# fetch_kernel NAME
fetch_kernel() {
    local name=$1 debian series=6.12 suites arch=amd64 flavour image release common version dir packages modules kbuild
    [[ $name == 13-* ]] && debian=13 || debian=$(this_debian)
    [[ $debian == 12 ]] && suites=(bookworm-security) || suites=(trixie trixie-security)
    [[ $name != 6.1-* ]] || { series=6.1 suites=(bookworm bookworm-security); }
    case $name in
        *-backport) flavour=cloud- series=7.3 suites=(trixie-backports) ;;
        generic | 6.1-generic) flavour='' ;;
        *) flavour=${name#*-}- ;;
    esac
    # What builds modules are programs of this machine, also for another one.
    [[ $name != arm64-* ]] || arch=arm64 architectures=(amd64 arm64)

    say "getting kernel \"$name\""
    use_suites "${suites[@]}"
    # The newest one; "-unsigned" is the same kernel, there a while before its signed copy. 6.1.0-40, 6.12.90+deb12.
    image=$(private_apt apt-cache pkgnames "linux-image-$series." |
        grep -E "^linux-image-${series//./\\.}\.[0-9.]+[-+][a-z0-9]+-$flavour$arch(-unsigned)?$" |
        sort -V | tail -n 1) || die "this mirror's ${suites[*]} has no linux-image-$series.*-$flavour$arch"
    release=${image#linux-image-}
    release=${release%-unsigned}
    version=${release%-"$flavour$arch"}
    common=$version-common
    [[ $series == 6.1 ]] && kbuild=$series || kbuild=$version
    [[ $flavour != rt- ]] || common+=-rt

    packages=("$image:$arch" "linux-headers-$release:$arch" "linux-headers-$common" "linux-kbuild-$kbuild:amd64")
    # In 7.x linux-image is a frame around these.
    mapfile -t -O ${#packages[@]} packages < <(private_apt apt-cache pkgnames linux- |
        grep -xF -e "linux-binary-$release" -e "linux-modules-$release" | sed "s/$/:$arch/")
    dir=$kernels/$release
    # Of two names the other may have brought it.
    [[ ! -e $dir/release ]] || { ln -sfn "$release" "$kernels/$name" && return; }
    rm -rf "$dir" "$dir.new"
    fetch_packages "$dir.new/root" "${packages[@]}"

    # The symlinks between the packages are relative; this file alone names an absolute path. Since 6.13 the directory
    # of the configuration is wherever make is told.
    # shellcheck disable=SC2016  # for make to expand
    printf '%s\n' 'here := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))' \
        "include \$(here)../linux-headers-$common/Makefile" >"$dir.new/root/usr/src/linux-headers-$release/Makefile"
    # shellcheck disable=SC2016  # likewise
    ! grep -q KBUILD_EXTMOD_OUTPUT "$dir.new/root/usr/src/linux-headers-$common/Makefile" ||
        sed -i '1a KBUILD_OUTPUT ?= $(here)' "$dir.new/root/usr/src/linux-headers-$release/Makefile"
    # 7.x has all in usr, and the kernel beside its modules.
    modules=root/usr/lib/modules/$release image=$modules/vmlinuz
    [[ -e $dir.new/$modules ]] || modules=root/lib/modules/$release
    [[ -e $dir.new/$image ]] || image=root/boot/vmlinuz-$release
    ln -s "$image" "$dir.new/vmlinuz"
    ln -s "root/usr/src/linux-headers-$release" "$dir.new/build"
    ln -s "$modules" "$dir.new/modules"
    echo "$release" >"$dir.new/release"
    mv "$dir.new" "$dir"
    ln -sfn "$release" "$kernels/$name"
    say "kernel \"$name\" is $release"
}
