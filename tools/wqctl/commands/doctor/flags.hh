// SPDX-License-Identifier: GPL-2.0
// What may be said behind wqctl doctor.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "args/args.hh"
#include "source/flags.hh"

namespace wqctl {

struct DoctorFlags {
    std::vector<std::string> patterns;
    std::string interval = "1s";
    std::optional<std::string> log;
    bool watch = false;
    std::optional<std::string> every;
    std::optional<std::string> exec;
    std::optional<std::string> openmetrics;
    bool list = false;
    bool verbose = false;
    bool json = false;
    SourceFlags source;

    void declare(Args& args);
};

}  // namespace wqctl
