// SPDX-License-Identifier: GPL-2.0
#include "commands/explain/experiment.hh"

#include <array>

#include <fmt/core.h>

#include "core/lacks.hh"
#include "text/choose.hh"

namespace wqctl {

namespace {

constexpr std::array kExperiments = {
    Experiment{"creation", "Does alloc_workqueue() create a worker?", explain_creation},
    Experiment{"percpu", "How many per-CPU pools are there, and can there be more?", explain_percpu},
    Experiment{"scopes", "Is there a pool for each CPU, each node, or each pod?", explain_scopes, WQLAB_LACK_SCOPES},
    Experiment{"sharing", "When is an unbound pool shared, and when is a new one made?", explain_sharing,
               WQLAB_LACK_SCOPES},
    Experiment{"strict", "Where may the workers of an affinity scope run?", explain_strict, WQLAB_LACK_SCOPES},
    Experiment{"queueing", "Which pool does queue_work() choose?", explain_queueing, WQLAB_LACK_SCOPES},
    Experiment{"workers", "Who creates the second worker of a pool, and when?", explain_workers},
    Experiment{"idle", "When do idle workers go?", explain_idle},
    Experiment{"sleeping", "What happens when an item sleeps?", explain_sleeping},
    Experiment{"spinning", "What happens when an item spins?", explain_spinning},
    Experiment{"max_active", "What does max_active count?", explain_max_active, WQLAB_LACK_SYSTEM_MAX_ACTIVE},
    Experiment{"flush", "How does flush_work() wait, and does its barrier count?", explain_flush},
    Experiment{"ordered", "What makes an ordered workqueue ordered?", explain_ordered, WQLAB_LACK_SCOPES},
    Experiment{"bh", "What does WQ_BH change?", explain_bh, WQLAB_LACK_BH},
    Experiment{"rescuer", "What is a rescuer for?", explain_rescuer},
    Experiment{"hotplug", "What happens to a CPU's items when the CPU goes away?", explain_hotplug},
};

}  // namespace

std::span<const Experiment> experiments() { return kExperiments; }

const Experiment& find_experiment(std::string_view topic)
{
    std::vector<std::string_view> known;
    for (const Experiment& experiment : kExperiments)
        known.push_back(experiment.topic);
    return kExperiments[choose_place(topic, known, "topic")];
}

Explanation explain(const Experiment& experiment, Bench& bench)
{
    Explanation e;
    e.topic = experiment.topic;
    e.question = experiment.question;
    try {
        if (const wqlab::Lack* lack = wqlab::first_lack(experiment.needs & bench.info().lacks))
            throw Skip{fmt::format("this kernel is too old for {}, which came with Linux {}", lack->what, lack->since)};
        experiment.run(bench, e);
    } catch (const Skip& skip) {
        e.skipped = skip.reason;
        e.done.clear();
        e.seen.clear();
        e.statements.clear();
    }
    return e;
}

}  // namespace wqctl
