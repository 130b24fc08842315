// SPDX-License-Identifier: GPL-2.0
#include "commands/trace/condition.hh"

#include <array>

#include <fmt/core.h>

#include "text/choose.hh"
#include "text/error.hh"
#include "text/units.hh"

namespace wqctl {

namespace {

constexpr std::array<Named<Condition::What>, 3> kWhats = {{
    {"wait", Condition::What::kWait},
    {"run", Condition::What::kRun},
    {"inactive", Condition::What::kInactive},
}};

std::string trimmed(const std::string& text)
{
    const size_t first = text.find_first_not_of(' ');
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// From one moment to another, or until now if the other has not come.
bool longer(uint64_t from, uint64_t to, uint64_t now, uint64_t most)
{
    const uint64_t end = to == kNotSeen ? now : to;
    return from != kNotSeen && end > from && end - from > most;
}

}  // namespace

Condition::Condition(const std::string& text) : text_(text)
{
    const size_t sign = text.find('>');
    if (sign == std::string::npos)
        throw Error::usage(
            fmt::format("--until \"{}\" is no condition", text),
            "wait > TIME, run > TIME, inactive > TIME or doctor, and \" of REGEX\" behind it for some items only");
    what_ = choose(trimmed(text.substr(0, sign)), std::span<const Named<What>>(kWhats), "condition");
    std::string rest = text.substr(sign + 1);
    if (const size_t of = rest.find(" of "); of != std::string::npos) {
        of_ = Patterns({trimmed(rest.substr(of + 4))});
        rest.resize(of);
    }
    most_ns_ = parse_time(trimmed(rest));
}

bool Condition::holds(const Story& story, const Tables& tables, uint64_t now) const
{
    // What a flush waits for is the flusher's to bear.
    if (story.is_barrier ||
        (!of_.empty() && !tables.is_meant(story.workqueue, of_) && !of_.match(tables.text(story.function))))
        return false;
    const bool over = story.end != StoryEnd::kOpen;
    switch (what_) {
    // Of one that ended without a start nobody knows how long it waited.
    case What::kWait:
        return (story.started != kNotSeen || !over) && longer(story.activated, story.started, now, most_ns_);
    case What::kRun: return (story.ended != kNotSeen || !over) && longer(story.started, story.ended, now, most_ns_);
    case What::kInactive: {
        const bool held = story.held_back && (story.activated != kNotSeen || !over);
        return held && longer(story.queued, story.activated, now, most_ns_);
    }
    }
    return false;
}

}  // namespace wqctl
