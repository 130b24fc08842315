# SPDX-License-Identifier: GPL-2.0
# Writes OUTPUT, a C++ file with a function FUNCTION that has the text of each of FILES.
set(body "")
foreach(file IN LISTS FILES)
    get_filename_component(name ${file} NAME_WE)
    file(READ ${file} text)
    string(APPEND body "    {\"${name}\", R\"preset(${text})preset\"},\n")
endforeach()
file(WRITE ${OUTPUT} "// Generated from presets/*.json.
#include \"scenario/presets/presets.hh\"

namespace wqctl {

const std::vector<Preset>& ${FUNCTION}();

const std::vector<Preset>& ${FUNCTION}()
{
    static const std::vector<Preset> all = {
${body}    };
    return all;
}

}  // namespace wqctl
")
