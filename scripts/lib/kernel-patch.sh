# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154  # what common.sh and scripts/kernel set
# Sourced by scripts/kernel: a kernel with patches, made from a copy of another one's source and objects.

source "$root/scripts/lib/kernel-tree.sh"

# patched_kernel BASE AS FILE...: makes $patched, a name.
patched_kernel() {
    local base=$1 as=$2 files file
    shift 2
    for file; do
        [[ -f $file && -r $file ]] || die "no patch \"$file\""
    done
    [[ ! $as || ! -e $kernels/$as || -L $kernels/$as ]] || die "--as \"$as\": that is another kernel's name"
    mapfile -t files < <(realpath -- "$@")
    if [[ -e $kernels/$base/tree ]]; then
        rebuild_tree "$base" ''
    else
        get "$base" >/dev/null
    fi
    # A newer base is another kernel too.
    patched=$base-$({
        cat "$kernels/$base/release" "$kernels/$base/config" 2>/dev/null || true # of a tree there is no list
        for file; do sha256sum <"$file"; done
    } | sha256sum | head -c 8)
    lock "$patched"
    # Nobody knows what has changed in a tree meanwhile.
    [[ ! -e $kernels/$base/tree ]] || rm -rf "${kernels:?}/$patched"
    [[ -e $kernels/$patched/release ]] || build_patched "$base" "$patched" "${files[@]}" >&2
    unlock
    if [[ $as ]]; then
        [[ $(readlink "$kernels/$as") == "$patched" || ! -e $kernels/$as ]] || forget "$as"
        ln -sfn "$patched" "$kernels/$as"
        patched=$as
    fi
}

build_patched() {
    local base=$1 name=$2 dir=$kernels/$2
    shift 2
    "$root/scripts/setup" kernel-build
    [[ -e $dir/source/Makefile ]] || patched_source "$base" "$name" "$@"
    if [[ -e $kernels/$base/tree ]]; then
        use_compiler_of_tree "$name"
        configure_tree "$dir/source" "$name" ''
        compile "$name" "$dir/source" "$dir/build" "only what the patches touch"
        is_made "$name" "$dir/build"
    else
        [[ $base != *-clang ]] || use_clang
        "$dir/source/scripts/config" --file "$dir/source/build/.config" --set-str LOCALVERSION "-${name#*-}"
        with_progress "configuring it" kbuild "$dir/source" "$dir/source/build" olddefconfig
        check_config <(grep -v LOCALVERSION "$dir/config") "$dir/source/build/.config"
        compile_in_cache "$name" "only what the patches touch"
    fi
}

# patched_source BASE NAME FILE...: with BASE's objects.
patched_source() {
    local base=$1 dir=$kernels/$2 from=$kernels/$1/source file
    shift 2
    say "applying the patches"
    mkdir -p "$dir"
    # Nobody may rebuild it meanwhile.
    exec 6>>"$kernels/.lock-$base"
    flock -s 6
    rm -rf "$dir/source.new" "$dir/build"
    mkdir "$dir/source.new"
    if [[ -e $kernels/$base/tree ]]; then
        from=$(<"$kernels/$base/tree")
        copy_objects "$from" "$kernels/$base/build" "$dir/source" "$dir/build"
    else
        copy_objects "$from" "$from/build" "$dir/source" "$dir/source/build" "$dir/source.new/build"
        cp "$kernels/$base/config" "$dir/config"
    fi
    link_source "$from" "$dir/source.new"
    exec 6>&-
    for file; do
        apply "$file" "$dir/source.new" ||
            { rm -rf "$dir" && die "$file does not apply to $(<"$kernels/$base/release")"; }
    done
    echo "with ${*##*/}" >"$dir/origin"
    mv "$dir/source.new" "$dir/source"
}

# link_source FROM TO: as hard links, or, from another file system, a copy.
link_source() {
    find "$1" -mindepth 1 -maxdepth 1 ! -name .git ! -path "$1/build" -exec cp -al -t "$2" {} + 2>/dev/null ||
        find "$1" -mindepth 1 -maxdepth 1 ! -name .git ! -path "$1/build" -exec cp -a -t "$2" {} +
}

# copy_objects SOURCE OUTPUT NEW-SOURCE NEW-OUTPUT [WHERE-IT-IS-NOW]: OUTPUT so that make finds nothing to do there.
copy_objects() {
    local now=${5-$4}
    # What make writes is copied: much of it is written in place.
    cp -a --reflink=auto "$2" "$now"
    # An absolute name in a command would make another command of it. (The kernel's own tools have some even if the
    # output is in the source; made again, they would be newer than all that they checked.)
    # find fails where grep does, which is in each batch of files that has none.
    { find "$now" -name '*.cmd' -exec grep -lZF -e "$1/" -e "$2/" {} + || true; } |
        xargs -0 -r sed -i "s|$2/|$4/|g; s|$1/|$3/|g"
}

# apply FILE SOURCE: patch replaces the files that it changes, so the other trees keep theirs.
apply() {
    local log
    log=$("$root/scripts/lib/patch-of-mail" "$1" |
        patch -d "$2" -p1 --batch --forward --no-backup-if-mismatch --reject-file=- 2>&1) ||
        { printf '%s\n' "$log" >&2 && return 1; }
    [[ $log == *"patching file"* ]] || { echo "it changes no file" >&2 && return 1; }
}
