// SPDX-License-Identifier: GPL-2.0
#include "diagnosis.hh"

#include <optional>

#include "commands/doctor/live/ages.hh"
#include "commands/doctor/live/examine.hh"
#include "commands/doctor/live/look.hh"
#include "commands/doctor/render.hh"
#include "text/error.hh"

namespace wqctl {

namespace {

class LiveDiagnosis final : public Diagnosis {
public:
    LiveDiagnosis(Source& source, const Style& style) : source_(source), style_(style) { look(); }

    std::vector<Symptom> look() override
    {
        Snapshot now = live::look_once(source_);
        if (!now.has(WQLAB_SECTION_WORK))
            throw Error(kSkipped, "this kernel does not show workers and items, without which the doctor finds little");
        std::vector<Symptom> symptoms;
        if (before_) {
            live::Case at(*before_, now);
            ages_.follow(at);
            for (const Finding& finding : live::examine_machine(at, true).findings)
                symptoms.push_back({finding.sentence, render_details(finding, style_)});
        }
        before_ = std::move(now);
        return symptoms;
    }

private:
    Source& source_;
    const Style& style_;
    std::optional<Snapshot> before_;
    live::Ages ages_;
};

}  // namespace

std::unique_ptr<Diagnosis> make_diagnosis(Source& source, const Style& style)
{
    return std::make_unique<LiveDiagnosis>(source, style);
}

}  // namespace wqctl
