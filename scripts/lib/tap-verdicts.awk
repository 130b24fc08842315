# SPDX-License-Identifier: GPL-2.0
# Reads TAP and prints, of its outermost results, stage (a variable), test, verdict and what was said, by tabs.

{ sub(/\r$/, "") }
/^#/ { if (!/# *Subtest/ && said == "") { said = $0; sub(/^# */, "", said) }; next }
/^(not )?ok/ {
    verdict = tolower($0) ~ /# *skip/ ? "skip" : tolower($0) ~ /# *todo/ ? "known" : $1 == "not" ? "fail" : "pass"
    sub(/^(not )?ok *[0-9]* *-? */, "")
    sub(/ *# *(SKIP|skip|TODO|todo).*/, "")
    sub(/ \(\/.*\)$/, "") # where the log is
    gsub(/\t/, " ", said)
    printf "%s\t%s\t%s\t%s\n", stage, $0, verdict, verdict == "fail" ? said : ""
    said = ""
}
