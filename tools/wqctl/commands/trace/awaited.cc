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
    diagnosis_ = make_diagnosis(source, style, text == kDoctor ? Patterns() : Patterns({text.substr(kOf.size())}));
}

void Awaited::begin(const Tables& tables)
{
    tables_ = &tables;
    forget();
}

void Awaited::forget()
{
    if (!condition_ || found())
        return;
    watch_ = std::make_unique<Watch>(*condition_, *tables_);
    watch_->sink().begin({}, *tables_);
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
    std::vector<Diagnosis::Symptom> symptoms = diagnosis_->look();
    if (symptoms.empty())
        return false;
    symptom_ = std::move(symptoms.front());
    found_ = Watch::Found{.time = now};
    return true;
}

std::string Awaited::words() const { return diagnosis_ && found_ ? "doctor: " + symptom_.sentence : text_; }

std::string Awaited::verdict() const
{
    if (!found())
        return "it did not come: " + text_;
    return diagnosis_ ? "the doctor found: " + symptom_.sentence : "it came: " + text_;
}

}  // namespace wqctl
