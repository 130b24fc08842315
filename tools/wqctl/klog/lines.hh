// SPDX-License-Identifier: GPL-2.0
// From the bytes of a log, as they come, to its messages, one after the other: what mails have folded is unfolded, what
// two consoles have doubled is single, and what stands behind another on one line stands alone.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "klog/envelope.hh"

namespace wqctl {

class LogLines {
public:
    using Sink = std::function<void(LogLine&&)>;

    explicit LogLines(Sink sink) : sink_(std::move(sink)) {}

    void take(std::string_view piece);
    // Behind the last piece.
    void finish();

    uint64_t count() const { return number_; }

private:
    void raw_line(std::string_view raw);
    void whole_line(std::string_view raw);
    void emit(LogLine&& line);
    void give();

    Sink sink_;
    std::string rest_;    // of a line that is not complete yet
    std::string folded_;  // of one that a mail has folded with "=" at its end
    bool is_quoted_printable_ = false;
    uint64_t number_ = 0;
    uint64_t folded_number_ = 0;
    LogLine last_;
    Stamp now_{0, true};
    LogLine held_;  // until the next one is seen, which may be more of it
    bool has_held_ = false;
};

}  // namespace wqctl
