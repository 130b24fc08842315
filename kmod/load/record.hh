// SPDX-License-Identifier: GPL-2.0
// What is written down of each item. A record has one writer at a time, so
// nothing on an item's path locks, allocates, or writes a line of a record that
// another CPU writes.
#pragma once

#include "../core/counter.hh"
#include "../core/histogram.hh"
#include "../core/worker_set.hh"
#include "../glue/context.h"
#include "../lab/clock.hh"
#include "../core/memory.hh"
#include "../uapi/wqlab.h"

namespace wqlab {

// What was noted at a queue call.
struct Note {
    uint64_t stamp;   // before the call; 0: this item is not timed
    uint32_t cpu;     // from which it was queued, or for which
    uint32_t ticket;  // counts the issuer's calls
};

// What an execution was.
struct Outcome {
    enum : uint32_t { kDrained = 1, kAllocFailed = 2, kReordered = 4, kMigrated = 8 };

    wqlab_context where;  // who ran it and where, at its start
    uint64_t start;       // stamps around the body; set if the item is timed
    uint64_t end;
    uint32_t exceptions;
};

// Counts and times of executions. Its owner is the one writer: a CPU or an issuing thread.
struct ExecutionRecord {
    Counter executed;
    Counter softirq;
    Counter drained;
    Counter alloc_failed;
    Counter reordered;
    Counter migrated;
    Counter workers_lost;
    WorkerSet workers;
    Histogram wait;
    Histogram run;
    Histogram total;

    // The stamp is what was noted at the queue call.
    void add(uint64_t stamp, const Outcome& outcome)
    {
        executed.add();
        if (outcome.where.softirq)
            softirq.add();
        else if (!workers.see(outcome.where.pid, outcome.where.nice))
            workers_lost.add();
        if (outcome.exceptions) [[unlikely]] {
            add_exceptions(outcome.exceptions);
            if (outcome.exceptions & Outcome::kDrained)
                return;
        }
        if (stamp) {
            const uint64_t waited = Clock::ns_between(stamp, outcome.start);
            const uint64_t ran = Clock::ns_between(outcome.start, outcome.end);
            wait.add(waited);
            run.add(ran);
            total.add(waited + ran);
        }
    }

private:
    [[gnu::noinline]] void add_exceptions(uint32_t exceptions)
    {
        drained.add((exceptions & Outcome::kDrained) != 0);
        alloc_failed.add((exceptions & Outcome::kAllocFailed) != 0);
        reordered.add((exceptions & Outcome::kReordered) != 0);
        migrated.add((exceptions & Outcome::kMigrated) != 0);
    }
};

// One issuing thread's record, which that thread writes. An item that comes back
// after each execution brings its outcome along, and is accounted for here.
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
    ExecutionRecord returned;
    Array<Counter> returned_from;  // executions by the CPU they were on
};

// The record of one workqueue on one CPU: executions after which the item did
// not come back. The worker writes it with preemption off, and a workqueue's items
// run either in softirqs or in tasks, never in both, so it has one writer at a time.
struct CpuRecord {
    ExecutionRecord executions;
    Array<Counter> queued_at;  // executions here, by the CPU that queued the item
    Counter requeued;          // queue calls that items made for themselves
    Histogram queue_call;      // how long those calls took
    Gauge running;             // items of a bound workqueue that run on this CPU
};

}  // namespace wqlab
