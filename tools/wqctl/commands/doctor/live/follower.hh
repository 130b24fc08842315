// SPDX-License-Identifier: GPL-2.0
// Looks at this machine again and again: what the rules make of each look and the one before, and what is new in it.
#pragma once

#include <cstdint>
#include <optional>

#include "commands/doctor/changes.hh"
#include "commands/doctor/live/ages.hh"
#include "commands/doctor/live/rules.hh"
#include "source/source.hh"
#include "text/patterns.hh"

namespace wqctl::live {

class Follower {
public:
    struct Step {
        Examination examination;
        Changes changes;
        uint64_t interval_ns = 0;
    };

    // wanted: as keep_wanted() has it.
    explicit Follower(const Patterns& wanted) : wanted_(wanted) {}

    // Nothing: there is no look before it, or that one failed. Throws where the machine can't be looked at; it may be
    // tried again.
    std::optional<Step> look(Source& source);
    // What was seen; nothing before the first look and behind one that failed.
    const std::optional<Snapshot>& last() const { return last_; }

private:
    Patterns wanted_;
    std::optional<Snapshot> last_;
    Ages ages_;
    Told told_;
};

}  // namespace wqctl::live
