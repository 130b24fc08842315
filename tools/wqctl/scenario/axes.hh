// SPDX-License-Identifier: GPL-2.0
// A scenario with keys that take several values in turn, and the scenarios that come of it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scenario/scenario.hh"

namespace wqctl {

struct Axis {
    std::string key;
    std::vector<std::string> values;

    bool operator==(const Axis&) const = default;
};

// A scenario file in which "vary" may stand beside the other keys: {"scope": ["cpu", "smt"], "depth": [1, 32]}.
struct VariedScenario {
    Scenario scenario;
    std::vector<Axis> axes;
};

// One choice of a value on each axis.
struct Cell {
    std::string name;  // "scope=cpu depth=1"; empty without axes
    std::vector<std::pair<std::string, std::string>> values;
    Scenario scenario;
};

// "scope=cpu,smt". Values that have commas themselves are parted by slashes: "flags=unbound/unbound,highpri".
Axis parse_axis(std::string_view text);

// All combinations, the last axis changing fastest. Refuses a key that there is not, or that can't vary, and a value
// that the key can't have; whether a cell makes sense, validate() knows.
std::vector<Cell> cells_of(const Scenario& scenario, const std::vector<Axis>& axes);

}  // namespace wqctl
