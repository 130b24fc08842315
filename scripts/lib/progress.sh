# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Long commands: their output goes to a log, which is shown only if they fail. Meanwhile a line now and then says how
# far they are and how long it still takes. In a step of scripts/lib/steps.sh they tell that instead, which shows all
# steps as one.

# with_progress [--objects N] WHAT COMMAND...: understands apt-get's status lines (ask for them with -o
# APT::Status-Fd=1), CMake's "[ 45%]", ctest's "3/10 Test" and Kbuild's "  CC      mm/slub.o", of which there will be
# about N.
with_progress() {
    local objects=0 what log status=0
    [[ $1 != --objects ]] || { objects=$2 && shift 2; }
    what=$1
    shift
    log=$(mktemp)
    [[ ${WQLAB_STEP-} ]] || say "$what"
    "$@" </dev/null 2>&1 | tee "$log" | follow_progress "$what" "$objects" || status=$?
    ((status == 0)) || { clear_line && cat "$log" >&2; }
    rm -f "$log"
    return "$status"
}

# follow_progress WHAT OBJECTS: reads what a command prints.
follow_progress() {
    local what=$1 objects=$2 began=$SECONDS next=$((SECONDS + 3)) percent=0 done=0 at='' status
    while status=0 && IFS= read -r -t 1 line || { status=$? && ((status > 128)); }; do
        case $line in
            # apt downloads everything, then installs everything, which takes longer.
            dlstatus:*) IFS=: read -r _ _ line <<<"$line" && at=$((${line%%[.:]*} / 5)) ;;
            pmstatus:*) IFS=: read -r _ _ line <<<"$line" && at=$((20 + ${line%%[.:]*} * 4 / 5)) ;;
            '['*%']'*) at=${line%%%]*} && at=$((${at#[})) ;;
            *[0-9]/*[0-9]' Test '*) line=${line%% Test*} && at=$((100 * ${line%/*} / ${line#*/})) ;;
            '  '[A-Z]*' '*.o) ((++done)) && ((!objects)) || at=$((done < objects ? 100 * done / objects : 99)) ;;
        esac
        ((${at:-0} <= percent)) || percent=$at
        if [[ ${WQLAB_STEP-} ]]; then
            # What can't be measured comes half-way in the time that it is said to take, and never quite to its end.
            [[ $at ]] || percent=$((100 * (SECONDS - began) / (SECONDS - began + WQLAB_STEP_SECONDS)))
            echo "$percent $what" >"$WQLAB_STEP"
        elif ((SECONDS >= next)); then
            next=$((SECONDS + 5 + (SECONDS - began) / 10))
            if ((percent)); then
                say "$what: $percent %, $(to_go $(((SECONDS - began) * (100 - percent) / percent)))"
            elif ((done)); then
                say "$what: $done done"
            fi
        fi
    done
}

# to_go SECONDS: as one says it, for it is a guess.
to_go() {
    if (($1 >= 100)); then
        echo "about $((($1 + 15) / 60)) min $((($1 + 15) % 60 / 30 * 30)) s to go"
    else
        echo "about $((($1 / 5 + 1) * 5)) s to go"
    fi
}
