// SPDX-License-Identifier: GPL-2.0
#include "term/lines.hh"

#include <fmt/core.h>

#include "term/style.hh"

namespace wqctl {

std::string fold_entries(std::string_view first, const std::vector<std::string>& entries, size_t width)
{
    const size_t indent = display_width(first);
    std::string text(first);
    size_t used = indent;
    for (const std::string& entry : entries) {
        const size_t wanted = display_width(entry) + 2;
        if (used > indent && used + wanted - 2 > width) {
            text.erase(text.find_last_not_of(' ') + 1);
            text += "\n" + std::string(indent, ' ');
            used = indent;
        }
        text += entry + "  ";
        used += wanted;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text + "\n";
}

std::string hanging(std::string_view first, std::string_view text, size_t width)
{
    const std::string indent(display_width(first), ' ');
    std::string wrapped = wrap(text, width, indent);
    if (wrapped.empty())
        return std::string(first) + "\n";
    return std::string(first) + wrapped.substr(indent.size());
}

std::string none_line(std::string_view text) { return fmt::format("  {}\n", text); }

}  // namespace wqctl
