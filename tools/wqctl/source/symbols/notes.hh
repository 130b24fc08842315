// SPDX-License-Identifier: GPL-2.0
// ELF notes side by side, as dumps and kernels have them.
#pragma once

#include <algorithm>
#include <cstring>
#include <elf.h>
#include <span>
#include <string_view>

namespace wqctl {

// visit(name, type, text) of each that is whole.
template <typename Visit>
void for_each_note(std::span<const char> notes, Visit visit)
{
    const auto align = [](uint64_t size) { return (size + 3) & ~uint64_t{3}; };
    Elf64_Nhdr head;
    while (notes.size() >= sizeof(head)) {
        std::memcpy(&head, notes.data(), sizeof(head));
        const uint64_t name_at = sizeof(head), text_at = name_at + align(head.n_namesz);
        if (text_at + head.n_descsz > notes.size())
            return;
        const char* name = notes.data() + name_at;
        visit(std::string_view(name, strnlen(name, head.n_namesz)), head.n_type,
              std::string_view(notes.data() + text_at, head.n_descsz));
        notes = notes.subspan(std::min<uint64_t>(text_at + align(head.n_descsz), notes.size()));
    }
}

}  // namespace wqctl
