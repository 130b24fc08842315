// SPDX-License-Identifier: GPL-2.0
// One run, from its creation to the end of its last item.
#pragma once

#include "../lab/kthread.hh"
#include "issuer.hh"
#include "loaded_queue.hh"
#include "spec.hh"

namespace wqlab {

struct RunTotals {
    uint64_t queued = 0;
    uint64_t refused = 0;
    uint64_t executed = 0;
    uint64_t cancelled = 0;
};

class Run {
public:
    // How the outside hears of a run: from its conductor's thread, no lock held.
    using Listener = void (*)(const Run& run);

    Run(uint32_t id, uint32_t owner, RunSpec&& spec, Listener on_change);
    Run(const Run&) = delete;
    // Ends the run if nobody has, and waits for every item.
    ~Run();

    // Creates workqueues, items and threads. Begins unless the spec is held.
    Result<void> create();

    // Any task; later calls of either are without effect.
    void begin();
    void end(wqlab_end_reason reason);
    // Its owner is gone: ends it, and nobody will ask for its records.
    void abandon()
    {
        abandoned_.set();
        end(WQLAB_END_OWNER_GONE);
    }

    uint32_t id() const { return id_; }
    // The socket's port; 0 for a detached one.
    uint32_t owner() const { return owner_; }
    const RunSpec& spec() const { return spec_; }
    wqlab_run_state state() const;
    wqlab_end_reason end_reason() const;
    bool ended() const { return ended_.is_set(); }
    bool abandoned() const { return abandoned_.is_set(); }
    uint64_t elapsed() const;  // ns
    uint64_t memory() const { return memory_; }
    RunTotals totals() const;

    const Array<LoadedQueue>& queues() const { return queues_; }
    const Array<Issuer>& issuers() const { return issuers_; }

private:
    Result<void> create_issuers();
    void conduct();
    void await_begin();
    void await_issuers();
    void close();
    void abort();
    bool issuers_finished() const;

    const uint32_t id_;
    const uint32_t owner_;
    const RunSpec spec_;
    const Listener on_change_;
    const uint64_t memory_;
    Flag begun_;
    Flag ended_;
    Flag abandoned_;
    uint32_t end_reason_ = WQLAB_END_NONE;  // set once, atomically
    Counter ended_ns_;
    RunControl control_;
    // Threads before what they use: members end in reverse order.
    Array<LoadedQueue> queues_;
    Array<Issuer> issuers_;
    Kthread conductor_;
};

}  // namespace wqlab
