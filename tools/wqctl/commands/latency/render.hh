// SPDX-License-Identifier: GPL-2.0
// A latency recording for people and for programs.
#pragma once

#include <string>

#include "report/recording.hh"
#include "term/style.hh"

namespace wqctl {

std::string render_latency(const LatencyRecording& recording, const LatencyView& view, const Style& style);

// latency.schema.json is its shape.
std::string latency_recording_to_json(const LatencyRecording& recording, const LatencyView& view);

std::string latency_progress(uint64_t elapsed_ns, uint64_t duration_ns, const Style& style);

}  // namespace wqctl
