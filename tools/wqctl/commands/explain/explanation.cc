// SPDX-License-Identifier: GPL-2.0
#include "commands/explain/explanation.hh"

#include <algorithm>
#include <utility>

namespace wqctl {

bool Explanation::holds() const
{
    return std::all_of(statements.begin(), statements.end(), [](const Statement& s) { return s.holds; });
}

void Explanation::state(bool holds, std::string_view text) { statements.push_back({std::string(text), holds}); }

Explanation::Value Explanation::value(std::string_view text) { return std::string(text); }

void Explanation::add(std::string_view what, Value first, Value second)
{
    seen.push_back({std::string(what), std::move(first), std::move(second)});
}

}  // namespace wqctl
