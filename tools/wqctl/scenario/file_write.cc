// SPDX-License-Identifier: GPL-2.0
#include "scenario/file.hh"
#include "text/names.hh"

namespace wqctl {

namespace {

using Json = nlohmann::ordered_json;

Json to_json(const WorkqueueSpec& workqueue)
{
    Json json = {{"name", workqueue.name}};
    if (!workqueue.system.empty())
        json["system"] = workqueue.system;
    else
        json["flags"] = flags_to_names(workqueue.flags);
    if (workqueue.max_active)
        json["max_active"] = *workqueue.max_active;
    if (workqueue.scope)
        json["scope"] = *workqueue.scope;
    if (workqueue.strict)
        json["strict"] = true;
    if (workqueue.nice)
        json["nice"] = *workqueue.nice;
    if (workqueue.cpumask)
        json["cpumask"] = format_cpu_list(*workqueue.cpumask);
    return json;
}

Json item_to_json(const IssuerSpec& issuer)
{
    Json json = Json::object();
    const std::string body(body_name(issuer.body));
    switch (issuer.body) {
    case WQLAB_BODY_SPIN:
    case WQLAB_BODY_SLEEP:
    case WQLAB_BODY_MUTEX: json[body] = exact_time_dist(issuer.time); break;
    case WQLAB_BODY_TOUCH:
    case WQLAB_BODY_ALLOC: json[body] = exact_size(issuer.bytes); break;
    default: break;
    }
    return json;
}

Json to_json(const IssuerSpec& issuer)
{
    Json json;
    if (issuer.workqueues.size() == 1)
        json["workqueue"] = issuer.workqueues.front();
    else if (!issuer.workqueues.empty())
        json["workqueue"] = issuer.workqueues;
    json["threads"] = issuer.threads;
    if (issuer.cpus)
        json["cpus"] = format_cpu_list(*issuer.cpus);
    json["mode"] = mode_names()[issuer.mode];
    const auto put = [&json](const char* key, const auto& value) {
        if (value)
            json[key] = *value;
    };
    put("depth", issuer.depth);
    put("rate", issuer.rate);
    if (issuer.poisson)
        json["arrival"] = "poisson";
    put("burst", issuer.burst);
    if (issuer.every)
        json["every"] = exact_time(*issuer.every);
    put("links", issuer.links);
    if (issuer.delay)
        json["delay"] = exact_time(*issuer.delay);
    put("mod_percent", issuer.mod_percent);
    put("cancel_percent", issuer.cancel_percent);
    put("flush_percent", issuer.flush_percent);
    if (issuer.coalesce)
        json["coalesce"] = true;
    put("queue_on", issuer.queue_on);
    put("queue_node", issuer.queue_node);
    json["item"] = item_to_json(issuer);
    return json;
}

}  // namespace

nlohmann::ordered_json to_json(const Scenario& scenario)
{
    Json json;
    if (!scenario.description.empty())
        json["description"] = scenario.description;
    if (scenario.duration)
        json["duration"] = exact_time(*scenario.duration);
    if (scenario.items)
        json["items"] = *scenario.items;
    json["sample"] = scenario.sample;
    if (scenario.seed)
        json["seed"] = *scenario.seed;
    json["workqueues"] = Json::array();
    for (const WorkqueueSpec& workqueue : scenario.workqueues)
        json["workqueues"].push_back(to_json(workqueue));
    json["issuers"] = Json::array();
    for (const IssuerSpec& issuer : scenario.issuers)
        json["issuers"].push_back(to_json(issuer));
    return json;
}

}  // namespace wqctl
