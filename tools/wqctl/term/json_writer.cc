// SPDX-License-Identifier: GPL-2.0
#include "term/json_writer.hh"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace wqctl {

namespace {

bool is_plain(char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }

}  // namespace

void JsonWriter::value(std::string_view text)
{
    separate();
    // Names and labels come from users; a broken byte must not end the tool.
    if (std::all_of(text.begin(), text.end(), is_plain))
        text_.append(1, '"').append(text).append(1, '"');
    else
        text_ += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    last_ = Last::kValue;
}

// The shortest text that reads back as the same number.
void JsonWriter::value(double number) { raw(nlohmann::json(number).dump()); }

}  // namespace wqctl
