# SPDX-License-Identifier: GPL-2.0
# Reads TAP or KTAP, prints what failed with what was said about it, and appends "PASSED FAILED SKIPPED" to the file
# `counts`. A group of tests is not counted beside its tests, unless it failed though they passed. Variables: counts,
# all (print everything).

function end_of_document() {
    if (plan != "" && seen != plan) {
        printf "not ok - %d results of %d planned\n", seen, plan
        failed++
    }
    plan = ""; seen = 0
}

{ sub(/\r$/, "") }
all { print }
/^(K?TAP version|TAP version)/ { end_of_document() }
/^1\.\.[0-9]+/ { plan = substr($1, 4) + 0 }

match($0, /^ *(not )?ok([ \t]|$)/) {
    depth = match($0, /[^ ]/) - 1
    bad = $1 == "not"
    if (depth == 0) seen++
    # deeper[d]: results below depth d since the last result at d; deeper_bad[d]: those of them that failed.
    if (deeper[depth] && (!bad || deeper_bad[depth])) ;
    else if (tolower($0) ~ /# *skip/) skipped++
    else if (bad && tolower($0) !~ /# *todo/) failed++
    else passed++
    for (d = 0; d < depth; d++) { deeper[d]++; deeper_bad[d] += bad }
    for (d = depth; d < 64; d++) { deeper[d] = 0; deeper_bad[d] = 0 }
    if (bad && !all) printf "%s%s\n", said, $0
    said = ""
    next
}

# Diagnostics come before or after the line that they belong to; those before are kept until it is known.
/^ *#/ { said = said $0 "\n" }

END {
    end_of_document()
    print passed + 0, failed + 0, skipped + 0 >> counts
}
