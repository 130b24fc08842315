# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154  # what scripts/test sets
# Sourced by scripts/test: the table of what wqlab is tested on (scripts/lib/matrix.table), and what was seen of it.

# cells [PATTERN]: "ROW|CELL|WHAT IS DONE|STAGES" of the table's lines that have PATTERN in them.
cells() {
    sed 's/^ *//; s/ *| */|/g; s/ *$//; /^#/d; /^$/d' "$root/scripts/lib/matrix.table" | grep -iF -- "${1-}"
}

# stages_of CELL-STAGES: the names, of those that there are, that its patterns match.
stages_of() {
    local known pattern
    for known in $all_names; do
        for pattern in $1; do
            # shellcheck disable=SC2053  # it is a pattern
            [[ $known != $pattern ]] || echo "$known"
        done
    done
}

# stages_of_cells: of those that were asked for, in the stages' order.
stages_of_cells() {
    local all_names=$names found
    found=$(cells "$pattern" | while IFS='|' read -r _ _ _ stages; do stages_of "$stages"; done)
    grep -xF -- "$found" <<<"$names"
}

# about_stage NAME: what it is in the table, and what is done there.
about_stage() {
    local all_names=$1 cell what stages
    cells | while IFS='|' read -r _ cell what stages; do
        [[ ! $(stages_of "$stages") ]] || echo "  $cell: $what"
    done
}

# print_matrix: in Markdown. A cell of several stages is their sum.
print_matrix() {
    local all_names=$names row cell what stages last=''
    echo "$(. /etc/os-release && echo "$PRETTY_NAME"), $(gcc --version | head -n 1), $(nproc) CPUs," \
        "$("$root/scripts/lib/kvm-works" && echo KVM || echo "no KVM"), commit $(git -C "$root" describe --always)"
    printf '\n| | | what is done | result | time |\n|---|---|---|---|---|\n'
    cells "$pattern" | while IFS='|' read -r row cell what stages; do
        [[ $row != "$last" ]] || row=''
        last=${row:-$last}
        echo "| $row | $cell | $what | $(result_of "$(stages_of "$stages")") |"
    done
}

# result_of STAGES: "RESULT | TIME".
result_of() {
    local stage passed=0 failed=0 skipped=0 seconds=0 p f s reasons text=''
    [[ $1 ]] || { echo "no stage tests it | -" && return; }
    for stage in $1; do
        [[ -e $logs/$stage.result ]] || { echo "did not end | -" && return; }
        read -r p f s <"$logs/$stage.result"
        passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
        seconds=$((seconds + $(<"$logs/$stage.seconds")))
    done
    reasons=$(for stage in $1; do sed -nE 's/^ *(not )?ok .*# *SKIP:? *//Ip' "$logs/$stage.tap"; done |
        sort -u | paste -sd ';' | sed 's/;/; /g')
    if ((failed)); then
        text="**$failed of $((passed + failed)) failed**"
    elif ((passed)); then
        text="$passed passed"
    fi
    ((!skipped)) || text+="${text:+, $skipped }skipped: $reasons"
    echo "$text | $((seconds / 60)) min $((seconds % 60)) s"
}
