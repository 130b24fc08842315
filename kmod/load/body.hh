// SPDX-License-Identifier: GPL-2.0
// What an item does when it runs.
#pragma once

#include "../core/counter.hh"
#include "../core/random.hh"
#include "../lab/sync.hh"
#include "spec.hh"

namespace wqlab {

// What a body needs of its surroundings.
struct BodyContext {
    Random& random;
    unsigned char* buffer;  // of BodySpec::bytes, for touch
    Mutex& mutex;           // of the whole run
    const Flag& abort;      // set: cut it short
    bool atomic;            // in a softirq: no sleep
};

// False: an allocation failed. A worker, or a softirq for bodies that do not sleep.
bool perform(const BodySpec& spec, BodyContext& context);

// A time from the distribution, no longer than limit.
inline uint64_t draw(const Distribution& distribution, Random& random, uint64_t limit)
{
    uint64_t ns = distribution.low;
    if (distribution.kind == WQLAB_DIST_UNIFORM)
        ns = random.between(distribution.low, distribution.high);
    else if (distribution.kind == WQLAB_DIST_EXPONENTIAL)
        ns = random.exponential(distribution.low);
    else if (distribution.kind == WQLAB_DIST_QUANTILES && distribution.nr_quantiles > 1) {
        const auto* at = &distribution.quantiles[random.between(0, distribution.nr_quantiles - 2)];
        ns = random.between(at[0], at[1]);
    }
    return ns < limit ? ns : limit;
}

}  // namespace wqlab
