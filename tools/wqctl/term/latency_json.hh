// SPDX-License-Identifier: GPL-2.0
// One histogram in a JSON document; $defs/latency of the schemas.
#pragma once

#include <string_view>

#include "stats/latency.hh"
#include "term/json_writer.hh"

namespace wqctl {

void write_latency(JsonWriter& j, std::string_view name, const Latency& latency);

}  // namespace wqctl
