# SPDX-License-Identifier: GPL-2.0
# Writes OUTPUT, a C++ file with STYLE, SCRIPT and CHARTS (a path, or nothing), as they are.
function(asset name file)
    set(text "")
    if(file)
        file(READ ${file} text)
    endif()
    # What stands between <script> and </script> must not end it.
    if(text MATCHES "</[sS][cCtT]|<!--|[)]asset\"")
        message(FATAL_ERROR "${file} can't stand within a page")
    endif()
    string(SHA256 sum "${text}")
    file(APPEND ${OUTPUT} "const Asset ${name} = {R\"asset(${text})asset\", \"${sum}\"};\n")
endfunction()

file(WRITE ${OUTPUT} "// Generated from page.css, page.js and Chart.js.
#include \"commands/report/assets.hh\"

namespace wqctl::page {

")
asset(kStyle "${STYLE}")
asset(kScript "${SCRIPT}")
asset(kCharts "${CHARTS}")
file(APPEND ${OUTPUT} "\n}  // namespace wqctl::page\n")
