# shellcheck shell=bash
# apt-get and other long commands: their output goes to a log, which is shown only if they fail; meanwhile a line every few seconds says how far they are.

# with_progress WHAT COMMAND...: COMMAND must be apt-get or a function that calls it with the arguments given here added.
with_progress() {
    local what=$1 log status=0 kind name percent rest next=0
    shift
    log=$(mktemp)
    say "$what"
    # apt writes kind:name:percent:text to descriptor 3; dlstatus is downloads, pmstatus is dpkg at work.
    # sudo closes descriptors above 2, so apt reports on its stdout and its other output goes with it to the log.
    "$@" -o APT::Status-Fd=1 </dev/null 2>&1 | tee "$log" | while IFS=: read -r kind name percent rest; do
        [[ $kind == dlstatus || $kind == pmstatus ]] || continue
        ((SECONDS >= next)) || continue
        next=$((SECONDS + 5))
        [[ $kind == dlstatus ]] && name="downloading ${rest#*]}" 
        say "$what: ${percent%.*} % $name"
    done || status=$?
    ((status == 0)) || cat "$log" >&2
    rm -f "$log"
    return "$status"
}
