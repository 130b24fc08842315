// SPDX-License-Identifier: GPL-2.0
// A sample of wqctl monitor, in each of its formats.
#pragma once

#include <string>

#include "snapshot/totals.hh"
#include "term/style.hh"

namespace wqctl {

std::string render_monitor(const TotalsSample& sample, const Style& style);

// The layout of the kernel's tools/workqueue/wq_monitor.py, to the character:
// of a name it shows the last 24.
std::string render_wq_monitor(const TotalsSample& sample);

// One line.
std::string monitor_to_json(const TotalsSample& sample);

// Prometheus' text format, as node_exporter's textfile collector reads it.
// Pools, workers and hogs as far as the snapshot has them.
std::string render_openmetrics(const TotalsSample& sample, const Snapshot& snapshot);

}  // namespace wqctl
