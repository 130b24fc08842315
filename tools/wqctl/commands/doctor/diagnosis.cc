// SPDX-License-Identifier: GPL-2.0
#include "diagnosis.hh"

#include <optional>

#include <fmt/core.h>

#include "commands/doctor/live/follower.hh"
#include "commands/doctor/render.hh"
#include "system/interrupts.hh"
#include "system/wait.hh"
#include "text/error.hh"

namespace wqctl {

namespace {

class LiveDiagnosis final : public Diagnosis {
public:
    LiveDiagnosis(Source& source, const Style& style, const Patterns& wanted)
        : source_(source), style_(style), follower_(wanted)
    {
        Interrupts interrupts;
        follower_.look(source_);
        if (!follower_.last()->has(WQLAB_SECTION_WORK))
            throw Error(kSkipped, "this kernel does not show workers and items, without which the doctor finds little");
        if (wait_for(live::kSecond, interrupts) != Woken::kByTime)
            throw Error(kInterrupted, "interrupted before the doctor's second look");
        const std::optional<live::Follower::Step> step = follower_.look(source_);
        notes_ = follower_.last()->troubles;
        for (const Finding& finding : step->changes.found)
            notes_.push_back("this is so already, and not waited for: " + finding.sentence);
        for (const NotLookedAt& one : step->examination.not_looked_at)
            notes_.push_back(fmt::format("the doctor does not look for {}: {}", one.rule, one.why));
    }

    std::vector<std::string> notes() const override { return notes_; }

    std::vector<Symptom> look() override
    {
        std::vector<Symptom> symptoms;
        if (const std::optional<live::Follower::Step> step = follower_.look(source_))
            for (const Finding& finding : step->changes.found)
                symptoms.push_back({finding.sentence, render_details(finding, style_)});
        return symptoms;
    }

private:
    Source& source_;
    const Style& style_;
    live::Follower follower_;
    std::vector<std::string> notes_;
};

}  // namespace

std::unique_ptr<Diagnosis> make_diagnosis(Source& source, const Style& style, const Patterns& wanted)
{
    return std::make_unique<LiveDiagnosis>(source, style, wanted);
}

}  // namespace wqctl
