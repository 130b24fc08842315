# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# For the tests beside this: each function that is defined in one is a test, which succeeds or says on stdout what is
# wrong.

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

# run_tests AT-A-TIME NOT-A-TEST...: prints TAP.
run_tests() {
    local width=$1 tests test i
    shift
    mapfile -t tests < <(declare -F | cut -d ' ' -f 3 | grep -vxF "$(printf '%s\n' run_tests eventually "$@")")
    echo "1..${#tests[@]}"
    for ((i = 0; i < ${#tests[@]}; i += width)); do
        for test in "${tests[@]:i:width}"; do
            # Not in an if: there, set -e would not end a test at its first failure.
            (set +e; (set -e; "$test") >"$work/$test.said" 2>&1; echo $? >"$work/$test.status") &
        done
        wait
        for test in "${tests[@]:i:width}"; do
            if [[ $(<"$work/$test.status") == 0 ]]; then
                echo "ok - ${test//_/ }"
            else
                sed 's/^/# /' "$work/$test.said"
                echo "not ok - ${test//_/ }"
            fi
        done
    done
}
