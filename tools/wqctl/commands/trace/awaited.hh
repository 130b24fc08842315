// SPDX-License-Identifier: GPL-2.0
// What --until waits for: a condition of an item, which events tell, or a finding of the doctor's.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands/trace/watch.hh"
#include "diagnosis.hh"

namespace wqctl {

class Awaited {
public:
    // "doctor", "doctor of REGEX", or a condition. Refuses what is neither, or can't be had of this machine.
    Awaited(const std::string& text, Source& source, const Style& style);

    // What is to be said before.
    std::vector<std::string> notes() const { return diagnosis_ ? diagnosis_->notes() : std::vector<std::string>(); }
    // Of the recording. Its tables must live as long.
    void begin(const Tables& tables);
    // Events were missed: of what goes on it is not known any more whether it does.
    void forget();
    // Who wants the events; nullptr: it is not told by events.
    EventSink* sink() { return watch_ ? &watch_->sink() : nullptr; }
    const EventSink* sink() const { return watch_ ? &watch_->sink() : nullptr; }
    // Whether it has come. now: of the recording, whose events up to `seen` have been taken. Throws where the doctor
    // can't look at the machine; he may be asked again.
    bool look(uint64_t now, uint64_t seen);
    const std::optional<Watch::Found>& found() const { return watch_ ? watch_->found() : found_; }
    // In the recording, and at its end, in a line and, of a finding, more of them.
    std::string words() const;
    std::string verdict() const;
    const std::string& details() const { return symptom_.details; }

private:
    bool diagnose(uint64_t now);

    static constexpr uint64_t kBetweenLooks = 1'000'000'000;

    std::string text_;
    std::optional<Condition> condition_;
    std::unique_ptr<Watch> watch_;
    const Tables* tables_ = nullptr;
    std::unique_ptr<Diagnosis> diagnosis_;
    uint64_t next_look_ = kBetweenLooks;
    Diagnosis::Symptom symptom_;
    std::optional<Watch::Found> found_;
};

}  // namespace wqctl
