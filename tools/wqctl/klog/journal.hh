// SPDX-License-Identifier: GPL-2.0
// Lines of JSON, as `journalctl -o json` and others write them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wqctl {

struct JournalEntry {
    std::string message;
    std::optional<double> time;  // seconds of the kernel's clock
};

// Nothing: the line is none.
std::optional<JournalEntry> read_journal_entry(std::string_view line);

// The same of `journalctl -o json-pretty` and `dmesg -J`, where the message has a line of its own: "MESSAGE" : "text",
std::optional<std::string> read_journal_member(std::string_view line);

}  // namespace wqctl
