# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154  # what common.sh sets
# The parts of scripts/test: a stage runs something that prints TAP, counts its results and says how long it took.

logs=$root/build/test
mkdir -p "$logs"
counts=$(mktemp)
pattern=''

# stage NAME COMMAND...: fails if a test failed. A COMMAND that fails without a failed test is one failed test.
stage() {
    local name=$1 began=$SECONDS mine status=0
    shift
    # shellcheck disable=SC2053  # it is a pattern
    [[ $name == *$pattern* ]] || return 0
    mine=$(mktemp)
    say "$name"
    "$@" </dev/null | awk -v counts="$mine" -f "$root/scripts/lib/tap-count.awk" || status=${PIPESTATUS[0]}
    read -r passed failed skipped <"$mine"
    rm "$mine"
    if ((status && !failed)); then
        echo "not ok - $name ended with status $status"
        failed=1
    elif ((!passed && !failed && !skipped)); then
        echo "not ok - $name ran no test"
        failed=1
    fi
    echo "$passed $failed $skipped" >>"$counts"
    printf '%-28s %4d passed, %d failed, %d skipped  (%d s)\n' "$name" "$passed" "$failed" "$skipped" $((SECONDS - began))
    ((failed == 0))
}

# totals: prints the last line of all; fails if a test failed.
totals() {
    awk '{ passed += $1; failed += $2; skipped += $3 }
         END { printf "%d passed, %d failed%s\n", passed, failed, skipped ? ", " skipped " skipped" : ""; exit failed > 0 || !passed }' "$counts"
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

# ctest's table as TAP.
ctest_as_tap() {
    ctest --test-dir "$1" --output-on-failure 2>&1 | tee "$logs/unit.log" | awk '
        match($0, /^ *[0-9]+\/[0-9]+ Test +#[0-9]+: /) {
            name = substr($0, RLENGTH + 1); sub(/ \.\.+.*/, "", name)
            if (/Passed +[0-9.]+ sec/) print "ok - " name
            else if (/\*\*\*Skipped/) print "ok - " name " # SKIP"
            else print "not ok - " name
            next
        }
        { print "# " $0 }'
}
