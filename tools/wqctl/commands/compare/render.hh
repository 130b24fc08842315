// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

#include "commands/compare/comparison.hh"
#include "term/style.hh"

namespace wqctl {

std::string render_comparison(const Comparison& comparison, const Style& style);

}  // namespace wqctl
