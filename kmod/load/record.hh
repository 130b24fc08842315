// SPDX-License-Identifier: GPL-2.0
// What is written down of each item. A record has one writer at a time, so
// nothing on an item's path locks, allocates, or writes a line that another
// CPU writes: an issuer's record is its thread's; an execution record belongs
// to one workqueue and one CPU, and is written with preemption off, and a
// workqueue's items run either in softirqs or in tasks, never in both.
#pragma once

#include "../core/counter.hh"
#include "../core/histogram.hh"
#include "../core/worker_set.hh"
#include "../lab/memory.hh"
#include "../uapi/wqlab.h"

namespace wqlab {

// Of one issuing thread.
struct IssueRecord {
    Counter queued;
    Counter refused;
    Counter cancelled;
    Counter flushed;
    Counter modified;
    Counter late;
    Counter late_max;
    Counter finished_ns;  // since the run began, when all items were back; 0 before
    Histogram queue_call;
};

// Of one workqueue's executions on one CPU.
struct ExecutionRecord {
    Counter executed;
    Counter drained;
    Counter softirq;
    Counter migrated;
    Counter alloc_failed;
    Counter reordered;
    Counter workers_lost;
    Counter requeued;  // queue calls that items made for themselves
    Gauge running;     // bound workqueues: on this CPU
    Array<Counter> from;  // executed here, by the CPU queued at
    WorkerSet workers;
    Histogram wait;
    Histogram run;
    Histogram total;
    Histogram queue_call;  // of the requeued
};

}  // namespace wqlab
