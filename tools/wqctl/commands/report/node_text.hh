// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

#include "scenario/document.hh"

namespace wqctl::page {

// As JSON for people to read; what fits a line stands in one.
std::string node_text(const Node& node);

}  // namespace wqctl::page
