// SPDX-License-Identifier: GPL-2.0
#include "klog/journal.hh"

#include <cstdlib>

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

}  // namespace

std::optional<JournalEntry> read_journal_entry(std::string_view line)
{
    const auto entry = nlohmann::json::parse(line, nullptr, false);
    if (!entry.is_object())
        return {};
    const auto message = entry.find("MESSAGE");
    if (message == entry.end())
        return {};
    JournalEntry read;
    if (message->is_string()) {
        read.message = message->get<std::string>();
    } else if (message->is_array()) {  // bytes, of what is no UTF-8
        for (const auto& byte : *message)
            if (byte.is_number_unsigned())
                read.message += static_cast<char>(byte.get<unsigned>());
    } else {
        return {};
    }
    read.time = microseconds(entry, "_SOURCE_MONOTONIC_TIMESTAMP");
    if (!read.time)
        read.time = microseconds(entry, "__MONOTONIC_TIMESTAMP");
    return read;
}

}  // namespace wqctl
