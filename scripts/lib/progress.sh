# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Long commands: their output goes to a log, which is shown only if they fail. Meanwhile a line now and then says how far they are.

# with_progress WHAT COMMAND...: understands apt-get's status lines (ask for them with -o APT::Status-Fd=1), CMake's "[ 45%]",
# ctest's "3/10 Test" and Kbuild's "  CC      mm/slub.o".
with_progress() {
    local what=$1 log status=0 began=$SECONDS next=$((SECONDS + 3)) objects=0
    shift
    log=$(mktemp)
    say "$what"
    "$@" </dev/null 2>&1 | tee "$log" | while IFS= read -r line; do
        case $line in
            dlstatus:* | pmstatus:*) IFS=: read -r _ _ line <<<"$line" && line="${line%%.*} %" ;;
            '['*%']'*) line=${line%%]*}] ;;
            *[0-9]/*[0-9]' Test '*) line=${line%% Test*} ;;
            '  '[A-Z]*' '*.o) line="$((++objects)) done, ${line##* }" ;;
            '  '[A-Z]*' '*) line=${line#  } ;;
            *) continue ;;
        esac
        ((SECONDS < next)) || { next=$((SECONDS + 5 + (SECONDS - began) / 10)) && say "$what: $line"; }
    done || status=$?
    ((status == 0)) || cat "$log" >&2
    rm -f "$log"
    return "$status"
}
