// SPDX-License-Identifier: GPL-2.0
#include "commands/explain/experiment.hh"

#include <array>

#include "text/choose.hh"

namespace wqctl {

namespace {

constexpr std::array kExperiments = {
    Experiment{"creation", "Does alloc_workqueue() create a worker?", explain_creation},
    Experiment{"percpu", "How many per-CPU pools are there, and can there be more?", explain_percpu},
    Experiment{"scopes", "Is there a pool for each CPU, each node, or each pod?", explain_scopes},
    Experiment{"sharing", "When is an unbound pool shared, and when is a new one made?", explain_sharing},
    Experiment{"strict", "Where may the workers of an affinity scope run?", explain_strict},
    Experiment{"queueing", "Which pool does queue_work() choose?", explain_queueing},
    Experiment{"workers", "Who creates the second worker of a pool, and when?", explain_workers},
    Experiment{"idle", "When do idle workers go?", explain_idle},
    Experiment{"sleeping", "What happens when an item sleeps?", explain_sleeping},
    Experiment{"spinning", "What happens when an item spins?", explain_spinning},
    Experiment{"max_active", "What does max_active count?", explain_max_active},
    Experiment{"flush", "How does flush_work() wait, and does its barrier count?", explain_flush},
    Experiment{"ordered", "What makes an ordered workqueue ordered?", explain_ordered},
    Experiment{"bh", "What does WQ_BH change?", explain_bh},
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
