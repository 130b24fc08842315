// SPDX-License-Identifier: GPL-2.0
#include "scenario/file.hh"
#include "term/json_writer.hh"
#include "text/names.hh"

namespace wqctl {

namespace {

void write_workqueue(JsonWriter& j, const WorkqueueSpec& workqueue)
{
    j.member("name", workqueue.name);
    if (!workqueue.system.empty())
        j.member("system", workqueue.system);
    else
        j.member("flags", flags_to_names(workqueue.flags));
    j.member_if_any("max_active", workqueue.max_active);
    j.member_if_any("scope", workqueue.scope);
    if (workqueue.strict)
        j.member("strict", true);
    j.member_if_any("nice", workqueue.nice);
    if (workqueue.cpumask)
        j.member("cpumask", format_cpu_list(*workqueue.cpumask));
}

void write_item(JsonWriter& j, const IssuerSpec& issuer)
{
    const std::string_view body = body_name(issuer.body);
    switch (issuer.body) {
    case WQLAB_BODY_SPIN:
    case WQLAB_BODY_SLEEP:
    case WQLAB_BODY_MUTEX: return j.member(body, exact_time_dist(issuer.time));
    case WQLAB_BODY_TOUCH:
    case WQLAB_BODY_ALLOC: return j.member(body, exact_size(issuer.bytes));
    default: return;
    }
}

void write_issuer(JsonWriter& j, const IssuerSpec& issuer)
{
    if (issuer.workqueues.size() == 1)
        j.member("workqueue", issuer.workqueues.front());
    else if (!issuer.workqueues.empty())
        j.member("workqueue", issuer.workqueues);
    j.member("threads", issuer.threads);
    if (issuer.cpus)
        j.member("cpus", format_cpu_list(*issuer.cpus));
    j.member("mode", mode_names()[issuer.mode]);
    j.member_if_any("depth", issuer.depth);
    j.member_if_any("rate", issuer.rate);
    if (issuer.poisson)
        j.member("arrival", "poisson");
    j.member_if_any("burst", issuer.burst);
    if (issuer.every)
        j.member("every", exact_time(*issuer.every));
    j.member_if_any("links", issuer.links);
    if (issuer.delay)
        j.member("delay", exact_time(*issuer.delay));
    j.member_if_any("mod_percent", issuer.mod_percent);
    j.member_if_any("cancel_percent", issuer.cancel_percent);
    j.member_if_any("flush_percent", issuer.flush_percent);
    if (issuer.coalesce)
        j.member("coalesce", true);
    j.member_if_any("queue_on", issuer.queue_on);
    j.member_if_any("queue_node", issuer.queue_node);
    j.object("item", [&] { write_item(j, issuer); });
}

}  // namespace

void write_scenario(JsonWriter& j, const Scenario& scenario)
{
    j.object([&] {
        if (!scenario.description.empty())
            j.member("description", scenario.description);
        if (scenario.duration)
            j.member("duration", exact_time(*scenario.duration));
        j.member_if_any("items", scenario.items);
        j.member("sample", scenario.sample);
        j.member_if_any("seed", scenario.seed);
        j.objects("workqueues", scenario.workqueues, [&](const WorkqueueSpec& wq) { write_workqueue(j, wq); });
        j.objects("issuers", scenario.issuers, [&](const IssuerSpec& issuer) { write_issuer(j, issuer); });
    });
}

std::string scenario_to_json(const Scenario& scenario)
{
    JsonWriter j;
    write_scenario(j, scenario);
    return j.take();
}

}  // namespace wqctl
