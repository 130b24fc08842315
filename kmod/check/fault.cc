// SPDX-License-Identifier: GPL-2.0
#include "fault.hh"

#include "../core/text.hh"

namespace wqlab {

namespace {

constexpr const char* kFaultNames[] = {
    "none",
    "queue-loses",
    "queue-lies",
    "queue-twice",
    "queue-elsewhere",
    "queue-other-cpu",
    "queue-reorders",
    "flush-returns-early",
    "flush-never-returns",
    "flush-hangs",
    "drain-hangs",
    "flush-lies",
    "cancel-lies",
    "cancel-hangs",
    "cancel-does-nothing",
    "sync-does-not-wait",
    "delay-early",
    "delay-ignored",
    "disable-does-nothing",
    "enable-does-nothing",
    "busy-lies",
    "limit-ignored",
    "attributes-ignored",
    "step-ignored",
    "step-lies",
    "snapshot-lies",
    "worker-lies",
    "memory-lies",
    "trace-lies",
    "log-is-silent",
};
static_assert(sizeof(kFaultNames) / sizeof(kFaultNames[0]) == static_cast<size_t>(Fault::kCount));

}  // namespace

const char* fault_name(Fault fault)
{
    return kFaultNames[static_cast<size_t>(fault)];
}

Fault fault_named(const char* name)
{
    uint32_t i = 0;
    while (i < static_cast<uint32_t>(Fault::kCount) && !same_text(kFaultNames[i], name))
        i++;
    return static_cast<Fault>(i);
}

}  // namespace wqlab
