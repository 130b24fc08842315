// SPDX-License-Identifier: GPL-2.0
// What the doctor finds, for commands that only want to know when something is wrong.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace wqctl {

class Source;
struct Style;

class Diagnosis {
public:
    struct Symptom {
        std::string sentence;
        std::string details;  // lines
    };

    virtual ~Diagnosis() = default;
    // Looks at the machine: what has been wrong since the last look, the worst first. Of the first look nothing.
    virtual std::vector<Symptom> look() = 0;
};

// At the end of commands/doctor/diagnosis.cc. Refuses a kernel that shows no workers. Both must live as long.
std::unique_ptr<Diagnosis> make_diagnosis(Source& source, const Style& style);

}  // namespace wqctl
