// SPDX-License-Identifier: GPL-2.0
// One histogram in a JSON document; $defs/latency of the schemas.
#pragma once

#include <nlohmann/json.hpp>

#include "report/latency.hh"

namespace wqctl {

nlohmann::ordered_json latency_to_json(const Latency& latency);

}  // namespace wqctl
