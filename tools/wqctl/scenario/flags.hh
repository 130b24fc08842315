// SPDX-License-Identifier: GPL-2.0
// The flags of `wqctl run` as text, and what they mean. keys.hh has them.
#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "scenario/keys.hh"
#include "scenario/scenario.hh"

namespace wqctl {

// What was said of one flag.
struct FlagValue {
    std::optional<std::string> text;
    bool set = false;  // of one that takes no value

    bool given() const { return text || set; }
    FlagValue& operator=(std::string value)
    {
        text = std::move(value);
        return *this;
    }
    FlagValue& operator=(bool value)
    {
        set = value;
        return *this;
    }
    FlagValue& operator=(const char* value) { return *this = std::string(value); }
};

class RunFlags {
    template <typename Map>
    static auto& find(Map& values, std::string_view flag)
    {
        const auto found = values.find(flag);
        if (found == values.end())
            throw std::out_of_range("no flag shapes a scenario that is called so");
        return found->second;
    }

public:
    // Where the scenario comes from; none: from the flags that shape one.
    std::optional<std::string> preset, file;

    // By the names of shaping_flags(): "--depth". Values stay where they are while the object lives.
    FlagValue& operator[](std::string_view flag) { return find(shaping_, flag); }
    const FlagValue& operator[](std::string_view flag) const { return find(shaping_, flag); }

    // What to do with it all.
    bool detach = false, dry_run = false, json = false, no_progress = false;

    RunFlags()
    {
        for (const ShapingFlag& flag : shaping_flags())
            shaping_[flag.flag];
    }

private:
    std::map<std::string, FlagValue, std::less<>> shaping_;
};

// Throws usage errors that name the flag. Not yet validated.
Scenario scenario_from(const RunFlags& flags);

// A scenario that is shaped already, with what the flags may override. Refuses the others; what: "preset" or "scenario
// file".
Scenario overridden(Scenario scenario, const RunFlags& flags, std::string_view what);

// What `wqctl list` shows for the run.
std::string run_label(const RunFlags& flags, const Scenario& scenario);

}  // namespace wqctl
