# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154  # what common.sh and scripts/kernel set
# Sourced by scripts/kernel: a kernel with patches, made from a copy of the plain one's tree and objects.

source "$root/scripts/lib/kernel-build.sh"

# patched_kernel BASE AS FILE...: prints the directory.
patched_kernel() {
    local base=$1 as=$2 files file name
    shift 2
    for file; do
        [[ -f $file && -r $file ]] || die "no patch \"$file\""
    done
    mapfile -t files < <(realpath -- "$@")
    [[ ! $as ]] || check_name "$as"
    get "$base" >/dev/null
    # A newer base is another kernel too.
    name=$base-$({
        cat "$kernels/$base/release" "$kernels/$base/config"
        for file; do sha256sum <"$file"; done
    } | sha256sum | head -c 8)
    lock "$name"
    [[ -e $kernels/$name/release ]] || build_patched "$base" "$name" "${files[@]}" >&2
    unlock
    [[ ! $as ]] || name_it "$name" "$as"
    readlink -f "$kernels/${as:-$name}"
}

check_name() {
    [[ $1 =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] || die "--as \"$1\": of letters, digits, \".\", \"_\" and \"-\", please"
    ! known "$1" || die "--as \"$1\": that is the kernel without patches"
    [[ ! -e $kernels/$1 || -L $kernels/$1 && -e $kernels/$1/patches ]] ||
        die "--as \"$1\": that is another kernel's name"
}

# name_it NAME AS: the kernel that was called AS goes if nothing else names it.
name_it() {
    local old link
    old=$(readlink "$kernels/$2" || true)
    ln -sfn "$1" "$kernels/$2"
    for link in "$kernels"/*; do
        [[ ! -L $link || $(readlink "$link") != "$old" ]] || return 0
    done
    [[ ! $old ]] || rm -rf "${kernels:?}/$old"
}

build_patched() {
    local base=$1 name=$2 dir=$kernels/$2 output=$kernels/$2/source/build file
    shift 2
    "$root/scripts/setup" kernel-build
    if [[ ! -e $dir/source/Makefile ]]; then
        say "applying the patches"
        mkdir -p "$dir"
        # Nobody may rebuild it meanwhile.
        exec 6>>"$kernels/.lock-$base"
        flock -s 6
        rm -rf "$dir/source.new"
        copy_built "$kernels/$base/source" "$dir/source.new" "$dir/source"
        cp "$kernels/$base/config" "$dir/config"
        exec 6>&-
        for file; do
            apply "$file" "$dir/source.new" ||
                { rm -rf "$dir" && die "$file does not apply to $(<"$kernels/$base/release")"; }
        done
        printf '%s\n' "${@##*/}" >"$dir/patches"
        mv "$dir/source.new" "$dir/source"
    fi
    kbuild_config "$dir/source" --set-str LOCALVERSION "-${name#*-}"
    with_progress "configuring it" kbuild "$dir/source" "$output" olddefconfig
    check_config <(grep -v LOCALVERSION "$dir/config") "$output/.config"
    compile "$name" "only what the patches touch"
}

kbuild_config() { "$1/scripts/config" --file "$1/build/.config" "${@:2}"; }

# copy_built FROM TO FINAL: a built tree with its objects, to be renamed to FINAL, in which make finds nothing to do.
copy_built() {
    local from=$1 to=$2 final=$3
    mkdir "$to"
    # What make writes is copied: much of it is written in place.
    find "$from" -mindepth 1 -maxdepth 1 ! -name build -exec cp -al -t "$to" {} +
    cp -a --reflink=auto "$from/build" "$to/build"
    # Only the kernel's own tools name their files absolutely; made again, they would be newer than all that they
    # checked.
    find "$to/build/tools" "$to/build/scripts" -name '.*.cmd' -exec sed -i "s|$from/|$final/|g" {} +
}

# apply FILE SOURCE: patch replaces the files that it changes, so the other trees keep theirs.
apply() {
    local log
    log=$(patch -d "$2" -p1 --batch --forward --no-backup-if-mismatch --reject-file=- <"$1" 2>&1) ||
        { printf '%s\n' "$log" >&2 && return 1; }
    [[ $log == *"patching file"* ]] || { echo "it changes no file" >&2 && return 1; }
}
