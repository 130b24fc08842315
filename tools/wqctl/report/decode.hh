// SPDX-License-Identifier: GPL-2.0
// From the wire to the models.
#pragma once

#include "wire/attributes.hh"
#include "commands/check/promise.hh"
#include "source/info.hh"
#include "commands/latency/recording.hh"
#include "report/report.hh"
#include "snapshot/snapshot.hh"

namespace wqctl {

Info decode_info(const Attributes& attributes);
RunState decode_state(const Attributes& attributes);

// One message of run-get's dump of a run; lists that come in chunks grow.
void decode_part(const Attributes& attributes, RunReport& report);
// One message of a snapshot.
void decode_part(const Attributes& attributes, Snapshot& snapshot);
Promise decode_promise(const Attributes& attributes);
CheckState decode_check_state(const Attributes& attributes);
// One message of a latency recording.
void decode_part(const Attributes& attributes, LatencyRecording& recording);

}  // namespace wqctl
