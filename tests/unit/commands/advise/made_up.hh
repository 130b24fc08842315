// SPDX-License-Identifier: GPL-2.0
// Loads that nobody measured.
#pragma once

#include <random>

#include "commands/advise/profile.hh"

// Of items of one function that take `run_ns` each, a little more or less.
inline wqctl::Profile made_up_profile(uint32_t flags, uint64_t run_ns, uint64_t items = 10'000)
{
    const auto times = [&](uint64_t around) {
        std::mt19937_64 random(5);
        wqctl::Latency latency;
        latency.min = around;
        for (uint64_t i = 0; i < items; i++) {
            const uint64_t ns = around + random() % (around / 2 + 1);
            latency.add_bucket(wqctl::Latency::Geometry::index(ns), 1);
            latency.sum += ns;
            latency.max = std::max(latency.max, ns);
            latency.count++;
        }
        return latency;
    };
    wqctl::Profile profile;
    profile.subject.name = profile.subject.kernel_name = "mine";
    profile.subject.flags = flags;
    profile.subject.max_active = 256;
    profile.subject.scope = flags & WQLAB_WQ_UNBOUND ? "cache" : "";
    profile.elapsed_ns = 10'000'000'000;
    profile.looks = 500;
    profile.between_looks_ns = 20'000'000;
    profile.run = times(run_ns);
    profile.pending = times(20'000);
    profile.inactive = times(40);
    profile.functions = {{"mine_fn", profile.run, 100, 0}};
    profile.ran_on = {{0, items / 2}, {1, items - items / 2}};
    profile.dispersion = 1.1;
    profile.peak = 3;
    return profile;
}
