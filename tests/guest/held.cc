// SPDX-License-Identifier: GPL-2.0
#include "held.hh"

#include "scenario/encode.hh"
#include "lab.hh"
#include "scenario/file.hh"
#include "report/wq_sysfs.hh"
#include "text/error.hh"

Held::Held(const wqctl::Scenario& scenario)
{
    const wqctl::Scenario whole = wqctl::resolve(scenario);
    wqctl::Message request = wqctl::encode_run(whole, {"held", false});
    id_ = runs_.start(request).id;
    first_ = whole.workqueues.at(0).name;
    for (const wqctl::WorkqueueSpec& workqueue : whole.workqueues)
        if (workqueue.wants_sysfs())
            wqctl::write_attributes(workqueue, name(workqueue.name));
}

Held::Held(const nlohmann::json& scenario) : Held(wqctl::parse_scenario(scenario.dump(), "a test's scenario")) {}

Held::~Held()
{
    begin();
    try {
        runs_.stop(id_);
    } catch (const wqctl::Error&) {
        // It has ended already.
    }
    eventually([this] { return has_ended(); });
    runs_.forget(id_);
}

void Held::begin()
{
    if (!begun_)
        runs_.release(id_);
    begun_ = true;
}
