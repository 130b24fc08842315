# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154  # what common.sh sets
# The parts of scripts/test: a stage runs something that prints TAP, counts its results and says how long it took.

logs=$root/build/test
mkdir -p "$logs"
counts=$(mktemp) # "passed failed skipped" of each stage
ended=$(mktemp)  # the names of those that begin_stage began and that have ended

# How many stages go on at a time: each has a guest.
room_for_guests=$(room_for_guests)
stages_at_a_time=$(guests_at_a_time)

# One of those that mostly wait for time to pass in the guest goes on beside so many.
beside='' # its process
mostly_waits() { [[ $1 == *-@(hang|doctor) ]]; }
# going_on: how many stages, but for that one.
going_on() { jobs -rp | grep -cvxF "${beside:-none}" || true; }

# is_wanted STAGE
is_wanted() { grep -qxF -- "$1" <<<"$names"; }

# about_stage STAGE: more for the line that ends it.
about_stage() { :; }

# seconds_of_a_core: of what `times` printed, what all that a shell has waited for took.
seconds_of_a_core() {
    awk '{ sum = 0; for (i = 1; i <= NF; i++) { split($i, part, /[ms]/); sum += 60 * part[1] + part[2] } }
         END { print int(sum) }'
}

# stage NAME COMMAND...: fails if a test failed. A COMMAND that fails without a failed test is one failed test. What it
# printed is kept as $logs/NAME.tap.
stage() {
    local name=$1 began=$SECONDS mine busy status=0
    shift
    mine=$(mktemp)
    times >"$mine" # not in $(), which is another shell
    busy=$(seconds_of_a_core <"$mine")
    : >"$mine"
    rm -f "$logs/$name.result"
    "$@" </dev/null | tee "$logs/$name.tap" | awk -v counts="$mine" -f "$root/scripts/lib/tap-count.awk" ||
        status=${PIPESTATUS[0]}
    read -r passed failed skipped <"$mine"
    times >"$mine"
    busy=$(($(seconds_of_a_core <"$mine") - busy))
    rm "$mine"
    if ((status && !failed)); then
        echo "not ok - $name ended with status $status"
        failed=1
    elif ((!passed && !failed && !skipped)); then
        echo "not ok - $name ran no test"
        failed=1
    fi
    echo "$passed $failed $skipped" >>"$counts"
    echo $((SECONDS - began)) >"$logs/$name.seconds"
    echo "$passed $failed $skipped" >"$logs/$name.result"
    printf '%-28s %4d passed, %d failed, %d skipped  (%d s, %d of a core)%s\n' \
        "$name" "$passed" "$failed" "$skipped" $((SECONDS - began)) "$busy" "$(about_stage "$name")"
    ((failed == 0))
}

# begin_stage NAME COMMAND...: a stage beside others. What it prints comes in one piece, when it has ended.
begin_stage() {
    is_wanted "$1" || return 0
    [[ ! $beside ]] || jobs -rp | grep -qxF "$beside" || beside=''
    if mostly_waits "$1" && [[ ! $beside ]] && ((room_for_guests > stages_at_a_time)); then
        beside=next
    else
        while (($(going_on) >= stages_at_a_time)); do wait -n || true; done
    fi
    say "$1"
    set -m # a group of its own, that can be ended with all that it started
    {
        stage "$@" >"$logs/$1.out" || true
        echo "$1" >>"$ended"
        flock "$counts" cat "$logs/$1.out"
        say "$(wc -l <"$ended") of $stages_in_all stages done$(stages_to_go)"
    } &
    [[ $beside != next ]] || beside=$!
    set +m
}

# stages_to_go: by what those that have not ended took the last time; nothing if one has never been run here.
stages_to_go() {
    local stage sum=0
    for stage in $names; do
        ! grep -qxF "$stage" "$ended" || continue
        [[ -e $logs/$stage.seconds ]] || return 0
        sum=$((sum + $(<"$logs/$stage.seconds")))
    done
    ((sum == 0)) || echo ", $(to_go $((sum / stages_at_a_time)))"
}

end_stages() {
    local group
    for group in $(jobs -rp); do kill -- "-$group" 2>/dev/null || true; done
}

# totals: prints the last line of all; fails if a test failed, or a stage that is wanted has not come to its end.
totals() {
    local name lost=()
    for name in $names; do [[ -e $logs/$name.result ]] || lost+=("$name"); done
    if ((${#lost[@]})); then
        echo "not ok - did not come to their end: ${lost[*]}"
        echo "0 ${#lost[@]} 0" >>"$counts"
    fi
    rm "$ended"
    awk '{ passed += $1; failed += $2; skipped += $3 }
         END {
             printf "%d passed, %d failed%s\n", passed, failed, skipped ? ", " skipped " skipped" : ""
             exit failed > 0 || !passed
         }' "$counts"
}

# boot NAME ALLOWED OPTION-OF-VM... -- COMMAND...: what COMMAND prints, and a verdict on the kernel's log.
boot() {
    local log=$logs/$1.log allowed=$2 status=0
    shift 2
    "$root/scripts/vm" --dmesg "$log" "$@" || status=$?
    echo "TAP version 13" # what follows is not in COMMAND's plan
    if "$root/scripts/lib/klog-check" "$log" "$allowed" >"$log.bad"; then
        echo "ok - the kernel log is clean"
    else
        sed 's/^/# /' "$log.bad"
        echo "not ok - the kernel log is clean ($log)"
    fi
    return $status
}

# verdict WHAT COMMAND...: one test that passes if COMMAND succeeds.
verdict() {
    local what=$1
    shift
    if "$@"; then echo "ok - $what"; else echo "not ok - $what"; fi
}

# ctest_as_tap DIRECTORY OPTION...: its table.
ctest_as_tap() {
    ctest --test-dir "$1" --output-on-failure "${@:2}" 2>&1 | awk '
        match($0, /^ *[0-9]+\/[0-9]+ Test +#[0-9]+: /) {
            name = substr($0, RLENGTH + 1); sub(/ \.\.+.*/, "", name)
            if (/Passed +[0-9.]+ sec/) print "ok - " name
            else if (/\*\*\*Skipped/) print "ok - " name " # SKIP"
            else print "not ok - " name
            next
        }
        { print "# " $0 }'
}
