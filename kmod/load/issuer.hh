// SPDX-License-Identifier: GPL-2.0
// A kernel thread that queues items, and waits until it has them all back.
#pragma once

#include "../core/arrivals.hh"
#include "../core/handback.hh"
#include "../core/random.hh"
#include "../lab/kthread.hh"
#include "item_pool.hh"
#include "loaded_queue.hh"
#include "record.hh"
#include "run_control.hh"
#include "spec.hh"

namespace wqlab {

// Three ways to issue, from the shortest to the one that can do it all: issue_closed(),
// issue_plain() when due, issue().
class Issuer {
public:
    // The budget is how many items it may issue; the CPU is where its thread
    // is bound. Creates all items; the thread waits until the run begins or closes.
    Result<void> create(RunControl& control, LoadedQueue& queue, const IssuerSpec& spec, uint64_t budget, uint32_t cpu,
                        uint64_t seed, const char* name);
    ~Issuer();

    // After RunControl::begun_ns or closing was set. Any task.
    void wake() { thread_.wake(); }
    bool finished() const { return finished_.is_set(); }
    // After finished().
    void settle() { items_.settle(); }

    // From the item's function, in any of its contexts.
    void hand_back(Item& item)
    {
        if (returned_.push(item))
            thread_.wake();
    }

    const IssuerSpec& spec() const { return *spec_; }
    const IssueRecord& record() const { return record_; }
    // Where its items count as queued.
    uint32_t home_cpu() const { return home_cpu_; }
    RunControl& control() const { return *control_; }
    LoadedQueue& queue() const { return *queue_; }

    // Queued by queue_work() and left alone: comes back after each execution.
    bool is_plain() const { return plain_; }
    // Plain, there is nothing to do for its items, or to check, and the stamps
    // are the counter's.
    bool is_bare() const { return bare_; }
    // Whether items must start in the order of this issuer's queue calls.
    bool keeps_order() const { return keeps_order_; }
    // Only where it must, and so where items run one at a time: this has one
    // writer at a time, each after the last by the pool's lock, on the line that
    // hand_back() writes anyway.
    bool started_out_of_order(uint32_t ticket)
    {
        const bool early = static_cast<int32_t>(ticket - last_started_) < 0;
        last_started_ = ticket;
        return early;
    }

private:
    void main();
    void issue_closed();
    void issue_all();
    bool await_arrival();
    void note_lateness();
    uint64_t stamp_if_sampled();
    void issue_plain(Item& item);
    void issue(Item& item);
    void modify(Item& item, bool timed);
    bool call(Item& item);
    void release(Item& item);
    uint32_t collect();
    Item* take();
    bool wait_for_free();
    void await_outstanding();

    // Read by the CPUs that run the items, written by nobody meanwhile.
    RunControl* control_ = nullptr;
    LoadedQueue* queue_ = nullptr;
    const IssuerSpec* spec_ = nullptr;
    uint32_t home_cpu_ = 0;
    bool keeps_order_ = false;
    bool plain_ = false;
    bool bare_ = false;
    Kthread thread_;

    // The issuing thread's own.
    alignas(64) uint64_t budget_ = 0;
    ItemPool items_;
    uint32_t until_timed_ = 1;
    uint32_t next_ticket_ = 0;
    Random random_;
    Arrivals arrivals_;
    Flag finished_;
    IssueRecord record_;

    // Written by the CPUs that run the items; a line of its own.
    alignas(64) HandbackStack<Item> returned_;
    uint32_t last_started_ = 0;
};

}  // namespace wqlab
