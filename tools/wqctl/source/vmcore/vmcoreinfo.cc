// SPDX-License-Identifier: GPL-2.0
#include "source/vmcore/vmcoreinfo.hh"

#include <cstdlib>
#include <cstring>
#include <string_view>

namespace wqctl {

namespace {

constexpr size_t kMostText = 4096;  // VMCOREINFO_BYTES, a page
constexpr char kFirst[] = "OSRELEASE=";

std::optional<uint64_t> parse(const std::string& text, int base)
{
    if (text.empty())
        return {};
    char* end;
    // Negative ones wrap, as they are meant to.
    const uint64_t value = std::strtoull(text.c_str(), &end, base);
    return *end ? std::nullopt : std::optional(value);
}

}  // namespace

std::string Vmcoreinfo::line(const std::string& key) const
{
    const std::string wanted = key + "=";
    for (size_t at = 0; at < text_.size();) {
        const size_t end = std::min(text_.find('\n', at), text_.size());
        if (text_.compare(at, wanted.size(), wanted) == 0)
            return text_.substr(at + wanted.size(), end - at - wanted.size());
        at = end + 1;
    }
    return {};
}

std::optional<uint64_t> Vmcoreinfo::symbol(const std::string& name) const
{
    return parse(line("SYMBOL(" + name + ")"), 16);
}

std::optional<uint64_t> Vmcoreinfo::number(const std::string& name) const
{
    const std::string text = line("NUMBER(" + name + ")");
    return parse(text, text.starts_with("0x") ? 16 : 10);
}

Vmcoreinfo search_vmcoreinfo(const PhysicalMemory& memory)
{
    char page[kMostText];
    for (uint64_t at = memory.next_page(0); at != PhysicalMemory::kNone; at = memory.next_page(at + 1)) {
        if (!memory.read(page, at, sizeof(kFirst) - 1) || std::memcmp(page, kFirst, sizeof(kFirst) - 1) != 0 ||
            !memory.read(page, at, sizeof(page)))
            continue;
        Vmcoreinfo found({page, strnlen(page, sizeof(page))});
        // And not what some program has of it.
        if (found.symbol("_stext"))
            return found;
    }
    return {};
}

}  // namespace wqctl
