// SPDX-License-Identifier: GPL-2.0
// The experiments: each asks this kernel one question. They make workqueues of
// their own, look at snapshots, and judge every sentence that they print.
#pragma once

#include <span>
#include <string_view>

#include "commands/explain/bench.hh"
#include "commands/explain/explanation.hh"

namespace wqctl {

struct Experiment {
    std::string_view topic;
    std::string_view question;
    // Says first what it is about, then does it; throws Skip when it can't.
    void (*run)(Bench& bench, Explanation& e);
    uint32_t needs = 0;  // enum wqlab_lack: it is not tried on a kernel that lacks one
};

// In the order in which they build on each other.
std::span<const Experiment> experiments();
// Refuses with the nearest topics.
const Experiment& find_experiment(std::string_view topic);

Explanation explain(const Experiment& experiment, Bench& bench);

void explain_creation(Bench& bench, Explanation& e);
void explain_percpu(Bench& bench, Explanation& e);
void explain_scopes(Bench& bench, Explanation& e);
void explain_sharing(Bench& bench, Explanation& e);
void explain_strict(Bench& bench, Explanation& e);
void explain_queueing(Bench& bench, Explanation& e);
void explain_workers(Bench& bench, Explanation& e);
void explain_idle(Bench& bench, Explanation& e);
void explain_sleeping(Bench& bench, Explanation& e);
void explain_spinning(Bench& bench, Explanation& e);
void explain_max_active(Bench& bench, Explanation& e);
void explain_flush(Bench& bench, Explanation& e);
void explain_ordered(Bench& bench, Explanation& e);
void explain_bh(Bench& bench, Explanation& e);
void explain_rescuer(Bench& bench, Explanation& e);
void explain_hotplug(Bench& bench, Explanation& e);

}  // namespace wqctl
