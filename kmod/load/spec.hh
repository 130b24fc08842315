// SPDX-License-Identifier: GPL-2.0
// What a run is asked to do: the request, parsed and checked.
#pragma once

#include "../core/memory.hh"
#include "../core/run_spec.hh"
#include "../uapi/wqlab.h"

namespace wqlab {

// A system one's flags are the kernel's; its own are none.
struct WorkqueueSpec : WorkqueueShape {
    char name[WQLAB_NAME_LEN] = {};
    char system[64] = {};          // empty: an own one
    const void* origin = nullptr;  // the attribute, for refusals

    bool is_system() const { return system[0] != '\0'; }
};

struct IssuerSpec : IssuerShape {
    Array<uint32_t> cpus;  // thread i on cpus[i % size]; empty: online CPUs in turn
    const void* origin = nullptr;
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
