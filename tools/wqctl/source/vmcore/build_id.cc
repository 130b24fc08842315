// SPDX-License-Identifier: GPL-2.0
#include "source/vmcore/build_id.hh"

#include <cstring>
#include <elf.h>
#include <fmt/format.h>
#include <vector>

#include "source/symbols/notes.hh"

namespace wqctl {

std::optional<std::string> build_id_in(const wqlab::Memory& memory, const wqlab::SymbolTable& symbols)
{
    constexpr uint64_t kMost = 65536;  // a kernel's notes are some hundreds of bytes
    const uint64_t begin = symbols.address_of("__start_notes"), end = symbols.address_of("__stop_notes");
    if (!begin || end <= begin || end - begin > kMost)
        return {};
    std::vector<char> notes(end - begin);
    if (!memory.read(notes.data(), begin, notes.size()))
        return {};
    std::string id;
    for_each_note(notes, [&](std::string_view name, uint32_t type, std::string_view text) {
        if (name != "GNU" || type != NT_GNU_BUILD_ID)
            return;
        for (const char byte : text)
            id += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    });
    return id;
}

}  // namespace wqctl
