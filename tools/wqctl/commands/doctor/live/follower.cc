// SPDX-License-Identifier: GPL-2.0
#include "commands/doctor/live/follower.hh"

#include "commands/doctor/live/examine.hh"
#include "commands/doctor/live/look.hh"
#include "commands/doctor/wanted.hh"
#include "text/error.hh"

namespace wqctl::live {

std::optional<Follower::Step> Follower::look(Source& source)
{
    try {
        Snapshot now = look_once(source);
        std::optional<Step> step;
        if (last_) {
            Case at(*last_, now);
            ages_.follow(at);
            step = Step{.examination = examine_machine(at, true), .changes = {}, .interval_ns = at.interval_ns()};
            keep_wanted(step->examination.findings, wanted_);
            step->changes = told_.take(step->examination.findings);
        }
        last_ = std::move(now);
        return step;
    } catch (const Error&) {
        last_.reset();
        ages_ = {};
        throw;
    }
}

}  // namespace wqctl::live
