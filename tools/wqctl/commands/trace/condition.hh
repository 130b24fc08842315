// SPDX-License-Identifier: GPL-2.0
// What a recording waits for: the first item that waits, runs or is held back for longer than it may.
#pragma once

#include <cstdint>
#include <string>

#include "text/patterns.hh"
#include "trace/story.hh"

namespace wqctl {

class Condition {
public:
    enum class What { kWait, kRun, kInactive };

    // "wait > 10ms", "run > 1s of flush_fn"; refuses others with what there is.
    explicit Condition(const std::string& text);

    // Whether a story, which may go on, is worse. now: on the recording's clock.
    bool holds(const Story& story, const Tables& tables, uint64_t now) const;
    const std::string& text() const { return text_; }

private:
    std::string text_;
    What what_ = What::kWait;
    uint64_t most_ns_ = 0;
    Patterns of_;  // of the workqueue's name, or the function's
};

}  // namespace wqctl
