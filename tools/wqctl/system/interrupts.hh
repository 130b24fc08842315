// SPDX-License-Identifier: GPL-2.0
// SIGINT and SIGTERM as something that can be waited for.
#pragma once

namespace wqctl {

// From its creation on, the first SIGINT or SIGTERM is a request to stop; the
// second ends the process at once. A patient one leaves it at requests, and
// takes SIGHUP for one, too: somebody has to put the terminal in order.
class Interrupts {
public:
    enum class Mood { kImpatient, kPatient };

    explicit Interrupts(Mood mood = Mood::kImpatient);
    ~Interrupts();
    Interrupts(const Interrupts&) = delete;
    Interrupts& operator=(const Interrupts&) = delete;

    int fd() const;
    // Whether one has come since the last call.
    bool take();
};

}  // namespace wqctl
