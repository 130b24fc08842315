// SPDX-License-Identifier: GPL-2.0
// From the wire to the model of a run.
#pragma once

#include "report/report.hh"
#include "wire/attributes.hh"

namespace wqctl {

RunState decode_state(const Attributes& attributes);

// A chunk of a histogram, of a run or a recording.
void decode_part(const Attributes& attributes, Latency& latency);
// One message of run-get's dump of a run; lists that come in chunks grow.
void decode_part(const Attributes& attributes, RunReport& report);

}  // namespace wqctl
