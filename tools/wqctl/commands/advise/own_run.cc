// SPDX-License-Identifier: GPL-2.0
#include "commands/advise/own_run.hh"

#include <fmt/core.h>

#include "report/session.hh"
#include "scenario/file.hh"
#include "text/error.hh"

namespace wqctl {

Scenario load_advisable(const std::string& path)
{
    Scenario scenario = load_scenario(path);
    if (scenario.workqueues.size() != 1)
        throw Error::usage(
            fmt::format("{} has {} workqueues, and the advice is for one", path, scenario.workqueues.size()),
            "leave one of them in the file");
    scenario.items.reset();
    scenario.duration = WQLAB_LIMIT_DURATION_NS;
    return resolve(std::move(scenario));
}

Sleeps sleeps(const Scenario& scenario)
{
    for (const IssuerSpec& issuer : scenario.issuers)
        if (issuer.body == WQLAB_BODY_SLEEP || issuer.body == WQLAB_BODY_MUTEX)
            return Sleeps::kSometimes;
    return Sleeps::kNever;
}

OwnRun::OwnRun(Lab& lab, const Scenario& scenario)
    : events_(lab), runs_(lab), started_(runs_, scenario, {"advise", false})
{
    started_.apply_attributes();
    started_.release();
}

std::string OwnRun::kernel_name() const { return started_.kernel_names().front(); }

void OwnRun::stop()
{
    try {
        Interrupts interrupts;
        RunProgress quiet(nullptr, false);
        stop_run(runs_, started_.id());
        follow(runs_, events_, started_.id(), interrupts, quiet);
        runs_.forget(started_.id());
    } catch (const Error&) {
        // It ends with the connection.
    }
}

}  // namespace wqctl
