// SPDX-License-Identifier: GPL-2.0
// What may be said behind wqctl doctor.
#pragma once

#include <optional>
#include <string>

#include "args/args.hh"

namespace wqctl {

struct DoctorFlags {
    std::optional<std::string> log;
    bool list = false;
    bool verbose = false;
    bool json = false;

    void declare(Args& args);
};

}  // namespace wqctl
