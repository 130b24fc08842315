// SPDX-License-Identifier: GPL-2.0
#include "trace.hh"

#include "../glue/cpu.h"
#include "../glue/kernel_functions.h"
#include "../glue/trace_events.h"

namespace wqlab {

Result<void> Trace::Pages::hold(uint64_t address, uint64_t size)
{
    switch (wqlab_pages_hold(address, size, &pages_)) {
    case 0: return {};
    case -number(Errno::kNoMemory): return Errno::kNoMemory;
    default: return Errno::kInvalid;  // it is not his
    }
}

void Trace::Pages::let_go()
{
    if (pages_)
        wqlab_pages_let_go(std::exchange(pages_, nullptr));
}

Result<void> Trace::start(const Kernel& kernel, const TraceRequest& request)
{
    if (!kernel.available(view::kLatency) || wqlab_events_lack(0))
        return Errno::kNotSupported;
    const uint32_t cpus = wqlab_nr_cpus();
    if (!TraceMemory::events(request.size, cpus) ||
        request.size > TraceMemory::rings_at(cpus) + WQLAB_LIMIT_TRACE_BYTES)
        return Errno::kInvalid;
    kinds_ = request.kinds ? request.kinds : ~uint64_t{0};
    TRY(pages_.hold(request.memory, request.size));
    layout_ = TRY(recorder_.create(kernel, pages_.memory(), request.size, request.overwrite));
    if (const int error = wqlab_events_attach(&recorder_, of_scheduler()))
        return static_cast<Errno>(-error);
    attached_.set();
    TRY(attach_calls(kernel));
    // All at once: to attach takes its time, and nobody reads meanwhile. What was passed over by then is no loss.
    wqlab_calls_passed_over(calls_, note_passed_over, this);
    passed_over_count_ = 0;
    recorder_.listen(kinds_, layout_);
    return {};
}

Result<void> Trace::attach_calls(const Kernel& kernel)
{
    if (!(kinds_ & kOfCalls))
        return {};
    bool canceled = false;
    calls_ = wqlab_calls_attach(&recorder_, note_missing, this, &canceled);
    if (!calls_) {
        stop();
        return canceled ? Errno::kCanceled : Errno::kNoMemory;
    }
    if (!kernel.has(Field::kWorkerPool))
        note_missing(this, "ends of rescues");
    return {};
}

void Trace::note_missing(void* trace, const char* words)
{
    Trace& self = *static_cast<Trace*>(trace);
    if (self.missing_count_ < kMostMissing)
        self.missing_[self.missing_count_++] = words;
}

void Trace::note_passed_over(void* trace, const char* words, unsigned long count)
{
    Trace& self = *static_cast<Trace*>(trace);
    if (self.passed_over_count_ < kMostMissing)
        self.passed_over_[self.passed_over_count_++] = {words, count};
}

void Trace::stop()
{
    const Mutex::Guard guard(stopping_);
    if (!running())
        return;
    // Before it falls silent: from then on what is passed over is no loss.
    wqlab_calls_passed_over(calls_, note_passed_over, this);
    // At once: to detach takes grace periods, and what was written meanwhile would be in the place of what came before.
    recorder_.fall_silent();
    wqlab_events_detach(&recorder_, of_scheduler());
    wqlab_calls_detach(std::exchange(calls_, nullptr));
    pages_.let_go();
    stopped_.set();
}

}  // namespace wqlab
