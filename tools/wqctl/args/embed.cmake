# SPDX-License-Identifier: GPL-2.0
# Writes OUTPUT, a C++ file that holds the manual's frame (FRAME) and each room's manual.8 (FILES).
set(body "")
foreach(file IN LISTS FRAME FILES)
    get_filename_component(room ${file} DIRECTORY)
    get_filename_component(name ${room} NAME)
    if(file STREQUAL FRAME)
        set(name "")
    endif()
    file(READ ${file} text)
    string(APPEND body "    if (command == \"${name}\")\n        return R\"manual(${text})manual\";\n")
endforeach()
file(WRITE ${OUTPUT} "// Generated from manual.8 of args/ and of the commands.
#include \"args/manual.hh\"

namespace wqctl {

std::string_view manual_text(std::string_view command)
{
${body}    return {};
}

}  // namespace wqctl
")
