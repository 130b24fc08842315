// SPDX-License-Identifier: GPL-2.0
// What `wqctl where` prints.
#pragma once

#include <string>
#include <vector>

#include "commands/where/where.hh"
#include "term/style.hh"

namespace wqctl {

// Answers that are the same but for the CPU are one line.
std::string render_where(const Snapshot& snapshot, const WhereQuestion& question,
                         const std::vector<WhereAnswer>& answers, const Style& style);
std::string where_to_json(const Snapshot& snapshot, const WhereQuestion& question,
                          const std::vector<WhereAnswer>& answers);

}  // namespace wqctl
