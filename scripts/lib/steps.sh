# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154  # what common.sh sets
# Several steps, some at a time, with one progress over them all.
#
#   begin_steps NAME:SECONDS...   how much each takes of the whole, measured once on some machine: only their
#                                 proportions count
#   step NAME COMMAND...          runs it; a failure ends the script
#   begin_step NAME COMMAND...    runs it in the background
#   await_steps NAME...
#   end_steps

source "$root/scripts/lib/progress.sh"

declare -A step_seconds=() step_pids=()
step_order=() steps='' steps_reporter=''

begin_steps() {
    local step
    steps=$(mktemp -d)
    for step; do
        step_order+=("${step%:*}")
        step_seconds[${step%:*}]=${step#*:}
    done
    trap abandon_steps EXIT
    trap 'exit 130' INT TERM
    report_steps >/dev/null &
    steps_reporter=$!
}

# In groups of their own, so that an end of the script can end all that they started. So they can't read from the
# terminal: what asks for something asks before the first of them.
begin_step() {
    set -m
    run_step "$@" </dev/null &
    step_pids[$1]=$!
    set +m
}

await_steps() {
    local step
    for step; do
        wait "${step_pids[$step]}" || exit 1 # it has said why
        unset "step_pids[$step]"
    done
}

step() { run_step "$@" || exit 1; }

# run_step NAME COMMAND...: one that took no time had nothing to do.
run_step() {
    local name=$1 began=$SECONDS
    shift
    WQLAB_STEP=$steps/$name WQLAB_STEP_SECONDS=${step_seconds[$name]} "$@" || return
    if ((SECONDS - began > 1)); then echo 100; else echo nothing; fi >"$steps/$name"
}

end_steps() {
    trap - EXIT INT TERM
    abandon_steps
}

abandon_steps() {
    local pid
    for pid in "${step_pids[@]}"; do
        kill -TERM -- "-$pid" 2>/dev/null || true
    done
    { kill "$steps_reporter" && wait "$steps_reporter"; } 2>/dev/null || true
    [[ ! -t 2 ]] || printf '\r\e[K' >&2
    rm -rf "$steps"
}

# report_steps: until it is killed. Never says less than it did.
report_steps() {
    local next=5 shown=0 step said seconds at complete total left now text
    while sleep 1; do
        complete=0 total=0 now=''
        for step in "${step_order[@]}"; do
            seconds=${step_seconds[$step]} said=''
            [[ ! -e $steps/$step ]] || said=$(<"$steps/$step")
            [[ $said != nothing ]] || continue
            at=${said%% *}
            total=$((total + 100 * seconds)) complete=$((complete + ${at:-0} * seconds))
            [[ $said != *' '* ]] || now+=${now:+, }${said#* }
        done
        ((total && complete)) || continue
        ((100 * complete / total <= shown)) || shown=$((100 * complete / total))
        # This machine's pace, of which the first seconds tell little.
        left=$(((total - complete) * (SECONDS + 20) / (complete + 2000)))
        text="$shown %, $(to_go $left): $now"
        if [[ -t 2 ]]; then
            printf '\r\e[K%s' "${text:0:$((${COLUMNS:-80} - 1))}" >&2
        elif ((SECONDS >= next)); then
            next=$((SECONDS + 10))
            say "$text"
        fi
    done
}
