# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154  # what common.sh and scripts/kernel set
# Sourced by scripts/kernel: Debian's own 6.12 packages, unpacked side by side under one root.
#
# They are not installed with apt because the headers package depends on the image package, and an installed image
# changes what the machine boots.

source "$root/scripts/lib/apt.sh"

# fetch_kernel NAME
fetch_kernel() {
    local name=$1 flavour='' image release common version dir
    [[ $name == generic ]] || flavour=$name-

    say "getting kernel \"$name\""
    use_suites bookworm-security
    # The newest one; "-unsigned" is the same kernel, there a while before its signed copy.
    image=$(private_apt apt-cache pkgnames linux-image-6.12. |
        grep -E "^linux-image-6\.12\.[0-9.]+\+[a-z0-9]+-${flavour}amd64(-unsigned)?$" |
        sort -V | tail -n 1) || die "this mirror's bookworm-security has no linux-image-6.12.*-${flavour}amd64"
    release=${image#linux-image-}
    release=${release%-unsigned}
    version=${release%-"${flavour}amd64"}
    common=$version-common
    [[ $name != rt ]] || common+=-rt

    dir=$kernels/$release
    rm -rf "$dir" "$dir.new"
    fetch_packages "$dir.new/root" "$image" "linux-headers-$release" "linux-headers-$common" "linux-kbuild-$version"

    # The symlinks between the packages are relative; this file alone names an absolute path.
    # shellcheck disable=SC2016  # for make to expand
    echo 'include $(dir $(abspath $(lastword $(MAKEFILE_LIST))))../'"linux-headers-$common/Makefile" \
        >"$dir.new/root/usr/src/linux-headers-$release/Makefile"
    ln -s "root/boot/vmlinuz-$release" "$dir.new/vmlinuz"
    ln -s "root/usr/src/linux-headers-$release" "$dir.new/build"
    ln -s "root/lib/modules/$release" "$dir.new/modules"
    echo "$release" >"$dir.new/release"
    mv "$dir.new" "$dir"
    ln -sfn "$release" "$kernels/$name"
    say "kernel \"$name\" is $release"
}
