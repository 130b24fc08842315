# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Long commands: their output goes to a log, which is shown only if they fail. Meanwhile a line now and then says how far they are.

# with_progress WHAT COMMAND...: understands apt-get's status lines (ask for them with -o APT::Status-Fd=1), CMake's "[ 45%]" and ctest's "3/10 Test".
with_progress() {
    local what=$1 log status=0 next=$((SECONDS + 3))
    shift
    log=$(mktemp)
    say "$what"
    "$@" </dev/null 2>&1 | tee "$log" | while IFS= read -r line; do
        case $line in
            dlstatus:* | pmstatus:*) IFS=: read -r _ _ line <<<"$line" && line="${line%%.*} %" ;;
            '['*%']'*) line=${line%%]*}] ;;
            *[0-9]/*[0-9]' Test '*) line=${line%% Test*} ;;
            *) continue ;;
        esac
        ((SECONDS < next)) || { next=$((SECONDS + 5)) && say "$what: $line"; }
    done || status=$?
    ((status == 0)) || cat "$log" >&2
    rm -f "$log"
    return "$status"
}
