// SPDX-License-Identifier: GPL-2.0
// What the kernel's own tracepoints say of wqlab's items, and of softirqs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

struct TraceEvent {
    std::string name;  // "workqueue_queue_work"
    uint32_t cpu = 0;  // where it happened
    int pid = 0;
    uint64_t work = 0;      // identity
    std::string workqueue;  // of workqueue_queue_work
    uint32_t req_cpu = 0;   // WORK_CPU_UNBOUND is beyond all CPUs
    int pool_cpu = -1;
    int softirq = -1;  // the last softirq_entry on that CPU
};

// Traces from its creation on.
class Tracing {
public:
    Tracing();
    ~Tracing();
    Tracing(const Tracing&) = delete;
    Tracing& operator=(const Tracing&) = delete;

    // In order; those of items are of wqlab's functions only. Ends it.
    std::vector<TraceEvent> take();

private:
    static void enable(const char* value);
};
