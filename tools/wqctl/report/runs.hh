// SPDX-License-Identifier: GPL-2.0
// What is asked of the module about runs.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "report/report.hh"
#include "wire/lab.hh"

namespace wqctl {

class Runs {
public:
    explicit Runs(Lab& lab) : lab_(lab) {}

    // Held until it is released.
    RunState start(Message& request);  // id and memory
    void release(uint32_t id);
    void stop(uint32_t id);
    void forget(uint32_t id);
    RunState state(uint32_t id);
    std::vector<RunState> states();
    RunReport report(uint32_t id);

    // The states among the events that have arrived.
    static void take(Events& events, const std::function<void(const RunState&)>& handler);

private:
    Lab& lab_;
};

uint32_t parse_run_id(const std::string& text);

}  // namespace wqctl
