// SPDX-License-Identifier: GPL-2.0
// Who queues, in words: what is the same of many items.
#pragma once

#include <string>

#include "trace/event.hh"

namespace wqctl {

// Interrupts are told by what they call, whomever they hit.
struct Queuer {
    EventContext context = EventContext::kTask;
    NameId comm = 0;  // 0 of an interrupt
    NameId caller = 0;

    Queuer(EventContext context_of_it, NameId comm_of_task, NameId caller_of_it)
        : context(context_of_it), comm(context == EventContext::kTask ? comm_of_task : 0), caller(caller_of_it)
    {
    }
    auto operator<=>(const Queuer&) const = default;
};

// "modprobe, usb_hub_init", "timer, call_timer_fn"
std::string queuer_name(const Queuer& queuer, const Tables& tables);

}  // namespace wqctl
