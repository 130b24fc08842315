// SPDX-License-Identifier: GPL-2.0
// What is asked of the module about a recording.
#pragma once

#include "report/recording.hh"
#include "wire/attributes.hh"

namespace wqctl {

class Lab;

// Of every item of the machine; until it is stopped or the connection closes.
void start_latency(Lab& lab);
void stop_latency(Lab& lab);
LatencyRecording fetch_latency(Lab& lab);

// One message of it.
void decode_part(const Attributes& attributes, LatencyRecording& recording);

}  // namespace wqctl
