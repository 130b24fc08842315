// SPDX-License-Identifier: GPL-2.0
// What the module, its kernel and its limits are, for people and for programs.
#pragma once

#include <string>

#include "source/info.hh"
#include "term/style.hh"

namespace wqctl {

std::string render_info(const Info& info, const Style& style);
// info.schema.json is its shape.
std::string info_to_json(const Info& info);

}  // namespace wqctl
