// SPDX-License-Identifier: GPL-2.0
// A trace: events, one by one, into memory of who asks.
#pragma once

#include "../glue/pages.h"
#include "../lab/sync.hh"
#include "event_recorder.hh"
#include "one_at_a_time.hh"

namespace wqlab {

struct TraceRequest {
    uint64_t memory = 0;  // of the calling process
    uint64_t size = 0;
    bool overwrite = false;
    uint64_t kinds = 0;  // bits; 0: all
};

// Stops when it is destroyed.
class Trace {
public:
    ~Trace() { stop(); }

    // Once, in the task that has the memory. kNotSupported: this kernel has not
    // all that it needs. kInvalid: the memory is too small, or is none. kCanceled:
    // a signal came before all was attached.
    Result<void> start(const Kernel& kernel, const TraceRequest& request);
    // The memory stands still once it returns, and is not held any more. Sleeps for some grace periods.
    void stop();

    bool running() const { return attached_.is_set() && !stopped_.is_set(); }
    const wqlab_trace_layout& layout() const { return layout_; }
    // What this kernel can't tell, in words.
    Span<const char* const> missing() const { return {missing_, missing_count_}; }

    struct PassedOver {
        const char* what;  // its calls tell, as in missing()
        uint64_t calls;
    };
    // Once it is stopped: calls meanwhile that nobody told of.
    Span<const PassedOver> passed_over() const { return {passed_over_, passed_over_count_}; }

private:
    static constexpr uint32_t kMostMissing = 16;
    // Told by what is called, and not by a tracepoint.
    static constexpr uint64_t kOfCalls = ~(
        uint64_t{1} << WQLAB_TRACE_KIND_QUEUE | uint64_t{1} << WQLAB_TRACE_KIND_ACTIVATE |
        uint64_t{1} << WQLAB_TRACE_KIND_START | uint64_t{1} << WQLAB_TRACE_KIND_END |
        uint64_t{1} << WQLAB_TRACE_KIND_SLEEP | uint64_t{1} << WQLAB_TRACE_KIND_WAKE |
        uint64_t{1} << WQLAB_TRACE_KIND_WORKER_GONE | uint64_t{1} << WQLAB_TRACE_KIND_LOST);
    static constexpr uint64_t kOfScheduler = uint64_t{1} << WQLAB_TRACE_KIND_SLEEP |
                                             uint64_t{1} << WQLAB_TRACE_KIND_WAKE |
                                             uint64_t{1} << WQLAB_TRACE_KIND_WORKER_GONE |
                                             uint64_t{1} << WQLAB_TRACE_KIND_RESCUE_ENDS;

    // Memory of a process, as long as it is needed.
    class Pages {
    public:
        Pages() = default;
        Pages(const Pages&) = delete;
        ~Pages() { let_go(); }

        Result<void> hold(uint64_t address, uint64_t size);
        void let_go();
        void* memory() const { return wqlab_pages_memory(pages_); }

    private:
        wqlab_pages* pages_ = nullptr;
    };

    Result<void> attach_calls(const Kernel& kernel);
    static void note_missing(void* trace, const char* words);
    static void note_passed_over(void* trace, const char* words, unsigned long count);
    bool of_scheduler() const { return kinds_ & kOfScheduler; }

    Pages pages_;
    EventRecorder recorder_;
    wqlab_trace_layout layout_ = {};
    uint64_t kinds_ = 0;
    wqlab_calls* calls_ = nullptr;
    const char* missing_[kMostMissing] = {};
    uint32_t missing_count_ = 0;
    PassedOver passed_over_[kMostMissing] = {};
    uint32_t passed_over_count_ = 0;
    Flag attached_;
    Flag stopped_;
    NamedMutex<"wqlab trace stops"> stopping_;  // outermost
};

// The machine's one trace, and whose it is.
using Traces = OneAtATime<Trace, "wqlab traces">;

}  // namespace wqlab
