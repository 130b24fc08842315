// SPDX-License-Identifier: GPL-2.0
// A line of a kernel log without what its keeper put around it: stamps, levels, callers, hosts, the quotes of a mail.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "klog/stamp.hh"

namespace wqctl {

struct LogLine {
    uint64_t number = 0;  // in the file, from 1
    std::optional<Stamp> time;
    std::optional<double> since_last;  // seconds
    bool is_stamped = false;           // something that stands before each message only stood before this one
    bool is_continued = false;         // no message of its own: it goes on where the last one stopped
    std::string caller;                // "T123", "C0"
    std::string text;
};

// raw: one line, without its end.
LogLine open_envelope(std::string_view raw, uint64_t number);

}  // namespace wqctl
