// SPDX-License-Identifier: GPL-2.0
// What a run is asked to do: the request, parsed and checked.
#pragma once

#include "../core/memory.hh"
#include "../uapi/wqlab.h"

namespace wqlab {

struct Distribution {
    uint32_t kind = WQLAB_DIST_FIXED;
    uint64_t low = 0;  // ns: the value, the lower bound, or the mean
    uint64_t high = 0; // ns: the upper bound of a uniform one

    // The longest time asked for; an exponential one is cut off at its use.
    uint64_t asked() const { return kind == WQLAB_DIST_UNIFORM ? high : low; }
    // The longest that there can be (Random::exponential()), if it is cut off at this.
    uint64_t longest(uint64_t cut) const
    {
        const uint64_t most = kind == WQLAB_DIST_EXPONENTIAL ? 9 * low : asked();
        return most < cut ? most : cut;
    }
};

struct BodySpec {
    uint32_t kind = WQLAB_BODY_NOTHING;
    uint64_t bytes = 0;
    Distribution time;

    bool may_sleep() const { return kind == WQLAB_BODY_SLEEP || kind == WQLAB_BODY_MUTEX; }
    bool takes_time() const { return may_sleep() || kind == WQLAB_BODY_SPIN; }
};

struct WorkqueueSpec {
    char name[WQLAB_NAME_LEN] = {};
    char system[64] = {};  // empty: an own one
    uint32_t flags = 0;    // enum wqlab_wq_flag; a system one's are the kernel's
    uint32_t max_active = 0;
    const void* origin = nullptr;  // the attribute, for refusals

    bool is_system() const { return system[0] != '\0'; }
    bool has(uint32_t flag) const { return flags & flag; }
};

struct IssuerSpec {
    static constexpr uint32_t kAnywhere = UINT32_MAX;

    uint32_t workqueue = 0;
    uint32_t threads = 1;
    Array<uint32_t> cpus;  // thread i on cpus[i % size]; empty: online CPUs in turn
    uint32_t mode = WQLAB_MODE_CLOSED;
    uint32_t depth = 1;
    uint64_t interval = 0;  // ns
    bool poisson = false;
    uint32_t burst = 1;
    uint32_t links = 0;
    uint64_t delay = 0;  // ns
    uint32_t mod_percent = 0;
    uint32_t cancel_percent = 0;
    uint32_t flush_percent = 0;
    bool coalesce = false;
    uint32_t queue_on = kAnywhere;
    uint32_t queue_node = kAnywhere;
    BodySpec body;
    const void* origin = nullptr;

    bool paced() const { return mode == WQLAB_MODE_OPEN || mode == WQLAB_MODE_BURST; }
};

struct RunSpec {
    char label[WQLAB_LABEL_LEN] = {};
    uint64_t items = 0;     // 0: no such end
    uint64_t duration = 0;  // ns; 0: no such end
    uint32_t sample = 1;
    uint64_t seed = 0;
    bool detached = false;
    bool held = false;
    Array<WorkqueueSpec> workqueues;
    Array<IssuerSpec> issuers;
};

}  // namespace wqlab
