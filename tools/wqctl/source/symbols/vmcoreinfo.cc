// SPDX-License-Identifier: GPL-2.0
#include "source/symbols/vmcoreinfo.hh"

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace wqctl {

namespace {

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

}  // namespace wqctl
