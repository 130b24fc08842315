// SPDX-License-Identifier: GPL-2.0
#include "render/json_writer.hh"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace wqctl {

namespace {

bool is_plain(char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }

}  // namespace

void JsonWriter::separate()
{
    if (!first_ && !after_key_)
        text_ += ',';
    if (newline_)
        text_ += '\n';
    newline_ = after_key_ = false;
}

void JsonWriter::raw(std::string_view text)
{
    separate();
    text_ += text;
    first_ = false;
}

void JsonWriter::open(char bracket)
{
    separate();
    text_ += bracket;
    first_ = true;
}

void JsonWriter::close(char bracket)
{
    // line() before it, or an empty list's: then it begins a line of its own.
    if (newline_)
        text_ += '\n';
    newline_ = false;
    text_ += bracket;
    first_ = false;
}

void JsonWriter::key(std::string_view name)
{
    value(name);
    text_ += ':';
    after_key_ = true;
}

void JsonWriter::value(std::string_view text)
{
    separate();
    if (std::all_of(text.begin(), text.end(), is_plain)) {
        text_ += '"';
        text_ += text;
        text_ += '"';
    } else {
        text_ += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }
    first_ = false;
}

}  // namespace wqctl
