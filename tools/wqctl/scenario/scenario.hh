// SPDX-License-Identifier: GPL-2.0
// What a run shall be: the model behind the flags, the presets and the scenario files.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/cpu_list.hh"
#include "text/units.hh"
#include "uapi/wqlab.h"

namespace wqctl {

// Where a setting came from, so that a complaint can name it as it was written.
struct Origin {
    std::string file;  // empty: command-line flags
    unsigned line = 0;
    std::map<std::string, unsigned, std::less<>> lines;  // of each key

    // "tour.json:12: " or "".
    std::string place(std::string_view key = {}) const;
    // "--max-active" or "\"max_active\"".
    std::string name(std::string_view key) const;
    // Origins do not make scenarios differ.
    bool operator==(const Origin&) const { return true; }
};

struct WorkqueueSpec {
    std::string name;
    uint32_t flags = 0;  // enum wqlab_wq_flag
    std::optional<uint32_t> max_active;
    std::string system;  // full name of a system workqueue; empty: an own one
    // Set through /sys/devices/virtual/workqueue:
    std::optional<std::string> scope;
    bool strict = false;
    std::optional<int> nice;
    std::optional<CpuList> cpumask;
    Origin origin;

    bool wants_sysfs() const { return scope || strict || nice || cpumask; }
    bool operator==(const WorkqueueSpec&) const = default;
};

// What was not given stays empty until resolve().
struct IssuerSpec {
    std::vector<std::string> workqueues;  // empty: every one
    uint32_t threads = 1;                 // for each workqueue
    std::optional<CpuList> cpus;
    uint32_t mode = WQLAB_MODE_CLOSED;
    std::optional<uint32_t> depth;
    std::optional<double> rate;  // items/s of all threads together
    bool poisson = false;
    std::optional<uint32_t> burst;
    std::optional<uint64_t> every;  // ns
    std::optional<uint32_t> links;
    std::optional<uint64_t> delay;  // ns
    std::optional<uint32_t> mod_percent;
    std::optional<uint32_t> cancel_percent;
    std::optional<uint32_t> flush_percent;
    bool coalesce = false;
    std::optional<uint32_t> queue_on;
    std::optional<uint32_t> queue_node;
    uint32_t body = WQLAB_BODY_NOTHING;
    TimeDist time;
    uint64_t bytes = 0;
    Origin origin;

    bool operator==(const IssuerSpec&) const = default;
};

struct Scenario {
    std::string description;  // a sentence: what to look at
    std::optional<uint64_t> duration;
    std::optional<uint64_t> items;
    uint32_t sample = 1;
    std::optional<uint64_t> seed;
    std::vector<WorkqueueSpec> workqueues;
    std::vector<IssuerSpec> issuers;
    Origin origin;

    bool operator==(const Scenario&) const = default;
};

inline constexpr uint64_t kDefaultDurationNs = 2'000'000'000;
inline constexpr uint64_t kDefaultSeed = 1;

// The mode that an issuer's settings imply; refuses settings of two modes.
uint32_t implied_mode(const IssuerSpec& issuer);

// The time between two arrivals (or bursts) of one thread; 0 if the mode has none.
uint64_t issue_interval_ns(const IssuerSpec& issuer);

// Fills in every default, so that the result says all there is to say.
Scenario resolve(Scenario scenario);

// The indices of the workqueues that an issuer feeds.
std::vector<uint32_t> targets(const Scenario& scenario, const IssuerSpec& issuer);

// A name for a workqueue that got none, made of its flags.
std::string default_name(const WorkqueueSpec& workqueue);

}  // namespace wqctl
