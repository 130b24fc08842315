# SPDX-License-Identifier: GPL-2.0
# Reads two files of verdicts (stage, test, verdict, why; by tabs), prints which have turned, and fails if one has got
# worse.

BEGIN { FS = "\t" }

function turned(how, what, from, to, why) {
    printf "%-8s %s: %s -> %s%s\n", how ":", what, from, to, why == "" ? "" : ": " why
    count[how]++
}

{ test = $1 ", " $2 }
NR == FNR { before[test] = $3; next }
{
    seen[test]++
    if (seen[test] > 1) next
    tests++
    was = test in before ? before[test] : "none"
    if ($3 == was) next
    how = $3 == "fail" ? "worse" : $3 == "pass" && (was == "fail" || was == "known") ? "better" : "other"
    turned(how, test, was, $3, $4)
}
END {
    for (test in before)
        if (!(test in seen)) turned(before[test] == "fail" ? "other" : "worse", test, before[test], "none", "")
    printf "%d verdicts: %d worse, %d better, %d otherwise changed\n",
        tests, count["worse"], count["better"], count["other"]
    exit count["worse"] > 0
}
