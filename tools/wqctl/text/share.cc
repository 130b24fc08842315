// SPDX-License-Identifier: GPL-2.0
#include "text/share.hh"

#include <charconv>

#include <fmt/core.h>

#include "text/error.hh"

namespace wqctl {

double parse_share(std::string_view text)
{
    double percent = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), percent, std::chars_format::fixed);
    const bool is_all = read.ec == std::errc() && std::string_view(read.ptr, text.data() + text.size()) == "%";
    if (!is_all || !(percent >= 0 && percent <= 100))
        throw Error::usage(fmt::format("\"{}\" is not a percentage from 0% to 100%; write 3% or 0.5%", text));
    return percent / 100;
}

}  // namespace wqctl
