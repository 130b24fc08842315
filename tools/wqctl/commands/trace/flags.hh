// SPDX-License-Identifier: GPL-2.0
// What may be said behind `wqctl trace`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "args/args.hh"
#include "commands/trace/show.hh"
#include "trace/formats.hh"

namespace wqctl {

inline constexpr std::array<Named<TraceFormat>, 4> kTraceFormats = {{
    {"perfetto", TraceFormat::kPerfetto},
    {"text", TraceFormat::kText},
    {"json", TraceFormat::kJson},
    {"events", TraceFormat::kEvents},
}};

struct TraceFlags {
    std::vector<std::string> words;  // patterns, or "show", FILE and patterns
    std::optional<std::string> duration;
    std::optional<std::string> output;
    std::optional<std::string> buffer;
    std::optional<std::string> ring;
    std::optional<std::string> until;
    std::optional<TraceFormat> format;
    bool json = false;  // the same as its format
    bool no_progress = false;
    ShowFlags show;

    void declare(Args& args);
    // Refuses what is of the other half: of recording, or of show.
    void check() const;
    // What was asked for, or else this.
    TraceFormat format_or(TraceFormat other) const { return json ? TraceFormat::kJson : format.value_or(other); }
    bool shows() const { return !words.empty() && words.front() == "show"; }
};

}  // namespace wqctl
