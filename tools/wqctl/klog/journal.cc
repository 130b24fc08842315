// SPDX-License-Identifier: GPL-2.0
#include "klog/journal.hh"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include <nlohmann/json.hpp>

namespace wqctl {

namespace {

std::optional<double> microseconds(const nlohmann::json& entry, const char* key)
{
    const auto at = entry.find(key);
    if (at == entry.end() || !at->is_string())
        return {};
    return std::strtod(at->get_ref<const std::string&>().c_str(), nullptr) / 1e6;
}

// A string, or, of what is no UTF-8, its bytes.
std::optional<std::string> text_of(const nlohmann::json& message)
{
    if (message.is_string())
        return message.get<std::string>();
    if (!message.is_array())
        return {};
    std::string text;
    for (const auto& byte : message)
        if (byte.is_number_unsigned())
            text += static_cast<char>(byte.get<unsigned>());
    return text;
}

}  // namespace

std::optional<JournalEntry> read_journal_entry(std::string_view line)
{
    const auto entry = nlohmann::json::parse(line, nullptr, false);
    if (!entry.is_object())
        return {};
    // Those of the journal, of containers, of what collects logs.
    auto message = entry.end();
    for (const char* key : {"MESSAGE", "message", "log", "msg"})
        if (message = entry.find(key); message != entry.end())
            break;
    if (message == entry.end())
        return {};
    std::optional<std::string> text = text_of(*message);
    if (!text)
        return {};
    JournalEntry read{std::move(*text), {}};
    read.time = microseconds(entry, "_SOURCE_MONOTONIC_TIMESTAMP");
    if (!read.time)
        read.time = microseconds(entry, "__MONOTONIC_TIMESTAMP");
    return read;
}

std::optional<std::string> read_journal_member(std::string_view line)
{
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    constexpr std::string_view kJournal = "\"MESSAGE\"", kDmesg = "\"msg\"";
    if (!line.starts_with(kJournal) && !line.starts_with(kDmesg))
        return {};
    line.remove_prefix(line.starts_with(kJournal) ? kJournal.size() : kDmesg.size());
    line.remove_prefix(std::min(line.find_first_not_of(" :"), line.size()));
    while (line.ends_with(',') || line.ends_with(' '))
        line.remove_suffix(1);
    const auto message = nlohmann::json::parse(line, nullptr, false);
    return message.is_discarded() ? std::nullopt : text_of(message);
}

}  // namespace wqctl
