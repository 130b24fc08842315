# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154  # what scripts/test sets
# Sourced by scripts/test: the table of what wqlab is tested on (scripts/lib/matrix.table), and what was seen of each
# line the last time, which the cache keeps.

last_seen=$cache/matrix # "ROW|CELL|RESULT|TIME|WHEN" for each cell

# cells [PATTERN]: "ROW|CELL|WHAT IS DONE|STAGES" of the table's lines that have PATTERN in them.
cells() {
    sed 's/^ *//; s/ *| */|/g; s/ *$//; /^#/d; /^$/d' "$root/scripts/lib/matrix.table" | grep -iF -- "${1-}"
}

# stages_of CELL-STAGES NAMES: those of NAMES that its patterns match, each with the /WORDS of its pattern.
stages_of() {
    local name pattern
    for name in $2; do
        for pattern in $1; do
            # shellcheck disable=SC2053  # it is a pattern
            [[ $name != ${pattern%%/*} ]] || echo "$name${pattern#"${pattern%%/*}"}"
        done
    done
}

# stages_of_cells PATTERN NAMES: of the cells that have PATTERN in them, in the order of NAMES.
stages_of_cells() {
    local found
    found=$(cells "$1" | while IFS='|' read -r _ _ _ stages; do stages_of "$stages" "$2"; done | sed 's:/.*::')
    grep -xF -- "$found" <<<"$2"
}

# What the table calls its host, and that host's own kernels and compiler, is of a Debian 12.
is_matrix_host() { [[ $(. /etc/os-release && echo "$ID ${VERSION_ID-}") == "debian 12" ]]; }

# about_stage NAME: what it is in the table, and what is done there.
about_stage() {
    local cell what stages
    is_matrix_host || return 0
    cells | while IFS='|' read -r _ cell what stages; do
        [[ ! $(stages_of "$stages" "$1") ]] || echo "  $cell: $what"
    done
}

# record_matrix TESTED NAMES: of each cell all of whose stages, of NAMES, were TESTED and have ended, the result, in the
# place of an earlier one.
record_matrix() {
    local row cell stages when result
    when="$(date -u +%F), $(git -C "$root" describe --always --dirty --exclude '*' 2>/dev/null || echo 'no commit')"
    mkdir -p "$cache"
    exec 7>"$cache/.lock-matrix"
    flock 7
    touch "$last_seen"
    cells | while IFS='|' read -r row cell _ stages; do
        stages=$(stages_of "$stages" "$2")
        result=''
        ! have_ended "$stages" "$1" || result=$(result_of "$stages")
        # What was only skipped takes nothing from what has passed.
        [[ ! $result =~ ^[0-9]+\ skipped || $(of_cell "$row|$cell") != *passed* ]] || result=''
        if [[ $result ]]; then echo "$row|$cell|$result|$when"; else of_cell "$row|$cell"; fi
    done >"$last_seen.new"
    mv "$last_seen.new" "$last_seen"
    exec 7>&-
}

have_ended() { # STAGES TESTED
    local stage
    [[ $1 ]] || return
    for stage in $1; do
        grep -qxF -- "${stage%%/*}" <<<"$2" && [[ -e $logs/${stage%%/*}.result ]] || return
    done
}

# of_cell ROW|CELL: what was seen of it the last time.
of_cell() { awk -v cell="$1|" 'index($0, cell) == 1' "$last_seen"; }

# print_matrix: in Markdown.
print_matrix() {
    local row cell what shown last='' seen
    echo "$(. /etc/os-release && echo "$PRETTY_NAME"), $(gcc --version | head -n 1), $(nproc) CPUs," \
        "$("$root/scripts/lib/kvm-works" && echo KVM || echo "no KVM")"
    printf '\n| | | what is done | result | time | seen on, at commit |\n|---|---|---|---|---|---|\n'
    cells | while IFS='|' read -r row cell what _; do
        [[ $row == "$last" ]] && shown='' || shown=$row
        last=$row
        seen=$(of_cell "$row|$cell" | cut -d '|' -f 3- | sed 's/|/ | /g')
        echo "| $shown | $cell | $what | ${seen:-not yet | - | -} |"
    done
}

# result_of STAGES: "RESULT|TIME" of their sum.
result_of() {
    local stage tap passed=0 failed=0 skipped=0 seconds=0 p f s reasons='' measured='' text=''
    for stage in $1; do
        seconds=$((seconds + $(<"$logs/${stage%%/*}.seconds")))
        tap=$(tap_of "$stage")
        # What skips all that follows is of each.
        [[ $tap ]] || tap=$(grep -i '^ok .*# *SKIP' "$logs/${stage%%/*}.tap" | tail -n 1)
        if [[ $stage == */* ]]; then
            read -r p f s < <(awk -v counts=/dev/stdout -f "$root/scripts/lib/tap-count.awk" <<<"$tap" | tail -n 1)
        else
            read -r p f s <"$logs/$stage.result"
        fi
        passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
        reasons+=$(sed -nE 's/^ *ok .*# *SKIP:? *//Ip' <<<"$tap")$'\n'
        measured+=$(sed -nE 's/^# seen: //p' <<<"$tap")$'\n'
    done
    ((!failed)) || text="**$failed of $((passed + failed)) failed**"
    ((failed || !passed)) || text="$passed passed"
    ((!skipped)) || text+="${text:+, }$skipped skipped: $(in_one_line "$reasons")"
    measured=$(in_one_line "$measured")
    echo "${text:-**did not come to it**}${measured:+; $measured}|$((seconds / 60)) min $((seconds % 60)) s"
}

# tap_of STAGE[/WORDS]: what it printed; with WORDS of the tests that have them in their names.
tap_of() {
    local words=''
    [[ $1 != */* ]] || words=${1#*/}
    awk -v words="$words" 'BEGIN { wanted = words == "" }
        /^ *(not )?ok / { wanted = words == "" || index($0, words) }
        wanted' "$logs/${1%%/*}.tap"
}

# in_one_line LINES: each once.
in_one_line() { grep . <<<"$1" | awk '!said[$0]++' | tr '|' '/' | paste -sd ';' | sed 's/;/; /g'; }

# put_matrix_in PAGE: between its marks.
put_matrix_in() {
    sed -i -e '/^<!-- scripts\/test --matrix/,/^<!-- its end/{//!d}' \
        -e "/^<!-- scripts\/test --matrix/r $logs/matrix.md" "$1"
}
