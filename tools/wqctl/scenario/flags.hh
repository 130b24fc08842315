// SPDX-License-Identifier: GPL-2.0
// The flags of `wqctl run` as text, and what they mean.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scenario/scenario.hh"

namespace wqctl {

struct RunFlags {
    using Text = std::optional<std::string>;

    // Where the scenario comes from; none: from the flags below.
    Text preset, file;

    // These override what the scenario says.
    Text duration, items, sample, seed;

    // The workqueue.
    Text name, flags, max_active, system, scope, nice, cpumask;
    bool ordered = false, strict = false;

    // The issuers.
    Text issuers, cpus, depth, rate, burst, every, chain, delay, mod, cancel, flush, queue_on, queue_node;
    bool poisson = false, rcu = false, coalesce = false;

    // What an item does.
    Text spin, sleep, touch, alloc, mutex;

    // What to do with it all.
    bool detach = false, dry_run = false, json = false, no_progress = false;
};

// Throws usage errors that name the flag. Not yet validated.
Scenario scenario_from(const RunFlags& flags);

// What `wqctl list` shows for the run.
std::string run_label(const RunFlags& flags, const Scenario& scenario);

}  // namespace wqctl
