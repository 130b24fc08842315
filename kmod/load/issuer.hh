// SPDX-License-Identifier: GPL-2.0
// A kernel thread that queues items, and waits until it has them all back.
#pragma once

#include "../core/handback.hh"
#include "../core/random.hh"
#include "../lab/kthread.hh"
#include "../lab/sync.hh"
#include "item.hh"
#include "loaded_queue.hh"
#include "record.hh"
#include "spec.hh"

namespace wqlab {

// What the issuers and items of a run have in common.
struct RunControl {
    Flag closing;   // issue nothing more
    Flag aborting;  // and cut bodies short
    Counter begun_ns;
    uint32_t sample = 1;
    // Lines of their own: what is above is read for every item.
    alignas(64) NamedMutex<"wqlab items' shared mutex"> mutex;  // of WQLAB_BODY_MUTEX
    alignas(64) Event changed;  // the conductor looks again
};

class Issuer {
public:
    // The budget is how many items it may issue; the CPU is where its thread
    // is bound. Creates all items; the thread waits until the run begins or closes.
    Result<void> create(RunControl& control, LoadedQueue& queue, const IssuerSpec& spec,
                        uint64_t budget, uint32_t cpu, uint64_t seed, const char* name);
    ~Issuer();

    // After RunControl::begun_ns or closing was set. Any task.
    void wake() { thread_.wake(); }
    bool finished() const { return finished_.is_set(); }
    // After finished(): until no item function is running. The kernel still
    // uses an item until its function has returned, which is after hand_back().
    void settle();

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
    // are the TSC's.
    bool is_bare() const { return bare_; }
    // Whether items must start in the order of this issuer's queue calls.
    bool keeps_order() const { return keeps_order_; }
    // Only where it must, and so where items run one at a time: this has one
    // writer at a time, on the line that hand_back() writes anyway.
    bool started_out_of_order(uint32_t ticket)
    {
        const bool early = static_cast<int32_t>(ticket - last_started_) < 0;
        last_started_ = ticket;
        return early;
    }

private:
    void main();
    void issue_all();
    void issue_closed();
    bool await_arrival();
    void note_lateness();
    uint64_t stamp_if_sampled();
    void issue_plain(Item& item);
    void issue(Item& item);
    void modify(Item& item, bool timed);
    bool call(Item& item);
    void release(Item& item);
    void put(Item& item);
    void account(const Item& item);
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
    uint32_t depth_ = 0;
    Item* items_ = nullptr;  // depth_ of them
    Array<unsigned char> buffers_;
    Random random_;
    uint64_t due_ns_ = 0;       // of the item at hand
    uint64_t next_due_ns_ = 0;
    uint32_t left_in_burst_ = 0;
    uint32_t until_timed_ = 1;
    uint32_t next_ticket_ = 0;
    uint32_t next_item_ = 0;  // coalescing: in turn
    Item* free_ = nullptr;
    Flag finished_;
    IssueRecord record_;

    // Written by the CPUs that run the items; a line of its own.
    alignas(64) HandbackStack<Item> returned_;
    uint32_t last_started_ = 0;
};

}  // namespace wqlab
