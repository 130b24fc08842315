// SPDX-License-Identifier: GPL-2.0
// What the doctor finds, for commands that only want to know when something is wrong.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace wqctl {

class Patterns;
class Source;
struct Style;

class Diagnosis {
public:
    struct Symptom {
        std::string sentence;
        std::string details;  // lines
    };

    virtual ~Diagnosis() = default;
    // What is to be said before anybody waits: what was wrong already, and what is not looked for.
    virtual std::vector<std::string> notes() const = 0;
    // What is wrong now and was not at the last look, the worst first. Throws where the machine can't be looked at; it
    // may be tried again.
    virtual std::vector<Symptom> look() = 0;
};

// At the end of commands/doctor/diagnosis.cc. Takes a second, for two looks. wanted: of workqueues, functions or tasks.
// Refuses a kernel that shows no workers. Source and style must live as long.
std::unique_ptr<Diagnosis> make_diagnosis(Source& source, const Style& style, const Patterns& wanted);

}  // namespace wqctl
