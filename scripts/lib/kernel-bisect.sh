# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154  # what common.sh and scripts/kernel set
# Sourced by scripts/kernel: git bisect with a VM, in a worktree of its own, so that the tree stays as it is, whatever
# happens. The worktree and its objects are kept for the next time.

source "$root/scripts/lib/kernel-patch.sh"
source "$root/scripts/lib/build.sh"

# bisect_tree TREE CONFIG GOOD BAD COMMAND...
bisect_tree() {
    local tree config=$2 good bad name status=0
    tree=$(git -C "$1" rev-parse --show-toplevel 2>&1) || die "--tree \"$1\": ${tree#fatal: }"
    tree=$(linux_tree "$tree")
    good=$(commit "$3")
    bad=$(commit "$4")
    ! git -C "$tree" merge-base --is-ancestor "$bad" "$good" ||
        die "$3 has $4 in it: first the commit where the command succeeds, then the one where it fails"
    [[ ! $config || -r $config ]] || die "--config \"$config\": no such file"
    shift 4
    name=bisect-$(cksum <<<"$tree" | cut -d ' ' -f 1)
    worktree=$kernels/$name/source
    "$root/scripts/setup" build vm kernel-build
    build_tool
    lock "$name.bisect"
    [[ -e $kernels/$name/tree ]] || make_worktree "$name"
    [[ ! $config ]] || { mkdir -p "$kernels/$name/build" && cp "$config" "$kernels/$name/build/.config"; }
    in_worktree bisect reset >/dev/null 2>&1 || true # of one that was killed
    # git bisect believes what it is told of the ends.
    judge "$name" "$good" 0 "$@"
    judge "$name" "$bad" 1 "$@"
    trap 'in_worktree bisect reset >/dev/null 2>&1' EXIT
    in_worktree bisect start "$bad" "$good" >&2
    in_worktree bisect run "$root/scripts/lib/bisect-step" "$name" "$@" >&2 || status=$?
    case $status in
        0) say "the first commit where it fails:" && in_worktree log -1 --format='%h %s' refs/bisect/bad ;;
        2) say "it is one of these; between them nothing builds and boots, or the command judges nothing:" &&
            in_worktree log --format='%h %s' refs/bisect/bad --not --glob='refs/bisect/good-*' ;;
        *) die "git bisect ended with status $status" ;;
    esac
    return "$status"
}

in_worktree() { git -C "$worktree" "$@"; }

commit() { # REVISION
    git -C "$tree" rev-parse --verify -q --end-of-options "$1^{commit}" || die "$tree has no commit \"$1\""
}

# judge NAME COMMIT STATUS COMMAND...
judge() {
    local status=0 what
    what=$(in_worktree log -1 --format='%h %s' "$2")
    say "trying $what"
    in_worktree checkout -q --detach "$2"
    "$root/scripts/lib/bisect-step" "$1" "${@:4}" >&2 || status=$?
    case $status in
        "$3") ;;
        0) die "the command succeeds where it is said to fail: $what" ;;
        1) die "the command fails where it is said to succeed: $what" ;;
        125) die "this does not build or boot, or the command judges nothing there: $what" ;;
        *) exit 1 ;; # it has said why
    esac
}

# make_worktree NAME: with the objects of a kernel that was built of the tree, if there is one. Then each file must be
# as old as there.
make_worktree() {
    local dir=$kernels/$1 file seed=''
    for file in "$kernels"/*/tree; do
        [[ ! -e ${file%/tree}/release || $(<"$file") != "$tree" ]] || seed=${file%/tree}
    done
    say "making a worktree of $tree${seed:+, with the objects of ${seed##*/}}"
    rm -rf "$dir"
    mkdir -p "$dir"
    git -C "$tree" worktree prune
    git -C "$tree" worktree add -f --detach ${seed:+--no-checkout} "$worktree" HEAD >/dev/null 2>&1
    if [[ $seed ]]; then
        git -C "$tree" ls-files -z |
            rsync -a --from0 --files-from=- --ignore-missing-args "$tree/" "$worktree/"
        in_worktree reset -q
        in_worktree reset -q --hard
        copy_objects "$tree" "$seed/build" "$worktree" "$dir/build"
    fi
    echo "$worktree" >"$dir/tree"
}
