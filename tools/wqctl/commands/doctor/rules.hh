// SPDX-License-Identifier: GPL-2.0
// Every kind of finding there is, of a machine as of a log: a row each, of which --list and docs/doctor.md are made.
#pragma once

#include <span>
#include <string_view>

namespace wqctl {

struct Rule {
    std::string_view name;
    std::string_view summary;  // what it finds
    std::string_view looks;    // how one knows it
    std::string_view fix;
    std::string_view kernel;  // the functions that it rests on
};

std::span<const Rule> rules();
// The row of this name, which must be one.
const Rule& rule_named(std::string_view name);

}  // namespace wqctl
