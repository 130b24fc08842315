// SPDX-License-Identifier: GPL-2.0
// A run whose workqueues are there, and whose items wait until they may begin.
#pragma once

#include <nlohmann/json.hpp>

#include "report/runs.hh"
#include "scenario/flags.hh"

class Held {
public:
    explicit Held(const wqctl::Scenario& scenario);
    explicit Held(const wqctl::RunFlags& flags) : Held(wqctl::scenario_from(flags)) {}
    explicit Held(const nlohmann::json& scenario);
    // Stops it, and waits for its end.
    ~Held();
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

    void begin();
    bool has_ended() { return runs_.state(id_).ended(); }
    // What the kernel calls the workqueue; without a name, the first.
    std::string name(const std::string& name) const { return "wqlab" + std::to_string(id_) + "-" + name; }
    std::string name() const { return name(first_); }

private:
    wqctl::Lab lab_;
    wqctl::Runs runs_{lab_};
    uint32_t id_ = 0;
    std::string first_;
    bool begun_ = false;
};
