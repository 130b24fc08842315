// SPDX-License-Identifier: GPL-2.0
#include "diagnosis.hh"

#include <optional>

#include <fmt/core.h>

#include "commands/doctor/changes.hh"
#include "commands/doctor/live/ages.hh"
#include "commands/doctor/live/examine.hh"
#include "commands/doctor/live/look.hh"
#include "commands/doctor/render.hh"
#include "commands/doctor/wanted.hh"
#include "text/error.hh"

namespace wqctl {

namespace {

constexpr int kInterrupted = 130;  // as a shell says of SIGINT
constexpr uint64_t kSecond = 1'000'000'000;

class LiveDiagnosis final : public Diagnosis {
public:
    LiveDiagnosis(Source& source, const Style& style, const Patterns& wanted)
        : source_(source), style_(style), wanted_(wanted)
    {
        Interrupts interrupts;
        std::optional<live::Looks> looks = live::look(source, kSecond, interrupts);
        if (!looks || !looks->now)
            throw Error(kInterrupted, "interrupted before the doctor's second look");
        notes_ = looks->now->troubles;
        before_ = std::move(looks->before);
        const live::Examination examination = examine(std::move(*looks->now));
        for (const Finding& finding : told_.take(examination.findings).found)
            notes_.push_back("this is so already, and not waited for: " + finding.sentence);
        for (const NotLookedAt& one : examination.not_looked_at)
            notes_.push_back(fmt::format("the doctor does not look for {}: {}", one.rule, one.why));
    }

    std::vector<std::string> notes() const override { return notes_; }

    std::vector<Symptom> look() override
    {
        std::vector<Symptom> symptoms;
        try {
            const bool is_second = before_.has_value();
            const live::Examination examination = examine(live::look_once(source_));
            if (is_second)
                for (const Finding& finding : told_.take(examination.findings).found)
                    symptoms.push_back({finding.sentence, render_details(finding, style_)});
        } catch (const Error&) {
            before_.reset();
            ages_ = {};
            throw;
        }
        return symptoms;
    }

private:
    // Since the last look, if there was one.
    live::Examination examine(Snapshot now)
    {
        if (!now.has(WQLAB_SECTION_WORK))
            throw Error(kSkipped, "this kernel does not show workers and items, without which the doctor finds little");
        live::Examination examination;
        if (before_) {
            live::Case at(*before_, now);
            ages_.follow(at);
            examination = live::examine_machine(at, true);
            keep_wanted(examination.findings, wanted_);
        }
        before_ = std::move(now);
        return examination;
    }

    Source& source_;
    const Style& style_;
    Patterns wanted_;
    std::optional<Snapshot> before_;
    live::Ages ages_;
    Told told_;
    std::vector<std::string> notes_;
};

}  // namespace

std::unique_ptr<Diagnosis> make_diagnosis(Source& source, const Style& style, const Patterns& wanted)
{
    return std::make_unique<LiveDiagnosis>(source, style, wanted);
}

}  // namespace wqctl
