# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154  # what common.sh and scripts/kernel set
# Sourced by scripts/kernel: kernels of a tree that is somebody's own. Of those that are built here the cache has
# objects, not the source; of those that are built already, links.

source "$root/scripts/lib/kernel-build.sh"

# build_tree TREE NAME CONFIG: CONFIG is a file; empty: as NAME was configured the last time, or small.
build_tree() {
    local name=$2 config=$3 tree dir=$kernels/$2 output=$kernels/$2/build
    tree=$(source_tree "$1")
    [[ ! $config || -r $config ]] || die "--config \"$config\": no such file"
    [[ ! -e $dir || $(cat "$dir/tree" 2>/dev/null) == "$tree" ]] ||
        die "--as \"$name\": that is another kernel's name (scripts/kernel remove $name)"
    "$root/scripts/setup" kernel-build
    mkdir -p "$output"
    echo "$tree" >"$dir/tree"
    use_compiler_of_tree "$name"
    configure_tree "$tree" "$name" "$config"
    echo "of $tree" >"$dir/origin"
    rm -f "$dir/release"
    compile "$name" "$tree" "$output" "what has changed since the last time"
    is_made "$name" "$output"
}

# rebuild_tree NAME CONFIG
rebuild_tree() {
    lock "$1"
    build_tree "$(<"$kernels/$1/tree")" "$1" "$2" >&2
    unlock
}

# linux_tree DIR: its name, if it is a source tree that is not too old.
linux_tree() {
    local tree version
    tree=$(realpath -e -- "$1" 2>/dev/null) || die "no directory \"$1\""
    version=$(tree_version "$tree")
    [[ $version && -e $tree/Kbuild && -e $tree/kernel/workqueue.c ]] ||
        die "\"$1\" is no source tree of Linux: give the directory that has kernel/workqueue.c in it"
    check_version "$version" "$1"
    echo "$tree"
}

# source_tree DIR: likewise, if it can be built out of.
source_tree() {
    local tree
    tree=$(linux_tree "$1") || exit 1
    [[ ! -e $tree/.config && ! -d $tree/include/config && ! -d $tree/arch/x86/include/generated ]] ||
        die "$tree has been built in, and Linux builds elsewhere only out of a clean tree: scripts/kernel use $tree," \
            "or make -C $tree mrproper (its .config goes, too)"
    echo "$tree"
}

tree_version() { sed -n 's/^VERSION = //p; s/^PATCHLEVEL = //p' "$1/Makefile" 2>/dev/null | head -n 2 | paste -sd .; }

check_version() { # VERSION OF
    local major=${1%%.*} minor=${1#*.}
    minor=${minor%%[!0-9]*}
    ((major > 6 || major == 6 && minor >= 1)) || die "$2 is Linux $major.$minor: wqlab needs 6.1 or newer"
}

# The one that the tree's own make would take, by CC, HOSTCC and LLVM of the environment. The name makes the release,
# and so the module's directory, one of this kernel's own.
use_compiler_of_tree() { tools=(${CC:+"CC=$CC"} ${HOSTCC:+"HOSTCC=$HOSTCC"} LOCALVERSION="-$1"); }

# configure_tree TREE NAME CONFIG: leaves things as they were if that can't work.
configure_tree() {
    local tree=$1 name=$2 config=$3 dir=$kernels/$2 output=$kernels/$2/build
    [[ ! -e $output/.config ]] || cp -p "$output/.config" "$dir/config.before"
    if [[ $config ]]; then
        cp "$config" "$output/.config"
    elif [[ ! -e $output/.config ]]; then
        sed -E 's/ # [0-9][^ ]*$//' "$root/scripts/lib/kernel-small.config" >"$dir/config.small"
        with_progress "configuring it" kbuild "$tree" "$output" KCONFIG_ALLCONFIG="$dir/config.small" allnoconfig
    fi
    # Else the release changes with each commit, and all that has it in it.
    "$tree/scripts/config" --file "$output/.config" -d LOCALVERSION_AUTO
    with_progress "configuring it" kbuild "$tree" "$output" olddefconfig
    if ! check_needs "$tree" "$output/.config"; then
        if [[ -e $dir/config.before ]]; then mv "$dir/config.before" "$output/.config"; else rm -rf "$dir"; fi
        exit 1
    fi
    rm -f "$dir/config.before"
}

# check_needs WHAT CONFIG: says what is lacking and what for; fails if nothing would work.
check_needs() {
    local option kind reason options=() must='' without=()
    while read -r option kind reason; do
        [[ $option != '#' ]] && ! grep -q "^CONFIG_$option=y" "$2" || continue
        case $kind in
            must) options+=("$option") must+="${must:+; }CONFIG_$option: $reason" ;;
            without) without+=("$1 has no CONFIG_$option: without it no $reason") ;;
        esac
    done <"$root/scripts/lib/kernel-needs"
    if ((${#options[@]})); then
        say "$1 lacks $must. To have ${options[*]}: scripts/config$(printf ' -e %s' "${options[@]}"), make olddefconfig"
        return 1
    fi
    for reason in "${without[@]}"; do say "$reason"; done
}

# use_tree DIR NAME: links to what has been built there, so that it is always what was built last.
use_tree() {
    local built release name=$2 dir old
    built=$(realpath -e -- "$1" 2>/dev/null) || die "no directory \"$1\""
    name=${name:-${built##*/}}
    check_name "$name"
    dir=$kernels/$name
    old=$(readlink "$dir/build" || true)
    [[ ! -e $dir || $old == "$built" ]] ||
        die "\"$name\" is another kernel's name: give one with --as, or scripts/kernel remove $name"
    release=$(cat "$built/include/config/kernel.release" 2>/dev/null) || not_built "$1"
    check_version "$release" "$1"
    [[ -e $built/Module.symvers && -e $built/arch/x86/boot/bzImage ]] ||
        die "$1 is not built to its end: make -C $built bzImage modules"
    check_needs "$1" "$built/.config" || exit 1
    mkdir -p "$dir"
    ln -sfn "$built" "$dir/build"
    ln -sfn "$built/include/config/kernel.release" "$dir/release"
    ln -sfn "$built/arch/x86/boot/bzImage" "$dir/vmlinuz"
    note_machine "$dir" "$built"
    echo "as built in $built" >"$dir/origin"
    say "kernel \"$name\" is $release"
}

not_built() {
    local version
    version=$(tree_version "$1") || true
    [[ $version && -e $1/kernel/workqueue.c ]] ||
        die "\"$1\" is no built kernel: give its source tree, or the directory that make O= was given"
    check_version "$version" "$1"
    die "$1 is not built: make -C $1 bzImage modules there, or scripts/kernel build --tree $1 --as NAME"
}
