# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# For the tests beside this: each function that is defined in one is a test, which succeeds, says on stdout what is
# wrong, or is skipped with status 77, for the reason that its last line says. Neither wqctl nor scripts/vm ends with
# that: what they lack is no reason to skip a test unless it says so.

set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# eventually COMMAND...: until it succeeds; fails after two minutes, which no machine needs.
eventually() {
    local tries
    for ((tries = 0; tries < 1200; tries++)); do
        ! "$@" || return 0
        sleep 0.1
    done
    return 1
}

# is GOT WANTED
is() { [[ $1 == "$2" ]] || { echo "got $1, wanted $2"; return 1; }; }
# has FILE WORDS
has() { grep -qF -- "$2" "$1" || { echo "no \"$2\" in:"; cat "$1"; return 1; }; }

# block TITLE: of the page $page, the code below the line that has TITLE in it.
block() {
    # shellcheck disable=SC2154  # set by who asks
    awk -v title="$1" '
        index($0, title)       { found = 1 }
        found && /^```$/       { exit }
        inside                 { print }
        found && /^```[a-z]+$/ { inside = 1 }
    ' "$page" | grep .
}

# after FILE PATTERN: puts stdin behind the first line of FILE that matches.
after() {
    cat >"$work/inserted"
    grep -q -- "$2" "$1" || { echo "$1 has no line $2"; return 1; }
    sed -i "0,/$2/{/$2/r $work/inserted
}" "$1"
}

# source_tree: the sources of the tool and of the module, to be changed, as the current directory.
source_tree() {
    mkdir "$work/tree"
    cp -a --parents -t "$work/tree" kmod scripts tools/wqctl
    cd "$work/tree"
}

# in_spec BEGIN [INSTEAD]: puts stdin in the wire's spec, at the end of the list that begins with BEGIN, or where
# INSTEAD was in it.
in_spec() {
    python3 -c '
import sys
begin, instead, added = sys.argv[1], sys.argv[2], sys.stdin.read()
with open("kmod/uapi/wqlab.yaml", encoding="utf-8") as file:
    text = file.read()
at = text.index(instead or "\n  -\n", text.index(begin)) + (not instead)
with open("kmod/uapi/wqlab.yaml", "w", encoding="utf-8") as file:
    file.write(text[:at] + added + text[at + len(instead):])' "$1" "${2-}"
}

# compiles FILE..., preprocessed FILE: as wqctl has it.
for_wqctl=(g++ -std=c++20 -Wall -Wextra -Wshadow -Werror -I tools/wqctl -I kmod -I tools/wqctl/source/bytes)
compiles() {
    local file includes
    read -ra includes < <(pkg-config --cflags libnl-genl-3.0)
    for file; do "${for_wqctl[@]}" "${includes[@]}" -fsyntax-only "$file"; done
}
preprocessed() { "${for_wqctl[@]}" -E -P "$1"; }

# skip WHY: ends the test, which can't be tried here.
skip() { echo "$1" && exit 77; }

# needs_chroots WHAT: ends all of it, skipped, where none can be made.
needs_chroots() {
    local why=''
    if ((EUID)); then
        why="only root may make a chroot"
    elif ! type -P debootstrap >/dev/null; then
        why="there is no debootstrap (scripts/setup test)"
    elif ! unshare --mount true 2>/dev/null; then
        why="nothing may be mounted here"
    fi
    [[ ! $why ]] || { echo "ok - $1 # SKIP $why" && exit; }
}

# result WHAT STATUS FILE: a line of TAP, of what ended with that status and said that; and what scripts/test --matrix
# shows of one that passed.
result() {
    case $2 in
        0) echo "ok - $1" && sed -nE 's/^seen: /# &/p; s/^[0-9]+ kept, /# seen: &/p' "$3" ;;
        77) echo "ok - $1 # SKIP $(tail -n 1 "$3")" ;;
        *)
            # Promises that are kept, of wqctl check, are not why.
            sed '/^pass /d' "$3" | tail -n 60 | sed 's/^/# /'
            echo "not ok - $1"
            ;;
    esac
}

# verdict WHAT COMMAND...: one test, of a command or a function, whose status is $status then.
verdict() {
    # Not in an if, nor before ||: there, set -e would not end a function at its first failure.
    set +e
    (set -e; "${@:2}") </dev/null >"$work/said" 2>&1
    status=$?
    set -e
    result "$1" "$status" "$work/said"
}

# run_tests AT-A-TIME NOT-A-TEST...: prints TAP.
run_tests() {
    local width=$1 tests test i
    shift
    mapfile -t tests < <(declare -F | cut -d ' ' -f 3 | grep -vxF "$(printf '%s\n' "${ours[@]}" "$@")")
    echo "1..${#tests[@]}"
    for ((i = 0; i < ${#tests[@]}; i += width)); do
        for test in "${tests[@]:i:width}"; do
            # Not in an if, as above.
            (set +e; (set -e; "$test") >"$work/$test.said" 2>&1; echo $? >"$work/$test.status") &
        done
        wait
        for test in "${tests[@]:i:width}"; do
            result "${test//_/ }" "$(<"$work/$test.status")" "$work/$test.said"
        done
    done
}

mapfile -t ours < <(declare -F | cut -d ' ' -f 3)
