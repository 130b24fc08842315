// SPDX-License-Identifier: GPL-2.0
#include "trace.hh"

#include "../glue/cpu.h"

namespace wqlab {

Result<void> Trace::Pages::hold(uint64_t address, uint64_t size)
{
    const int error = wqlab_pages_hold(address, size, &pages_);
    return error ? Result<void>(static_cast<Errno>(-error)) : Result<void>();
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
    if (!TraceMemory::events(request.size, wqlab_nr_cpus()))
        return Errno::kInvalid;
    kinds_ = request.kinds ? request.kinds : ~uint64_t{0};
    TRY(pages_.hold(request.memory, request.size));
    layout_ = TRY(recorder_.create(kernel, pages_.memory(), request.size, request.overwrite));
    if (const int error = wqlab_events_attach(&recorder_, sleeps()))
        return static_cast<Errno>(-error);
    attached_.set();
    return {};
}

void Trace::stop()
{
    const Mutex::Guard guard(stopping_);
    if (!running())
        return;
    wqlab_events_detach(&recorder_, sleeps());
    pages_.let_go();
    stopped_.set();
}

}  // namespace wqlab
