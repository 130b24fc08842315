// SPDX-License-Identifier: GPL-2.0
// A recording's events as they are written: who takes them, for each format.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "term/style.hh"
#include "trace/event.hh"

namespace wqctl {

// kEvents is not of stories, and nobody's here.
enum class TraceFormat { kPerfetto, kText, kJson, kEvents };

// Of events as the kernel tells them, every activation among them; out gets whole packets or lines, some at a time.
std::unique_ptr<EventSink> make_trace_writer(TraceFormat format, std::function<void(std::string_view)> out,
                                             const Style& style);

}  // namespace wqctl
