// SPDX-License-Identifier: GPL-2.0
#include "commands/trace/awaited.hh"

namespace wqctl {

namespace {

constexpr std::string_view kDoctor = "doctor", kOf = "doctor of ";

}  // namespace

Awaited::Awaited(const std::string& text, Source& source, const Style& style) : text_(text)
{
    if (text != kDoctor && !text.starts_with(kOf)) {
        condition_.emplace(text);
        return;
    }
    if (text != kDoctor)
        of_ = Patterns({text.substr(kOf.size())});
    diagnosis_ = make_diagnosis(source, style);
}

void Awaited::begin(const Head& head, const Tables& tables)
{
    if (!condition_)
        return;
    watch_ = std::make_unique<Watch>(*condition_, tables);
    watch_->sink().begin(head, tables);
}

bool Awaited::look(uint64_t now, uint64_t seen)
{
    if (diagnosis_)
        return diagnose(now);
    if (!watch_->found())
        watch_->look(seen);
    return watch_->found().has_value();
}

bool Awaited::diagnose(uint64_t now)
{
    if (now < next_look_)
        return false;
    next_look_ = now + kBetweenLooks;
    for (Diagnosis::Symptom& symptom : diagnosis_->look()) {
        if (!of_.empty() && !of_.match(symptom.sentence) && !of_.match(symptom.details))
            continue;
        symptom_ = std::move(symptom);
        found_ = Watch::Found{.time = now};
        return true;
    }
    return false;
}

std::string Awaited::words() const { return diagnosis_ && found_ ? "doctor: " + symptom_.sentence : text_; }

std::string Awaited::verdict() const
{
    if (!found())
        return "it did not come: " + text_;
    return diagnosis_ ? "the doctor found: " + symptom_.sentence : "it came: " + text_;
}

}  // namespace wqctl
