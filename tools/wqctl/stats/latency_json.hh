// SPDX-License-Identifier: GPL-2.0
// One histogram in a JSON document; $defs/latency of the schemas.
#pragma once

#include <string_view>

<<<<<<< HEAD:tools/wqctl/report/latency_json.hh
#include "report/latency.hh"
#include "term/json_writer.hh"
=======
#include "stats/latency.hh"
>>>>>>> d92d640 (wqctl: arrows hold: what a histogram says is stats/, sampling asks a Source; the page on adding a command is tested):tools/wqctl/stats/latency_json.hh

namespace wqctl {

void write_latency(JsonWriter& j, std::string_view name, const Latency& latency);

}  // namespace wqctl
